// SPDX-License-Identifier: BSD-2-Clause-Patent
// Disks of confidential guests: every byte goes through shared pages, none of the guest's own is touched.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "tests/boot/disk_image.hpp"
#include "tests/machine/run/model.hpp"

namespace {

using host::End;
using host::Mode;

struct Case
{
    const char* name;
    Mode mode;
    std::vector<std::string> devices;  // the last one gets the drive
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Devices reach an encrypted guest only through an IOMMU, as QEMU sees it; legacy ones know none.
constexpr const char* modern = ",iommu_platform=on,disable-legacy=on";
const Case cases[] = {
    {"snp_blk", Mode::snp, {"-device", std::string("virtio-blk-pci") + modern}},
    {"snp_scsi", Mode::snp, {"-device", std::string("virtio-scsi-pci") + modern, "-device", "scsi-hd"}},
    {"es_blk", Mode::es, {"-device", std::string("virtio-blk-pci") + modern}},
};

class ModelDisk : public testing::TestWithParam<Case> {};

TEST_P(ModelDisk, IsReadAndWritten)
{
    const Case& c = GetParam();
    const std::string name = std::string("disk-") + c.name, path = "build/machine/" + name + ".img";
    auto image = boot::noise((5 << 20) + 4096, 5);
    boot::write_whole_file(path, image);
    model::Guest guest;
    guest.image = "build/ashlar.fd";
    guest.memory_mib = 256;
    guest.mode = c.mode;
    guest.kernel = "build/payloads/block_io.efi";
    guest.extra = {"-drive", "if=none,id=d,format=raw,file=" + path};
    guest.extra.insert(guest.extra.end(), c.devices.begin(), c.devices.end());
    guest.extra.back() += ",drive=d";
    {
        model::Run run(name, guest);
        EXPECT_TRUE(run.expect("BLOCKS done", model::Seconds{300})) << run.tail();
        (void)run.wait(model::Seconds{30});
        const auto report = run.report();
        EXPECT_EQ(report.count("violations_total"), 0u) << run.tail();
        EXPECT_EQ(run.transcript().find("FAIL "), std::string::npos) << run.tail();
        EXPECT_NE(run.transcript().find(" complete=1 sum=" + std::to_string(boot::disk_sum(image))), std::string::npos) << run.tail();
    }
    boot::apply_writes(image);
    EXPECT_TRUE(boot::read_whole_file(path) == image);
    std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Guests, ModelDisk, testing::ValuesIn(cases), [](const auto& info) { return std::string(info.param.name); });

}
