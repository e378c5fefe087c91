// SPDX-License-Identifier: BSD-2-Clause-Patent
// A network card of a confidential guest: frames go through shared pages, none of the guest's own is touched.
#include <gtest/gtest.h>

#include "tests/machine/run/model.hpp"

namespace {

using host::Mode;

class ModelNetwork : public testing::TestWithParam<Mode>
{
};

TEST_P(ModelNetwork, TalksByArpAndDhcp)
{
    model::Guest guest;
    guest.image = "build/ashlar.fd";
    guest.memory_mib = 256;
    guest.mode = GetParam();
    guest.kernel = "build/payloads/network.efi";
    guest.extra = {"-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,iommu_platform=on,disable-legacy=on"};
    model::Run run(GetParam() == Mode::snp ? "network-snp" : "network-es", guest);
    EXPECT_TRUE(run.expect("NETWORK done", model::Seconds{300})) << run.tail();
    (void)run.wait(model::Seconds{30});
    EXPECT_EQ(run.report().count("violations_total"), 0u) << run.tail();
    EXPECT_EQ(run.transcript().find("FAIL "), std::string::npos) << run.tail();
    for (const char* passed : {"PASS network.dhcp", "PASS network.many_rounds", "PASS network.works_after_reconnect"})
        EXPECT_NE(run.transcript().find(passed), std::string::npos) << passed;
}

INSTANTIATE_TEST_SUITE_P(Guests, ModelNetwork, testing::Values(Mode::snp, Mode::es),
                         [](const auto& info) { return std::string(info.param == Mode::snp ? "snp" : "es"); });

}
