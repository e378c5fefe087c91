// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/smbios/smbios.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "lib/base/endian.hpp"
#include "lib/smbios/wire.hpp"
#include "tests/fakes/fw_cfg_device.hpp"

namespace {

using namespace base;
using fakes::Bytes;

u8 sum(const u8* p, usize n) {
  u8 s = 0;
  while (n--) s = static_cast<u8>(s + *p++);
  return s;
}

Bytes structure(u8 type, u16 handle, u8 length, const std::string& strings) {
  Bytes b(length);
  b[0] = type, b[1] = length, b[2] = static_cast<u8>(handle), b[3] = static_cast<u8>(handle >> 8);
  b.insert(b.end(), strings.begin(), strings.end());
  b.push_back(0);
  if (strings.empty()) b.push_back(0);
  return b;
}
Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
const std::string qemu_strings("QEMU\0pc\0", 8);
const Bytes type1 = structure(1, 0x100, 27, qemu_strings), end = structure(127, 0x7f00, 4, "");

Bytes anchor30(u32 max) {
  smbios::EntryPoint30 e{{'_', 'S', 'M', '3', '_'}, 0, 24, 3, 2, 0, 1, 0, max, 0};
  e.checksum = static_cast<u8>(0 - sum(reinterpret_cast<u8*>(&e), sizeof e));
  const u8* p = reinterpret_cast<u8*>(&e);
  return Bytes(p, p + sizeof e);
}
Bytes anchor21(u16 bytes) {
  smbios::EntryPoint21 e{{'_', 'S', 'M', '_'}, 0, 31, 2, 8, 40, 0, {}, {'_', 'D', 'M', 'I', '_'}, 0, bytes, 0, 2, 0x28};
  u8* p = reinterpret_cast<u8*>(&e);
  e.intermediate_checksum = static_cast<u8>(0 - sum(p + 16, 15));
  e.checksum = static_cast<u8>(0 - sum(p, 31));
  return Bytes(p, p + sizeof e);
}

class Smbios : public testing::Test {
 protected:
  Smbios() {
    fakes::forget_devices();
    device.plug();
    fakes::take_log();
  }
  ~Smbios() override { fakes::forget_devices(); }

  void host(const Bytes& anchor, const Bytes& tables) {
    device.add_file("etc/smbios/smbios-anchor", anchor);
    device.add_file("etc/smbios/smbios-tables", tables);
  }
  // The structures that an OS finds behind our entry point.
  Bytes build() {
    EXPECT_TRUE(fw_cfg::init());
    const smbios::Source source = smbios::find_source();
    memory.assign(source.output_bytes + 16, 0xee);
    u8* start = memory.data() + (16 - reinterpret_cast<u64>(memory.data()) % 16) % 16;
    auto at = smbios::build(source, {start, source.output_bytes}, bios);
    EXPECT_TRUE(at);
    EXPECT_EQ(at->raw(), reinterpret_cast<u64>(start));
    entry = load_le<smbios::EntryPoint30>(start);
    EXPECT_EQ(memcmp(entry.anchor, "_SM3_", 5), 0);
    EXPECT_EQ(sum(start, 24), 0);
    EXPECT_EQ(entry.table_address, at->raw() + 32);
    EXPECT_LE(32 + entry.max_table_bytes, source.output_bytes);
    Bytes out(start + 32, start + 32 + entry.max_table_bytes);
    EXPECT_EQ(out[out.size() - 6], 127);
    const smbios::Walk w = smbios::walk(out);
    EXPECT_TRUE(w.intact);
    EXPECT_EQ(w.bytes, out.size() - 6);
    EXPECT_TRUE(w.has_bios_information);
    return out;
  }

  fakes::FwCfgDevice device;
  smbios::Bios bios{"Ashlar", "0.1", "11/21/2024", 0, 1};
  std::vector<u8> memory;
  smbios::EntryPoint30 entry{};
};

TEST_F(Smbios, AddsOurBiosInformation) {
  host(anchor30(static_cast<u32>(type1.size() + end.size())), type1 + end);
  const Bytes out = build();
  EXPECT_EQ(entry.minor, 2);
  EXPECT_EQ(out[0], 0);
  EXPECT_EQ(out[1], 24);
  EXPECT_EQ(load_le<u16>(&out[2]), 0x101);
  EXPECT_EQ(load_le<u16>(&out[6]), 0);
  EXPECT_EQ(out[19] & 8, 8);
  EXPECT_STREQ(reinterpret_cast<const char*>(&out[24]), "Ashlar");
  EXPECT_STREQ(reinterpret_cast<const char*>(&out[31]), "0.1");
  EXPECT_STREQ(reinterpret_cast<const char*>(&out[35]), "11/21/2024");
  EXPECT_EQ(memcmp(&out[47], type1.data(), type1.size()), 0);
}

TEST_F(Smbios, KeepsTheHostsBiosInformation) {
  const Bytes mine = structure(0, 0, 24, std::string("Host\0", 5));
  host(anchor30(1000), mine + type1 + end);
  const Bytes out = build();
  EXPECT_STREQ(reinterpret_cast<const char*>(&out[24]), "Host");
  EXPECT_EQ(out.size(), mine.size() + type1.size() + 6);
}

TEST_F(Smbios, ConvertsThe32BitEntryPoint) {
  host(anchor21(static_cast<u16>(type1.size() + end.size())), type1 + end);
  build();
  EXPECT_EQ(entry.major, 3);
  EXPECT_EQ(smbios::walk(build()).structures, 2u);
}

TEST_F(Smbios, NoHostTables) {
  EXPECT_EQ(smbios::walk(build()).structures, 1u);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Smbios, DamagedAnchorsAreNotUsed) {
  Bytes a = anchor30(100), b = anchor21(100), c = anchor21(100), d = anchor30(100);
  a[3] ^= 1;
  b[5] = 29;
  c[0x10] ^= 1;
  d[6] = 255;
  for (const Bytes& anchor : {a, b, c, d, Bytes(3), Bytes(100)}) {
    host(anchor, type1 + end);
    EXPECT_EQ(smbios::walk(build()).structures, 1u);
    EXPECT_NE(fakes::take_log().find("entry point is damaged"), std::string::npos);
  }
  host(anchor30(100), type1 + end);
  device.claim_size("etc/smbios/smbios-tables", 0xffffffff);
  EXPECT_EQ(smbios::walk(build()).structures, 1u);
}

TEST_F(Smbios, DamagedStructuresEndTheTable) {
  Bytes short_length = structure(2, 0x200, 8, "");
  short_length[1] = 3;
  Bytes long_length = structure(2, 0x200, 8, "");
  long_length[1] = 200;
  const Bytes open_strings{2, 4, 0, 2, 'a', 'b', 'c'}, half_header{2, 4};
  for (const Bytes& bad : {short_length, long_length, open_strings, half_header}) {
    host(anchor30(1000), type1 + bad);
    EXPECT_EQ(smbios::walk(build()).structures, 2u);
    EXPECT_NE(fakes::take_log().find("damaged after structure 1"), std::string::npos);
  }
}

TEST_F(Smbios, MissingEndMarkerIsAdded) {
  host(anchor30(1000), type1);
  EXPECT_EQ(smbios::walk(build()).structures, 2u);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Smbios, AnchorBoundsTheTable) {
  host(anchor30(static_cast<u32>(type1.size())), type1 + structure(2, 0x200, 8, "") + end);
  EXPECT_EQ(smbios::walk(build()).structures, 2u);
}

TEST_F(Smbios, NoFreeHandleNoStructure) {
  host(anchor30(1000), structure(1, 0xffff, 27, qemu_strings) + structure(0, 1, 24, "") + end);
  EXPECT_EQ(smbios::walk(build()).structures, 2u);
}

TEST_F(Smbios, TextsAreBounded) {
  const std::string text(500, 'x');
  bios = {text, "", text};
  EXPECT_EQ(smbios::walk(build()).bytes, 24u + 65 + 2 + 65 + 1);
}

TEST_F(Smbios, MemoryIsChecked) {
  ASSERT_TRUE(fw_cfg::init());
  const smbios::Source source = smbios::find_source();
  alignas(16) u8 room[512];
  EXPECT_EQ(smbios::build(source, {room, source.output_bytes - 1}, bios).error(), Error::invalid_parameter);
  EXPECT_EQ(smbios::build(source, {room + 1, source.output_bytes}, bios).error(), Error::invalid_parameter);
}

}  // namespace
