// SPDX-License-Identifier: BSD-2-Clause-Patent
// Terabytes that the host does not have: payloads/machine.efi counts them and touches the last page.
#include "qemu.hpp"

#include <gtest/gtest.h>
#include <cstdlib>

namespace boot {
namespace {

struct LargeMachine {
  const char* name;
  const char* type;
  unsigned gib;
  unsigned cpus;
  const char* cpu_model;
  std::vector<std::string> extra;
};

void PrintTo(const LargeMachine& machine, std::ostream* out) { *out << machine.name; }

std::uint64_t value_of(const std::string& transcript, const std::string& key) {
  const std::string mark = "MACHINE " + key + "=";
  const auto at = transcript.find(mark);
  return at == std::string::npos ? ~std::uint64_t{0} : std::strtoull(transcript.c_str() + at + mark.size(), nullptr, 10);
}

class LargeMachines : public testing::TestWithParam<LargeMachine> {};

TEST_P(LargeMachines, AllMemoryIsThere) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "OVMF needs minutes and memory for this";
  const LargeMachine& large = GetParam();
  Machine machine;
  machine.type = large.type;
  machine.memory_mib = large.gib * 1024;
  machine.cpus = large.cpus;
  machine.cpu_model = large.cpu_model;
  machine.kernel = "build/payloads/machine.efi";
  machine.extra = large.extra;
  Qemu qemu(std::string("large_") + large.name, machine);
  ASSERT_TRUE(qemu.expect("MACHINE ends", Seconds{60})) << qemu.tail();
  const std::uint64_t configured = std::uint64_t{large.gib} << 20, ram = value_of(qemu.transcript(), "ram_kib");
  EXPECT_LE(ram, configured);
  EXPECT_GE(ram + 1024, configured);  // the legacy hole, and what is for nobody
  EXPECT_EQ(value_of(qemu.transcript(), "top_works"), 1u);
  EXPECT_EQ(value_of(qemu.transcript(), "rsdp_sound"), 1u);
  EXPECT_TRUE(complaints(qemu.transcript()).empty()) << qemu.tail();
}

// QEMU moves what lies above 4 GiB behind the first terabyte when an AMD processor would not fit it below. A processor
// with 40 address bits is filled to its last byte, without room for 64-bit PCI regions.
INSTANTIATE_TEST_SUITE_P(
    Quick, LargeMachines,
    testing::Values(LargeMachine{"q35_1TiB", "q35", 1024, 1, "max,phys-bits=48", {}},
                    LargeMachine{"pc_1TiB", "pc", 1024, 16, "max,phys-bits=48,vendor=GenuineIntel", {}},
                    LargeMachine{"q35_full", "q35", 1022, 1, "qemu64,vendor=GenuineIntel", {"-global", "q35-pcihost.pci-hole64-size=0"}},
                    LargeMachine{"pc_full", "pc", 1023, 1, "max,vendor=GenuineIntel", {"-global", "i440FX-pcihost.pci-hole64-size=0"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Full, LargeMachines, testing::Values(LargeMachine{"q35_4TiB", "q35", 4096, 64, "max,phys-bits=48", {}}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
