// SPDX-License-Identifier: BSD-2-Clause-Patent
// What the model costs: someone else's firmware to its Shell, as an SNP guest and without any host beneath it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/machine/run/model.hpp"

namespace {

using model::Seconds;

const std::string firmware = "build/ovmf-trixie/OVMF.fd";
constexpr Seconds long_enough{300};

double to_shell(model::Run& run)
{
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(run.expect("Shell>", long_enough)) << run.tail();
    return Seconds(std::chrono::steady_clock::now() - start).count();
}

double under_the_model()
{
    model::Guest guest;
    guest.image = firmware;
    model::Run run("speed-model", guest);
    return to_shell(run);
}

double under_qemu_alone()
{
    const char* qemu = std::getenv("ASHLAR_QEMU");
    model::Run run("speed-plain", std::vector<std::string>{
        qemu ? qemu : "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-accel", "tcg",
        "-machine", "q35", "-m", "512", "-cpu", "max,la57=off", "-bios", firmware});
    return to_shell(run);
}

// In turns, and the best of three. Five of the seconds are the Shell's countdown, which a busy machine does not stretch.
TEST(FullSpeed, OvmfToItsShellTakesAtMostTwiceItsTimeUnderPlainTcg)
{
    double load = 0, model = 1e9, plain = 1e9;
    getloadavg(&load, 1);
    for (int i = 0; i < 3; ++i) {
        plain = std::min(plain, under_qemu_alone());
        model = std::min(model, under_the_model());
    }
    std::printf("seconds to the Shell: %.1f plain TCG, %.1f as SNP guest of the model, factor %.2f\n", plain, model, model / plain);
    testing::Test::RecordProperty("factor", std::to_string(model / plain));
    if (load > 1) GTEST_SKIP() << "the machine is busy (load " << load << ")";
    EXPECT_LE(model, 2 * plain);
}

}
