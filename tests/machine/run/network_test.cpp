// SPDX-License-Identifier: BSD-2-Clause-Patent
// A network card of a confidential guest: frames go through shared pages, none of the guest's own is touched.
#include <gtest/gtest.h>

#include "tests/machine/run/model.hpp"

namespace {

using host::Mode;

struct Case
{
    const char* name;
    Mode mode;
    const char* device;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ModelNetwork : public testing::TestWithParam<Case>
{
};

TEST_P(ModelNetwork, TalksByArpAndDhcp)
{
    model::Guest guest;
    guest.image = "build/ashlar.fd";
    guest.memory_mib = 256;
    guest.mode = GetParam().mode;
    guest.kernel = "build/payloads/network.efi";
    guest.extra = {"-netdev", "user,id=n", "-device", std::string(GetParam().device) + ",netdev=n"};
    model::Run run(std::string("network-") + GetParam().name, guest);
    EXPECT_TRUE(run.expect("NETWORK done", model::Seconds{300})) << run.tail();
    (void)run.wait(model::Seconds{30});
    EXPECT_EQ(run.report().count("violations_total"), 0u) << run.tail();
    EXPECT_EQ(run.transcript().find("FAIL "), std::string::npos) << run.tail();
    for (const char* passed : {"PASS network.dhcp", "PASS network.many_rounds", "PASS network.works_after_reconnect"})
        EXPECT_NE(run.transcript().find(passed), std::string::npos) << passed;
}

constexpr const char* modern = "virtio-net-pci,iommu_platform=on,disable-legacy=on";
const Case cases[] = {{"snp_virtio", Mode::snp, modern}, {"es_virtio", Mode::es, modern}, {"snp_e1000e", Mode::snp, "e1000e"}};

INSTANTIATE_TEST_SUITE_P(Guests, ModelNetwork, testing::ValuesIn(cases), [](const auto& info) { return std::string(info.param.name); });

}
