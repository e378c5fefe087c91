// SPDX-License-Identifier: BSD-2-Clause-Patent
// Ashlar's application processors in a confidential guest: created, at work, handed to Linux, and lied about.
#include <algorithm>
#include <gtest/gtest.h>

#include "tests/machine/lies/processors.hpp"
#include "tests/machine/run/lies_table.hpp"
#include "tests/machine/run/model.hpp"

namespace {

using host::End;
using lies::Lie;
using model::Seconds;

constexpr Seconds long_enough{300};

model::Guest ashlar(unsigned cpus, const std::string& payload)
{
    model::Guest guest;
    guest.image = "build/ashlar.fd";
    guest.cpus = cpus;
    guest.kernel = "build/payloads/" + payload;
    guest.extra = {"-boot", "reboot-timeout=1"};
    return guest;
}

// Thousands of starts by EFI_MP_SERVICES_PROTOCOL, timeouts with processors destroyed and created again among them.
void serve(const std::string& name, model::Guest guest)
{
    model::Run run(name, guest);
    ASSERT_EQ(run.wait(long_enough), model::status_of(End::power_off)) << run.tail();
    EXPECT_NE(run.transcript().find("MP processors " + std::to_string(guest.cpus) + ": "), std::string::npos) << run.tail();
    EXPECT_NE(run.transcript().find(" 0 failed"), std::string::npos) << run.tail();
    const auto report = run.report();
    EXPECT_EQ(report.count("violations_total"), 0u) << run.tail();
    EXPECT_GE(report.lines_with("\"ap-create\""), guest.cpus - 1);
}

class Created : public testing::TestWithParam<unsigned> {};
TEST_P(Created, ServeInListedOrder) { serve("mp-listed-" + std::to_string(GetParam()), ashlar(GetParam(), "mp.efi")); }
TEST_P(Created, ServeWithoutAList)
{
    auto guest = ashlar(GetParam(), "mp.efi");
    guest.lie = "apic-list-not-offered";
    serve("mp-unlisted-" + std::to_string(GetParam()), guest);
}
INSTANTIATE_TEST_SUITE_P(Processors, Created, testing::Values(2u, 8u));
INSTANTIATE_TEST_SUITE_P(FullProcessors, Created, testing::Values(1u, 32u));

void boot_linux(unsigned cpus)
{
    auto guest = ashlar(cpus, "");
    guest.kernel = "build/guest/vmlinuz";
    guest.initrd = "build/machine/initrd";
    guest.append = "console=ttyS0 quiet no_timer_check";  // a busy machine starves the timer that Linux tests
    model::Run run("mp-linux-" + std::to_string(cpus), guest);
    ASSERT_EQ(run.wait(long_enough), model::status_of(End::power_off)) << run.tail();
    EXPECT_NE(run.transcript().find("model: " + std::to_string(cpus) + " CPUs online"), std::string::npos) << run.tail();
    const auto report = run.report();
    EXPECT_EQ(report.count("violations_total"), 0u) << run.tail();
    // By us, and by Linux anew.
    EXPECT_EQ(report.lines_with("\"ap-create\""), 2 * (cpus - 1));
}
TEST(CreatedForLinux, TwoProcessors) { boot_linux(2); }
TEST(FullCreatedForLinux, FourProcessors) { boot_linux(4); }
TEST(FullCreatedForLinux, EightProcessors) { boot_linux(8); }

// SEV-ES: led by the jump table, and held for Linux, which leads them on.
void boot_linux_by_jump_table(unsigned cpus)
{
    auto guest = ashlar(cpus, "");
    guest.mode = host::Mode::es;
    guest.kernel = "build/guest/vmlinuz";
    guest.initrd = "build/machine/initrd";
    guest.append = "console=ttyS0 quiet no_timer_check";
    model::Run run("mp-linux-es-" + std::to_string(cpus), guest);
    ASSERT_EQ(run.wait(long_enough), model::status_of(End::power_off)) << run.tail();
    EXPECT_NE(run.transcript().find("model: " + std::to_string(cpus) + " CPUs online"), std::string::npos) << run.tail();
    const auto report = run.report();
    EXPECT_EQ(report.lines_with("\"ap-start\""), cpus - 1);
    EXPECT_EQ(report.lines_with("\"ap-release\""), cpus - 1);
}
// Nobody can take such a processor back; the guest does not go on into an operating system beside it.
TEST(JumpTable, LostProcessorEndsTheGuestAtExitBootServices)
{
    auto guest = ashlar(3, "processors.efi");
    guest.mode = host::Mode::es;
    model::Run run("mp-es-lost", guest);
    EXPECT_EQ(run.wait(Seconds{60}), model::status_of(End::terminated)) << run.tail();
    EXPECT_NE(run.transcript().find("PROCESSORS 3 serve 3, then 2"), std::string::npos) << run.tail();
    EXPECT_EQ(run.report().count("reason"), static_cast<unsigned>(cc::Reason::processor_not_stopped));
}
TEST(HeldForLinux, TwoProcessors) { boot_linux_by_jump_table(2); }
TEST(FullHeldForLinux, FourProcessors) { boot_linux_by_jump_table(4); }

// Every page once, as with one processor, and every processor its share.
void accept_in_parallel(unsigned cpus, unsigned memory_mib)
{
    const auto run_with = [&](unsigned processors, const std::string& policy) {
        auto guest = ashlar(processors, "marker.efi");
        guest.memory_mib = memory_mib;
        guest.extra.insert(guest.extra.end(), {"-fw_cfg", "name=opt/ashlar/acceptance,string=" + policy});
        model::Run run("mp-accept-" + policy + std::to_string(processors) + "-" + std::to_string(memory_mib), guest);
        EXPECT_EQ(run.wait(long_enough), model::status_of(End::reset)) << run.tail();
        EXPECT_EQ(run.report().count("violations_total"), 0u) << run.tail();
        return run.report();
    };
    const auto eager = run_with(cpus, "eager"), parallel = run_with(cpus, "parallel");
    EXPECT_EQ(eager.count("validate_2m"), parallel.count("validate_2m"));
    EXPECT_EQ(eager.count("validate_4k"), parallel.count("validate_4k"));
    const auto all = parallel.numbers("validated_by"), alone = eager.numbers("validated_by");
    ASSERT_EQ(all.size(), cpus);
    const auto fewest = *std::min_element(all.begin() + 1, all.end()), most = *std::max_element(all.begin() + 1, all.end());
    const auto spread = (alone[0] - all[0]) / (cpus - 1);
    EXPECT_GE(fewest, spread - 2) << parallel.text();
    EXPECT_LE(most, spread + 2) << parallel.text();
    EXPECT_GE(most, (memory_mib - 2048) / 2 / cpus);
    testing::Test::RecordProperty("validated_by_each", std::to_string(most));
}
TEST(ParallelAcceptance, TouchesEachPageOnceAndSplitsEvenly) { accept_in_parallel(3, 4096); }
TEST(FullParallelAcceptance, OfSixteenGigabytesByEight) { accept_in_parallel(8, 16384); }

std::string served(int processors) { return "serve " + std::to_string(processors) + ", then " + std::to_string(processors); }

// How many served, or the reason of the end.
std::string outcome_of(model::Run& run)
{
    const auto status = run.wait(Seconds{60});
    const auto report = run.report();
    if (!status) return "failed: hangs";
    if (report.count("violations_total")) return "failed: violation";
    if (*status == model::status_of(End::terminated)) {
        if (report.count("set") != cc::reason_set) return "failed: terminated with a reason of another set";
        return "ends: " + lies::reason_name(report.count("reason"));
    }
    if (*status != model::status_of(End::power_off)) return "failed: " + report.end() + ", " + report.why();
    for (int n = 1; n <= 3; ++n)
        if (run.transcript().find(served(n)) != std::string::npos) return lies::described(lies::serve(n));
    return "failed: the payload counts otherwise";
}

class ProcessorLies : public testing::TestWithParam<Lie> {};
TEST_P(ProcessorLies, AreHarmlessOrEndWithTheirReason)
{
    const Lie& lie = GetParam();
    auto guest = ashlar(3, "processors.efi");
    guest.lie = lie.name;
    model::Run run("lie-" + guest.lie, guest);
    const auto outcome = outcome_of(run);
    EXPECT_EQ(outcome, lies::described(lie.outcome)) << run.tail();
    EXPECT_TRUE(run.report().has("\"event\": \"lie\"")) << "the lie was never told";
    lies::write_down(lie, outcome);
}
INSTANTIATE_TEST_SUITE_P(Catalogue, ProcessorLies, testing::ValuesIn(lies::processor_catalogue), lies::test_name);

}
