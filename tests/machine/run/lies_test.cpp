// SPDX-License-Identifier: BSD-2-Clause-Patent
// Ashlar against every lie of the catalogue: harmless, or an end with the reason that it must have. No lie may make the
// guest hang, crash or break a rule of the processor. With LIES_TABLE=file the outcomes are written down.
#include <gtest/gtest.h>

#include "tests/machine/lies/device_catalogue.hpp"
#include "tests/machine/run/lies_table.hpp"
#include "tests/machine/run/model.hpp"

namespace {

using host::End;
using lies::Lie;
using model::Seconds;

constexpr Seconds patience{40};
const std::string payload_done = "-kernel returned, status 0x0";

// What came of it, in the words of lies::described(). The payload has two ways to say that it found all as it should be; one of
// them survives a serial port that lies.
std::string outcome_of(model::Run& run)
{
    // A host that hides how long to wait before the reset leaves the firmware waiting for a key.
    if (run.expect(payload_done, patience)) {
        if (!run.wait(Seconds{3})) return run.report().has("\"violation\"") ? "failed: violation" : "harmless";
    }
    const auto status = run.wait(Seconds{1});
    if (!status) return "failed: hangs";
    const auto report = run.report();
    if (*status == model::status_of(End::shut_down)) return lies::described(lies::shuts_down);
    if (*status == model::status_of(End::terminated)) {
        if (report.count("set") != cc::reason_set) return "failed: terminated with a reason of another set";
        return "ends: " + lies::reason_name(report.count("reason"));
    }
    if (*status != model::status_of(End::reset) || report.has("\"violation\"")) return "failed: " + report.end() + ", " + report.why();
    const bool done = run.transcript().find(payload_done) != std::string::npos || report.has("\"0xed\": [0, 1]");
    return done ? "harmless" : "failed: the payload saw something wrong";
}

class Lies : public testing::TestWithParam<Lie> {};

TEST_P(Lies, AreHarmlessOrEndWithTheirReason)
{
    const Lie& lie = GetParam();
    model::Guest guest;
    guest.image = "build/ashlar.fd";
    guest.memory_mib = 128;
    guest.lie = lie.name;
    guest.kernel_hashes = 1;
    guest.kernel = "build/machine/traps.efi";
    guest.append = "what the launch measured";
    guest.extra = {"-boot", "reboot-timeout=1"};
    if (lie.device) guest.extra.insert(guest.extra.end(), {"-device", lie.device});
    model::Run run("lie-" + guest.lie, guest);
    const auto outcome = outcome_of(run);
    EXPECT_EQ(outcome, lies::described(lie.outcome)) << run.tail();
    EXPECT_TRUE(run.report().has("\"event\": \"lie\"")) << "the lie was never told";
    if (lie.says) EXPECT_NE(run.transcript().find(lie.says), std::string::npos) << run.tail();
    lies::write_down(lie, outcome);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Lies, testing::ValuesIn(lies::catalogue), lies::test_name);
INSTANTIATE_TEST_SUITE_P(CatalogueOfDevices, Lies, testing::ValuesIn(lies::device_catalogue), lies::test_name);

}
