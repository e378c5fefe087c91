// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "lib/module/module.hpp"

namespace {

using namespace base;
using module::Header;

// One segment with one pointer in it.
std::vector<u8> blob(void (*spoil)(Header&) = nullptr, u32 relocation = 8) {
  std::vector<u8> bytes(sizeof(Header) + 32 + 16);
  Header h{};
  h.magic = Header::magic_value;
  h.total_bytes = static_cast<u32>(bytes.size());
  h.memory_pages = 1;
  h.entry = 4;
  h.segment_count = 1;
  h.relocation_count = 1;
  h.relocation_offset = sizeof(Header) + 32;
  h.segments[0] = {0, 4096, sizeof(Header), 32, module::segment_read};
  if (spoil) spoil(h);
  std::memcpy(bytes.data(), &h, sizeof h);
  const u64 pointer = 0x20;
  std::memcpy(bytes.data() + sizeof(Header) + 8, &pointer, 8);
  std::memcpy(bytes.data() + sizeof(Header) + 32, &relocation, 4);
  return bytes;
}

TEST(Module, LoadsAndRelocates) {
  const auto bytes = blob();
  auto header = module::check(bytes);
  ASSERT_TRUE(header);
  std::vector<u8> memory(4096, 0xcc);
  const u64 base = reinterpret_cast<u64>(memory.data());
  auto entry = module::load(**header, Gpa(base));
  ASSERT_TRUE(entry);
  EXPECT_EQ(*entry, base + 4);
  u64 pointer;
  std::memcpy(&pointer, memory.data() + 8, 8);
  EXPECT_EQ(pointer, base + 0x20);
  EXPECT_EQ(memory[40], 0);
}

TEST(Module, RefusesDamage) {
  EXPECT_FALSE(module::check({}));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.magic = 0; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { --h.total_bytes; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.entry = 4096; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.segment_count = 5; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.relocation_count = ~0u; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.segments[0].memory_bytes = 4097; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.segments[0].file_bytes = ~0u; })));
  EXPECT_FALSE(module::check(blob([](Header& h) { h.segments[0].memory_bytes = 16; })));
  std::vector<u8> memory(4096);
  const auto bytes = blob(nullptr, 4089);
  auto header = module::check(bytes);
  ASSERT_TRUE(header);
  EXPECT_FALSE(module::load(**header, Gpa(reinterpret_cast<u64>(memory.data()))));
}

}  // namespace
