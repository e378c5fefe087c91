// SPDX-License-Identifier: BSD-2-Clause-Patent
// Runs payloads/selftest.efi and turns each of its lines into this test's verdict.
#include "qemu.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstring>
#include <set>
#include <sstream>

namespace boot {
namespace {

// Checks that firmware other than ours deviates in, each seen and read against the specification.
const std::set<std::string> known_of_others{
    "image.no_source",  // EDK II: invalid parameter
};

struct Place {
  const char* machine;
  bool flash;
};

class EfiSelftest : public testing::TestWithParam<Place> {};

// Returns how many failures it saw.
unsigned judge(const std::string& transcript) {
  unsigned failures = 0;
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    const std::string name = line.substr(0, line.find(':')).substr(std::min<std::size_t>(5, line.size()));
    const bool tolerated = !firmware_is_ashlar() && known_of_others.contains(name);
    failures += line.starts_with("FAIL ");
    if (line.starts_with("FAIL ") && !tolerated) ADD_FAILURE() << line;
    // What the specification leaves open Ashlar has decided: everything is there.
    if (line.starts_with("SKIP ") && firmware_is_ashlar()) ADD_FAILURE() << line;
  }
  return failures;
}

TEST_P(EfiSelftest, FollowsTheSpecification) {
  const Place place = GetParam();
  if (place.flash && !firmware_is_ashlar()) GTEST_SKIP() << "ASHLAR_FIRMWARE and ASHLAR_VARS name another pair";
  Machine machine;
  machine.type = place.machine;
  if (place.flash) use_flash_pair(machine);
  machine.kernel = "build/payloads/selftest.efi";
  machine.cpu_model = "max";
  // The display and the RAM above 4 GiB are what its checks of BARs and bounce buffers need.
  machine.memory_mib = 6144;
  machine.extra = {"-device", "VGA", "-device", "virtio-rng-pci"};
  Qemu qemu(std::string("selftest_") + place.machine + (place.flash ? "_flash" : ""), machine);
  ASSERT_TRUE(qemu.expect("SELFTEST begins", Seconds{60})) << qemu.tail();
  EXPECT_TRUE(qemu.expect("SELFTEST wants keys", Seconds{60})) << qemu.tail();
  qemu.send("a\x1b[A\r");
  EXPECT_TRUE(qemu.expect("SELFTEST wants one more", Seconds{60})) << qemu.tail();
  qemu.send("z");
  const auto totals = qemu.expect_match("SELFTEST [0-9]+ passed, [0-9]+ failed", Seconds{90});
  const unsigned failures = judge(qemu.transcript());
  ASSERT_TRUE(totals.has_value()) << qemu.tail();
  // Console output may have torn a line of the report apart.
  EXPECT_TRUE(totals->ends_with(", " + std::to_string(failures) + " failed")) << *totals;
  std::printf("%s\n", totals->c_str());
  EXPECT_EQ(qemu.wait_exit(Seconds{20}), 0) << qemu.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, EfiSelftest, testing::Values(Place{"q35", false}, Place{"pc", false}, Place{"q35", true}),
                         [](const auto& info) { return std::string(info.param.machine) + (info.param.flash ? "_flash" : ""); });

}  // namespace
}  // namespace boot
