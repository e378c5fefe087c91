// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/unit/variable/flash_fixture.hpp"

namespace variable_test {
namespace {

using variable::Lasting;

constexpr u64 flash_end = 0x1000'0000;
constexpr u64 first_record = variable::store_offset + sizeof(variable::StoreHeader);

// The way the runtime services open it, from OVMF's geometry.
struct Opened {
  explicit Opened(fakes::Pflash& pflash) : chip(pflash) {
    fakes::attach(chip, flash_end - chip.contents().size(), chip.contents().size());
    memory.resize(0x4'0000 / 8);
    open();
  }
  ~Opened() { fakes::detach(chip); }
  void open() {
    report = {};
    arena = variable::open_non_volatile({reinterpret_cast<u8*>(memory.data()), memory.size() * 8}, flash_end, report).value_or({});
  }
  Result<> write(std::u16string_view name, std::string_view data) {
    const std::span<const u8> bytes(reinterpret_cast<const u8*>(data.data()), data.size());
    return arena.write(arena.find(name, variable_model::vendors[0]), {name, variable_model::vendors[0], 7, 0, bytes});
  }
  std::string read(std::u16string_view name) {
    const auto* record = arena.find(name, variable_model::vendors[0]);
    if (!record) return "<none>";
    const auto data = variable::Arena::data_of(*record);
    return {reinterpret_cast<const char*>(data.data()), data.size()};
  }

  fakes::Pflash& chip;
  std::vector<u64> memory;
  variable::NonVolatile report;
  variable::Arena arena;
};

TEST(VariableFlash, BothSizesOfOvmfAreFound) {
  for (const u64 size : {variable::volume_bytes_4m, variable::volume_bytes_2m}) {
    fakes::Pflash chip(empty_volume(size));
    Opened opened(chip);
    EXPECT_EQ(opened.report.lasting, Lasting::yes);
    EXPECT_EQ(opened.report.flash_bytes, size);
    EXPECT_EQ(opened.report.flash_base, flash_end - size);
    EXPECT_EQ(opened.arena.capacity(), variable::Geometry{size}.live() - first_record);
    ASSERT_TRUE(opened.write(u"a", "kept"));
    opened.open();
    EXPECT_EQ(opened.read(u"a"), "kept");
    EXPECT_EQ(chip.error(), "");
  }
}

TEST(VariableFlash, NothingThereIsNoFlash) {
  class Memory : public fakes::MmioDevice {
   public:
    explicit Memory(bool rom) : rom_(rom) {}
    u64 read(u64 offset, unsigned bytes) override {
      u64 value = 0;
      std::memcpy(&value, bytes_.data() + offset, bytes);
      return value;
    }
    void write(u64 offset, unsigned, u64 value) override {
      if (!rom_) bytes_[offset] = static_cast<u8>(value);
    }
    std::vector<u8> bytes_ = empty_volume(variable::volume_bytes_4m);

   private:
    const bool rom_;
  };
  std::vector<u64> memory(0x4'0000 / 8);
  const std::span<u8> bytes{reinterpret_cast<u8*>(memory.data()), 0x4'0000};
  variable::NonVolatile report;
  EXPECT_TRUE(variable::open_non_volatile(bytes, 0, report));
  EXPECT_EQ(report.lasting, Lasting::no_flash);
  EXPECT_TRUE(variable::open_non_volatile(bytes, flash_end, report));
  EXPECT_EQ(report.lasting, Lasting::no_flash);
  for (const bool rom : {true, false}) {
    Memory device(rom);
    const auto before = device.bytes_;
    fakes::attach(device, flash_end - before.size(), before.size());
    report = {};
    EXPECT_TRUE(variable::open_non_volatile(bytes, flash_end, report));
    EXPECT_EQ(report.lasting, Lasting::no_flash);
    EXPECT_EQ(device.bytes_, before);
    fakes::detach(device);
  }
}

TEST(VariableFlash, WriteProtectedIsRead) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_2m));
  Opened opened(chip);
  ASSERT_TRUE(opened.write(u"a", "kept"));
  chip.write_protected = true;
  opened.open();
  EXPECT_EQ(opened.report.lasting, Lasting::write_protected);
  EXPECT_EQ(opened.read(u"a"), "kept");
  EXPECT_TRUE(opened.write(u"a", "for now"));
  EXPECT_EQ(opened.read(u"a"), "for now");
  opened.open();
  EXPECT_EQ(opened.read(u"a"), "kept");
}

TEST(VariableFlash, DamagedHeadersLeaveTheFlashAlone) {
  const auto with = [](u64 offset, u8 value) {
    fakes::Pflash chip(empty_volume(variable::volume_bytes_4m));
    chip.contents()[offset] = value;
    const auto before = chip.contents();
    Opened opened(chip);
    EXPECT_TRUE(opened.write(u"a", "volatile"));
    EXPECT_EQ(opened.read(u"a"), "volatile");
    EXPECT_EQ(chip.contents(), before);
    EXPECT_TRUE(chip.in_array_mode());
    return opened.report.lasting;
  };
  EXPECT_EQ(with(0x28, 'x'), Lasting::bad_volume);   // signature
  EXPECT_EQ(with(0x22, 9), Lasting::bad_volume);     // length
  EXPECT_EQ(with(0x32, 0), Lasting::bad_volume);     // checksum
  EXPECT_EQ(with(0x48, 0), Lasting::bad_store);      // identifier
  EXPECT_EQ(with(0x58, 0xbc), Lasting::bad_store);   // size, over the end
  EXPECT_EQ(with(0x5c, 0), Lasting::bad_store);      // format
  EXPECT_EQ(with(0x5d, 0xff), Lasting::bad_store);   // state
}

TEST(VariableFlash, GarbageInTheMiddleIsSkipped) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_4m));
  Opened opened(chip);
  for (const char16_t* name : {u"a", u"b", u"c", u"d"}) ASSERT_TRUE(opened.write(name, std::string(100, static_cast<char>(*name))));
  constexpr u64 record = 60 + 4 + 100;
  const auto good = chip.contents();
  const auto garble = [&](u64 offset, unsigned bytes, u8 value) {
    chip.contents() = good;
    std::fill_n(chip.contents().begin() + static_cast<long>(first_record + offset), bytes, value);
    const auto damaged = chip.contents();
    opened.open();
    EXPECT_EQ(chip.contents(), damaged);
    return opened.read(u"a") + opened.read(u"b") + opened.read(u"c") + opened.read(u"d");
  };
  const std::string a(100, 'a'), b(100, 'b'), c(100, 'c'), d(100, 'd');
  EXPECT_EQ(garble(record, 60, 0x5c), a + "<none>" + c + d);
  EXPECT_EQ(opened.report.skipped_at, sizeof(variable::StoreHeader) + record);
  EXPECT_EQ(garble(record + 36, 4, 0xee), a + "<none>" + c + d);    // name size
  EXPECT_EQ(garble(record + 60, 1, 0), a + "<none>" + c + d);       // a name of nothing
  EXPECT_EQ(garble(record + 40, 4, 0), a + "<none>" + c + d);       // no data
  EXPECT_EQ(garble(0, 2 * record, 0), "<none><none>" + c + d);
  EXPECT_EQ(garble(3 * record, 100, 0), a + b + c + "<none>");
  // The first write takes the damage away, and nothing else.
  ASSERT_TRUE(opened.write(u"e", "new"));
  opened.open();
  EXPECT_EQ(opened.report.skipped_at, 0u);
  EXPECT_EQ(opened.read(u"a") + opened.read(u"c") + opened.read(u"e"), a + c + "new");
  // So does a deletion.
  garble(record, 60, 0x5c);
  ASSERT_TRUE(opened.arena.remove(opened.arena.find(u"c", variable_model::vendors[0])));
  opened.open();
  EXPECT_EQ(opened.report.skipped_at, 0u);
  EXPECT_EQ(opened.read(u"a") + opened.read(u"c") + opened.read(u"d"), a + "<none>" + d);
  EXPECT_EQ(chip.error(), "");
}

TEST(VariableFlash, AnErasedBlockInTheMiddleIsNotTheEnd) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_4m));
  Opened opened(chip);
  for (char16_t name = u'a'; name <= u'z'; ++name) ASSERT_TRUE(opened.write({&name, 1}, std::string(1000, static_cast<char>(name))));
  std::fill_n(chip.contents().begin() + 0x2000, 0x1000, u8{0xff});
  opened.open();
  EXPECT_GT(opened.report.skipped_at, 0u);
  int lost = 0;
  for (char16_t name = u'a'; name <= u'z'; ++name) lost += opened.read({&name, 1}) != std::string(1000, static_cast<char>(name));
  EXPECT_LE(lost, 5);
  EXPECT_GE(lost, 4);
}

TEST(VariableFlash, ATornReplacementIsSettled) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_4m));
  Opened opened(chip);
  ASSERT_TRUE(opened.write(u"a", "old"));
  ASSERT_TRUE(opened.write(u"a", "new"));
  u8* at = chip.contents().data() + first_record;
  EXPECT_EQ(at[2], 0x3c);
  EXPECT_EQ(at[68 + 2], 0x3f);
  at[2] = 0x3e;  // as if the last step had not happened
  opened.open();
  EXPECT_EQ(opened.read(u"a"), "new");
  EXPECT_EQ(opened.arena.remaining(), opened.arena.capacity() - 68);
  EXPECT_EQ(at[2], 0x3c);
  at[2] = 0x3e;
  at[68 + 2] = 0x7f;  // nor the one before
  opened.open();
  EXPECT_EQ(opened.read(u"a"), "old");
}

// A header that edk2 began and did not finish is 60 bytes to it, and it goes on writing behind them.
TEST(VariableFlash, WhatFollowsAnUnfinishedHeaderIsRead) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_4m));
  Opened opened(chip);
  ASSERT_TRUE(opened.write(u"a", "kept"));
  auto& bytes = chip.contents();
  std::copy_n(bytes.begin() + first_record, 68, bytes.begin() + first_record + 60);
  std::fill_n(bytes.begin() + first_record + 2, 58, u8{0xff});
  opened.open();
  EXPECT_EQ(opened.read(u"a"), "kept");
  EXPECT_EQ(opened.report.skipped_at, 0u);
  // One of which only a byte was written ends the store; the next write goes there after a rewrite.
  bytes[first_record + 128] = 0xaa;
  opened.open();
  EXPECT_EQ(opened.report.skipped_at, 0u);
  ASSERT_TRUE(opened.write(u"b", "more"));
  opened.open();
  EXPECT_EQ(opened.read(u"a") + opened.read(u"b"), "keptmore");
  EXPECT_EQ(chip.error(), "");
}

TEST(VariableFlash, AFailingChipIsAnError) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_2m));
  Opened opened(chip);
  ASSERT_TRUE(opened.write(u"a", "kept"));
  chip.broken = true;
  EXPECT_FALSE(opened.write(u"a", "lost"));
  EXPECT_FALSE(opened.write(u"b", "lost"));
  EXPECT_FALSE(opened.arena.remove(opened.arena.find(u"a", variable_model::vendors[0])));
  EXPECT_EQ(opened.read(u"a") + opened.read(u"b"), "kept<none>");
  chip.broken = false;
  opened.open();
  EXPECT_EQ(opened.read(u"a") + opened.read(u"b"), "kept<none>");
}

// Exits to the host, which is what a write costs [OVMF: two for each byte].
TEST(VariableFlash, ExitsPerWrite) {
  fakes::Pflash chip(empty_volume(variable::volume_bytes_4m));
  Opened opened(chip);
  ASSERT_TRUE(opened.write(u"BootOrder", "12345678"));
  fakes::counters = {};
  ASSERT_TRUE(opened.write(u"BootOrder", "87654321"));
  EXPECT_LE(fakes::counters.mmio_writes, 50u);
}

TEST(VariableFlash, AnEmptyVolumeIsOvmfs) {
  std::ifstream file("/usr/share/OVMF/OVMF_VARS_4M.fd", std::ios::binary);
  if (!file) GTEST_SKIP() << "Debian's ovmf is not installed";
  const std::vector<char> theirs{std::istreambuf_iterator<char>(file), {}};
  const auto ours = empty_volume(variable::volume_bytes_4m);
  EXPECT_TRUE(std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](u8 x, char y) { return x == static_cast<u8>(y); }));
}

}  // namespace
}  // namespace variable_test
