// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "lib/base/endian.hpp"
#include "tests/unit/pe/pe_builder.hpp"

namespace {

using namespace pe_test;

constexpr u64 loaded_at = 0x7f00'0000;

std::vector<u8> load_or_fail(const std::vector<u8>& file) {
  auto image = pe::parse(file);
  EXPECT_TRUE(image);
  std::vector<u8> memory((*image).memory_bytes(), 0xcc);
  EXPECT_TRUE(pe::load(*image, memory, loaded_at));
  return memory;
}

TEST(Pe, LoadsAndRelocates) {
  const auto memory = load_or_fail(Builder().build());
  EXPECT_EQ(memory[text_rva], 0x90);
  EXPECT_EQ(load_le<u64>(memory.data() + pointer_rva), loaded_at + text_rva);
}

TEST(Pe, ZeroesWhatTheFileDoesNotFill) {
  const auto memory = load_or_fail(Builder().build());
  for (u32 at = text_rva + 0x20; at < data_rva; ++at) ASSERT_EQ(memory[at], 0) << at;
  for (u32 at = data_rva + 0x200; at < reloc_rva; ++at) ASSERT_EQ(memory[at], 0) << at;
  EXPECT_EQ(memory[image_bytes - 1], 0);
}

TEST(Pe, LoadsWhereItWasLinkedWithoutRelocations) {
  Builder b;
  b.coff.characteristics |= characteristic::relocations_stripped;
  const auto file = b.build();
  auto image = pe::parse(file);
  ASSERT_TRUE(image);
  std::vector<u8> memory(image_bytes);
  EXPECT_TRUE(pe::load(*image, memory, linked_at));
  const auto moved = pe::load(*image, memory, loaded_at);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error(), Error::load_error);
}

TEST(Pe, NxCompatibilityNeedsPageAlignment) {
  Builder b;
  b.optional.dll_characteristics = dll_characteristic::nx_compat;
  EXPECT_TRUE((*pe::parse(b.build())).nx_compatible());
  b.optional.section_alignment = 0x20;
  EXPECT_FALSE((*pe::parse(b.build())).nx_compatible());
}

// As xen.efi has them.
TEST(Pe, NxCompatibilityThatSectionsContradict) {
  Builder b;
  b.optional.dll_characteristics = dll_characteristic::nx_compat;
  b.sections[0].characteristics |= section_characteristic::write;
  EXPECT_FALSE((*pe::parse(b.build())).nx_compatible()) << "writable code";
  b.sections[0].characteristics &= ~section_characteristic::write;
  EXPECT_TRUE((*pe::parse(b.build())).nx_compatible());
  b.sections[2].virtual_address += 0x10;
  EXPECT_FALSE((*pe::parse(b.build())).nx_compatible()) << "two sections on a page";
}

struct Spoiled {
  const char* name;
  void (*spoil)(Builder&);
  Error expected;
};

class PeRefuses : public testing::TestWithParam<Spoiled> {};

TEST_P(PeRefuses, AtParseOrLoad) {
  Builder b;
  GetParam().spoil(b);
  const auto file = b.build();
  auto image = pe::parse(file);
  if (image) {
    std::vector<u8> memory((*image).memory_bytes());
    const auto loaded = pe::load(*image, memory, loaded_at);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error(), GetParam().expected);
  } else {
    EXPECT_EQ(image.error(), GetParam().expected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Fields, PeRefuses,
    testing::Values(
        Spoiled{"dos_magic", [](Builder& b) { b.dos.magic = 0; }, Error::unsupported},
        Spoiled{"new_header_past_end", [](Builder& b) { b.dos.new_header_offset = 0xffff'fff0; }, Error::load_error},
        Spoiled{"machine", [](Builder& b) { b.coff.machine = machine_i386; }, Error::unsupported},
        Spoiled{"pe32", [](Builder& b) { b.optional.magic = magic_pe32; }, Error::unsupported},
        Spoiled{"subsystem", [](Builder& b) { b.optional.subsystem = 3; }, Error::unsupported},
        Spoiled{"many_sections", [](Builder& b) { b.coff.number_of_sections = 0xffff; }, Error::load_error},
        Spoiled{"optional_header_short", [](Builder& b) { b.coff.size_of_optional_header = 112; }, Error::load_error},
        Spoiled{"many_directories", [](Builder& b) { b.optional.number_of_rva_and_sizes = ~0u; }, Error::load_error},
        Spoiled{"empty_image", [](Builder& b) { b.optional.size_of_image = 0; }, Error::load_error},
        Spoiled{"huge_image", [](Builder& b) { b.optional.size_of_image = ~0u; }, Error::load_error},
        Spoiled{"entry_outside", [](Builder& b) { b.optional.address_of_entry_point = image_bytes; }, Error::load_error},
        Spoiled{"headers_past_image", [](Builder& b) { b.optional.size_of_headers = image_bytes + 1; }, Error::load_error},
        Spoiled{"headers_past_file", [](Builder& b) { b.optional.size_of_headers = 0x1000; }, Error::load_error},
        Spoiled{"section_past_image", [](Builder& b) { b.sections[1].virtual_address = image_bytes - 8; }, Error::load_error},
        Spoiled{"section_wraps", [](Builder& b) { b.sections[1].virtual_size = ~0u; }, Error::load_error},
        Spoiled{"raw_data_past_file", [](Builder& b) { b.sections[0].pointer_to_raw_data = 0xfff0'0000; }, Error::load_error},
        Spoiled{"raw_size_past_file", [](Builder& b) { b.sections[0].size_of_raw_data = 0xffff'f000; }, Error::load_error},
        Spoiled{"relocations_outside", [](Builder& b) { b.directories[directory_base_relocation] = {image_bytes, 12}; }, Error::load_error},
        Spoiled{"relocation_block_empty", [](Builder& b) { b.directories[directory_base_relocation] = {data_rva, 12}; }, Error::load_error}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Pe, EveryTruncationIsRefused) {
  const auto file = Builder().build();
  for (u64 size = 0; size < 0x80c; ++size) {
    const std::vector<u8> cut(file.begin(), file.begin() + static_cast<long>(size));
    EXPECT_FALSE(pe::parse(cut)) << size;
  }
}

TEST(Pe, RelocationTargetsStayInside) {
  auto file = Builder().build();
  store_le(file.data() + 0x800, BaseRelocationBlock{image_bytes - 4, 12});
  auto image = pe::parse(file);
  ASSERT_TRUE(image);
  std::vector<u8> memory(image_bytes);
  EXPECT_FALSE(pe::load(*image, memory, loaded_at));
}

}  // namespace
