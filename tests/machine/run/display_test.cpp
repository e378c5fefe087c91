// SPDX-License-Identifier: BSD-2-Clause-Patent
// Text on the displays of a confidential guest: their memory is not the guest's own.
#include <gtest/gtest.h>

#include "tests/machine/run/model.hpp"

namespace {

using host::End;
using model::Seconds;

struct Display {
    const char* name;
    const char* device;
};

void PrintTo(const Display& display, std::ostream* out) { *out << display.name; }

// A VGA's memory is reached by an exit for each two pixels: it works, and takes minutes here.
constexpr Display displays[] = {
    {"virtio_gpu", "virtio-gpu-pci,iommu_platform=on,disable-legacy=on"},
    {"ramfb", "ramfb"},
};

class SnpDisplay : public testing::TestWithParam<Display> {};

TEST_P(SnpDisplay, IsDrawnOnWithoutAViolation)
{
    model::Guest guest;
    guest.image = "build/ashlar.fd";
    guest.kernel = "build/payloads/screen.efi";
    guest.extra = {"-boot", "reboot-timeout=1", "-device", GetParam().device};
    model::Run run(std::string("display_") + GetParam().name, guest);
    for (int picture = 1; picture <= 3; picture++) {
        ASSERT_TRUE(run.expect("SCREEN " + std::to_string(picture) + "\r\n", Seconds{60})) << run.tail();
        run.send("x");
    }
    ASSERT_TRUE(run.expect("SCREEN done", Seconds{60})) << run.tail();
    EXPECT_EQ(run.wait(Seconds{60}), model::status_of(End::reset)) << run.tail();
    EXPECT_EQ(run.report().count("violations_total"), 0u) << run.tail();
}

INSTANTIATE_TEST_SUITE_P(Model, SnpDisplay, testing::ValuesIn(displays), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
