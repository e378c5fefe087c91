// SPDX-License-Identifier: BSD-2-Clause-Patent
// QEMU always makes etc/e820 itself, so the list is exchanged on the firmware's way from reading it to judging it.
#include "gdb_stub.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace boot {
namespace {

struct [[gnu::packed]] Entry {
  std::uint64_t address, bytes;
  std::uint32_t type;
};
static_assert(sizeof(Entry) == 20);

constexpr std::uint32_t ram = 1, reserved = 2;
constexpr std::uint64_t mib = 1 << 20;

struct BadList {
  const char* name;
  std::vector<Entry> entries;
  std::vector<const char*> lines;  // what the console must say, in this order and nothing else
  std::uint64_t ram_kib;           // of the memory map that the payload sees; 0: the boot ends
};

void PrintTo(const BadList& bad, std::ostream* out) { *out << bad.name; }

constexpr std::uint64_t hole_kib = 384;  // 0xA0000 to 1 MiB is never RAM

std::vector<Entry> fragments() {
  std::vector<Entry> all;
  for (unsigned i = 0; i < 20; i++) all.push_back({i * 16 * mib, 16 * mib - i % 3 * 4096, ram});
  return all;
}

const BadList bad_lists[] = {
    {"as_it_should_be", {{0, 512 * mib, ram}, {0xfeff'c000, 0x4000, reserved}}, {}, 512 * 1024 - hole_kib},
    {"ram_over_ram",
     {{0, 256 * mib, ram}, {128 * mib, 256 * mib, ram}},
     {"ashlar: e820: RAM 0x8000000..0x18000000 left out: it overlaps other RAM"},
     256 * 1024 - hole_kib},
    {"reserved_over_ram",
     {{0, 512 * mib, ram}, {64 * mib, mib, reserved}},
     {"ashlar: e820: 0x4000000..0x4100000 is both RAM and reserved; not used"},
     511 * 1024 - hole_kib},
    {"ram_over_reserved",
     {{64 * mib, 100, reserved}, {0, 512 * mib, ram}},
     {"ashlar: e820: 0x4000000..0x4001000 is both RAM and reserved; not used"},
     512 * 1024 - hole_kib - 4},
    {"wraps_around",
     {{0, 512 * mib, ram}, {mib, ~0ull, ram}},
     {"ashlar: e820: entry at 0x100000 of 0xffffffffffffffff bytes left out: outside the address space"},
     512 * 1024 - hole_kib},
    {"wraps_around_reserved",
     {{0, 512 * mib, ram}, {~0ull - 4095, 8192, reserved}},
     {"ashlar: e820: entry at 0xfffffffffffff000 of 0x2000 bytes left out: outside the address space"},
     512 * 1024 - hole_kib},
    {"no_ram", {{0, 512 * mib, reserved}}, {"ashlar: etc/e820 is missing or names no RAM; memory size from CMOS"}, 512 * 1024 - hole_kib},
    {"only_fragments", fragments(), {}, 320 * 1024 - 76 - hole_kib},
    // SEC already runs in RAM that the list does not have.
    {"too_little", {{0, 4 * mib, ram}}, {"ashlar: error: terminated: no usable memory was reported (reason 0x4)"}, 0},
    {"nothing_below_4_gib", {{1ull << 32, 512 * mib, ram}}, {"ashlar: error: terminated: no usable memory was reported (reason 0x4)"}, 0},
    {"reserved_over_firmware",
     {{0, 512 * mib, ram}, {8 * mib, mib, reserved}},
     {"ashlar: e820: 0x800000..0x900000 is both RAM and reserved; not used",
      "ashlar: error: terminated: no usable memory was reported (reason 0x4)"},
     0},
    {"empty", {}, {"ashlar: etc/e820 is missing or names no RAM; memory size from CMOS"}, 512 * 1024 - hole_kib},
};

std::vector<std::uint8_t> bytes_of(const std::vector<Entry>& entries) {
  std::vector<std::uint8_t> bytes(entries.size() * sizeof(Entry));
  if (!bytes.empty()) std::memcpy(bytes.data(), entries.data(), bytes.size());
  return bytes;
}

void expect_memory(const std::string& text, std::uint64_t ram_kib) {
  EXPECT_TRUE(text.contains("MACHINE top_works=1")) << text;
  const auto at = text.find("MACHINE ram_kib=");
  ASSERT_NE(at, std::string::npos);
  // What ACPI and the firmware keep as reserved is not counted.
  const std::uint64_t seen = std::strtoull(text.c_str() + at + 16, nullptr, 10);
  EXPECT_LE(seen, ram_kib);
  EXPECT_GE(seen + 64, ram_kib);
}

class HostileE820 : public testing::TestWithParam<BadList> {};

TEST_P(HostileE820, CostsItsEntriesAndOneLine) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  const BadList& bad = GetParam();
  const std::uint64_t judge = address_in_sec("mem::add_e820_ram(");
  ASSERT_NE(judge, 0u);
  const std::string name = std::string("e820_") + bad.name, socket_path = "build/boot-logs/" + name + ".gdb";
  std::filesystem::remove(socket_path);
  Machine machine;
  machine.kernel = "build/payloads/machine.efi";
  machine.extra = gdb_options(socket_path);
  Qemu qemu(name, machine);
  {
    GdbStub gdb(socket_path);
    ASSERT_TRUE(gdb.run_to(judge, Seconds{20})) << qemu.tail();
    // The list is a span in two registers. What lies there must be what QEMU says of 512 MiB.
    const std::uint64_t list = gdb.get(GdbStub::rsi), count = gdb.get(GdbStub::rdx);
    ASSERT_LE(count, 128u) << "not where the list is passed";
    const auto old = gdb.read(list, count * sizeof(Entry));
    ASSERT_EQ(old.size(), count * sizeof(Entry));
    ASSERT_TRUE(memmem(old.data(), old.size(), bytes_of({{0, 512 * mib, ram}}).data(), sizeof(Entry)));
    if (!bad.entries.empty()) ASSERT_TRUE(gdb.write(list, bytes_of(bad.entries)));
    ASSERT_TRUE(gdb.set(GdbStub::rdx, bad.entries.size()));
    ASSERT_TRUE(gdb.detach());
  }
  ASSERT_TRUE(qemu.expect(bad.ram_kib ? "MACHINE ends" : "terminated: ", Seconds{20})) << qemu.tail();
  EXPECT_FALSE(qemu.expect("ashlar: e", Seconds{0.3})) << qemu.tail();
  EXPECT_EQ(complaints(qemu.transcript()), std::vector<std::string>(bad.lines.begin(), bad.lines.end()));
  if (bad.ram_kib)
    expect_memory(qemu.transcript(), bad.ram_kib);
  else
    EXPECT_TRUE(qemu.running());
}

INSTANTIATE_TEST_SUITE_P(Quick, HostileE820, testing::ValuesIn(bad_lists), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
