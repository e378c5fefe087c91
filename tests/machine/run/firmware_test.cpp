// SPDX-License-Identifier: BSD-2-Clause-Patent
// The model against firmware and a kernel that others wrote: right about them first.
#include <gtest/gtest.h>

#include "tests/machine/run/model.hpp"

namespace {

using host::End;
using host::Mode;
using model::Seconds;

const std::string trixie = "build/ovmf-trixie/OVMF.fd";      // edk2 2025.02
const std::string bookworm = "/usr/share/ovmf/OVMF.fd";      // edk2 2022.11
constexpr Seconds long_enough{300};  // a quiet machine takes 20

model::Guest ovmf(unsigned memory_mib, unsigned cpus, Mode mode = Mode::snp)
{
    model::Guest guest;
    guest.image = trixie;
    guest.memory_mib = memory_mib;
    guest.cpus = cpus;
    guest.mode = mode;
    return guest;
}

model::Guest linux_guest(unsigned memory_mib, unsigned cpus, Mode mode = Mode::snp)
{
    auto guest = ovmf(memory_mib, cpus, mode);
    guest.kernel = "build/guest/vmlinuz";
    guest.initrd = "build/machine/initrd";
    guest.append = "console=ttyS0 quiet no_timer_check";  // a busy machine starves the timer that Linux tests
    return guest;
}

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return Seconds(std::chrono::steady_clock::now() - start).count();
}

// To the Shell's prompt and off again.
void boot_to_shell(const std::string& name, const model::Guest& guest)
{
    const auto start = std::chrono::steady_clock::now();
    model::Run run(name, guest);
    ASSERT_TRUE(run.expect("Shell>", long_enough)) << run.tail();
    testing::Test::RecordProperty("seconds_to_shell", std::to_string(seconds_since(start)));
    run.send("reset -s\r");
    ASSERT_EQ(run.wait(Seconds{30}), model::status_of(End::power_off)) << run.tail();
    const auto report = run.report();
    ASSERT_TRUE(report.complete());
    for (const auto* key : {"exits", "validate_4k", "validate_2m", "rescind_4k", "rmpadjust", "psc_lists", "walk_aliases", "fetch_aliases", "violations_total"})
        testing::Test::RecordProperty(key, std::to_string(report.count(key)));
    EXPECT_EQ(report.count("violations_total"), 0u) << run.tail();
}

void boot_linux(const std::string& name, const model::Guest& guest)
{
    const auto start = std::chrono::steady_clock::now();
    model::Run run(name, guest);
    ASSERT_EQ(run.wait(long_enough), model::status_of(End::power_off)) << run.tail();
    testing::Test::RecordProperty("seconds", std::to_string(seconds_since(start)));
    const auto& serial = run.transcript();
    const auto has = [&](const std::string& text) { return serial.find(text) != std::string::npos; };
    EXPECT_TRUE(has("model: " + std::to_string(guest.cpus) + " CPUs online")) << run.tail();
    EXPECT_TRUE(has("model: powering off"));
    EXPECT_EQ(run.report().count("violations_total"), 0u) << run.tail();
    switch (guest.mode) {
        case Mode::plain: EXPECT_FALSE(has("Memory Encryption Features")); break;
        case Mode::sev: EXPECT_TRUE(has("Memory Encryption Features active: AMD SEV\r\n")); break;
        case Mode::es: EXPECT_TRUE(has("Memory Encryption Features active: AMD SEV SEV-ES\r\n")); break;
        case Mode::snp: EXPECT_TRUE(has("Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP\r\n")); break;
    }
    if (guest.mode == Mode::snp) {
        EXPECT_TRUE(has("Using SNP CPUID table"));
        if (guest.cpus > 1) EXPECT_GE(run.report().lines_with("\"ap-create\""), guest.cpus - 1);
    }
}

TEST(Ovmf, ReachesItsShellAsStrictSnpGuest)
{
    boot_to_shell("ovmf-snp", ovmf(512, 1));
}

TEST(Ovmf, ReachesItsShellAsPlainGuest)
{
    boot_to_shell("ovmf-plain", ovmf(512, 1, Mode::plain));
}

// It copies the variable store to the top of low RAM before it accepts memory (edk2 52fa7e78d2 mends that).
TEST(Ovmf, Of2022IsCaught)
{
    auto guest = ovmf(512, 1);
    guest.image = bookworm;
    model::Run run("ovmf-2022", guest);
    ASSERT_EQ(run.wait(Seconds{60}), model::status_of(End::violation)) << run.tail();
    EXPECT_EQ(run.report().why(), "access-unassigned");
}

TEST(Ovmf, Of2022GoesOnWhenLenient)
{
    auto guest = ovmf(512, 1);
    guest.image = bookworm;
    guest.lenient = true;
    // Past the 14 pages of the variable store. In DXE its flash driver then rewrites the image byte by byte through the
    // GHCB, which takes minutes and teaches nothing.
    model::Run run("ovmf-2022-lenient", guest);
    for (int i = 0; i < 300 && run.report().lines_with("psc-repeated") < 14 && !run.wait(Seconds{0.2}); ++i) {}
    EXPECT_FALSE(run.wait(Seconds{1})) << run.tail();
    EXPECT_GE(run.report().lines_with("psc-repeated"), 14u);
    EXPECT_GE(run.report().lines_with("access-unassigned"), 14u);
}

TEST(Linux, RunsAsSnpGuestWithTwoProcessors)
{
    boot_linux("linux-snp-2", linux_guest(512, 2));
}

// Each AP goes back to real mode, into reset hold and out of it by the jump table.
TEST(Linux, RunsAsSevEsGuestWithTwoProcessors)
{
    boot_linux("linux-es-2", linux_guest(512, 2, Mode::es));
}

TEST(FullOvmf, FourProcessors) { boot_to_shell("ovmf-snp-4", ovmf(512, 4)); }
TEST(FullOvmf, SixGigabytes) { boot_to_shell("ovmf-snp-6g", ovmf(6144, 1)); }
TEST(FullOvmf, SixGigabytesFourProcessors) { boot_to_shell("ovmf-snp-6g-4", ovmf(6144, 4)); }

TEST(FullLinux, SevEsOneProcessor) { boot_linux("linux-es-1", linux_guest(512, 1, Mode::es)); }
TEST(FullLinux, SevEsFourProcessors) { boot_linux("linux-es-4", linux_guest(512, 4, Mode::es)); }
TEST(FullLinux, SevTwoProcessors) { boot_linux("linux-sev-2", linux_guest(512, 2, Mode::sev)); }
TEST(FullLinux, PlainTwoProcessors) { boot_linux("linux-plain-2", linux_guest(512, 2, Mode::plain)); }
TEST(FullLinux, OneProcessor) { boot_linux("linux-snp-1", linux_guest(512, 1)); }
TEST(FullLinux, FourProcessors) { boot_linux("linux-snp-4", linux_guest(512, 4)); }
TEST(FullLinux, SixGigabytes) { boot_linux("linux-snp-6g", linux_guest(6144, 1)); }
TEST(FullLinux, SixGigabytesFourProcessors) { boot_linux("linux-snp-6g-4", linux_guest(6144, 4)); }
TEST(FullLinux, TwentyRunsWithFourProcessors)
{
    for (int i = 0; i < 20; ++i) boot_linux("linux-snp-4-" + std::to_string(i), linux_guest(512, 4));
}

}
