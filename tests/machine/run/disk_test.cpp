// SPDX-License-Identifier: BSD-2-Clause-Patent
// Disks of confidential guests: every byte goes through shared pages, none of the guest's own is touched.
#include <gtest/gtest.h>

#include <cstdlib>
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
    const char* image = "build/ashlar.fd";
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Devices reach an encrypted guest only through an IOMMU, as QEMU sees it; legacy ones know none.
constexpr const char* modern = ",iommu_platform=on,disable-legacy=on";
const Case cases[] = {
    {"snp_blk", Mode::snp, {"-device", std::string("virtio-blk-pci") + modern}},
    {"snp_scsi", Mode::snp, {"-device", std::string("virtio-scsi-pci") + modern, "-device", "scsi-hd"}},
    {"snp_blk_trimmed", Mode::snp, {"-device", std::string("virtio-blk-pci") + modern}, "build/ashlar-cc.fd"},
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
    guest.image = c.image;
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

// A loader on the EFI System Partition of a disk, found and started by the boot manager.
TEST_P(ModelDisk, IsBootedFrom)
{
    const Case& c = GetParam();
    const std::string name = std::string("boot-disk-") + c.name, path = "build/machine/" + name + ".img", esp = path + "@@1M";
    boot::write_whole_file(path, boot::Bytes(64 << 20));
    const std::string make = "PATH=$PATH:/usr/sbin; (sgdisk -n 1:2048:131038 -t 1:ef00 " + path + " && mformat -i " + esp +
                             " -T 128991 -h 16 -s 63 -F && mmd -i " + esp + " ::/EFI ::/EFI/BOOT && mcopy -i " + esp +
                             " build/payloads/machine.efi ::/EFI/BOOT/BOOTX64.EFI) >build/machine/" + name + ".tools 2>&1";
    ASSERT_EQ(std::system(make.c_str()), 0) << make;
    model::Guest guest;
    guest.image = c.image;
    guest.memory_mib = 256;
    guest.mode = c.mode;
    guest.extra = {"-drive", "if=none,id=d,format=raw,file=" + path};
    guest.extra.insert(guest.extra.end(), c.devices.begin(), c.devices.end());
    guest.extra.back() += ",drive=d";
    model::Run run(name, guest);
    EXPECT_TRUE(run.expect("MACHINE ends=1", model::Seconds{300})) << run.tail();
    EXPECT_EQ(run.wait(model::Seconds{30}), model::status_of(End::power_off)) << run.tail();
    EXPECT_EQ(run.report().count("violations_total"), 0u) << run.tail();
    std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Guests, ModelDisk, testing::ValuesIn(cases), [](const auto& info) { return std::string(info.param.name); });

}
