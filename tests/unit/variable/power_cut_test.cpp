// SPDX-License-Identifier: BSD-2-Clause-Patent
// The flash is cut after every single write: each variable then has its old value or its new one.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/variable/flash_fixture.hpp"

namespace variable_test {
namespace {

constexpr u64 small_volume = 0x8000;  // two blocks of store
constexpr u64 flash_end = 0x1000'0000, other_end = 0x2000'0000;
constexpr unsigned operations = 200;
constexpr u64 nested_every = 211;

using Values = std::map<std::u16string, std::string>;
using Image = std::vector<u8>;
using Changes = std::vector<fakes::Pflash::Change>;

class PowerCut : public testing::Test {
 protected:
  PowerCut() : machine_(empty_volume(small_volume), flash_end), choices_(7) {
    machine_.chip.on_change = [this](const auto& change) { changes_.push_back(change); };
  }
  void random_operation() {
    const std::u16string name(1, static_cast<char16_t>(u'a' + choices_.below(12)));
    std::string data(choices_.below(choices_.one_in(30) ? 1500 : 100), static_cast<char>('0' + choices_.below(75)));
    const bool appends = choices_.one_in(6), deletes = choices_.one_in(6);
    if (deletes) data.clear();
    const auto done = machine_.set(name.c_str(), data, 7 | (appends ? efi::variable_attribute::append_write : 0));
    if (!done) return;
    if (data.empty() && !appends)
      values_.erase(name);
    else if (!data.empty())
      values_[name] = appends ? values_[name] + data : data;
  }

  u64 erasures(u64 block) const {
    return static_cast<u64>(std::ranges::count_if(changes_, [&](const auto& c) { return c.erases() && c.offset == block; }));
  }
  u64 rewrites() const { return erasures(0); }

  static bool holds(FlashMachine& machine, const Values& values) {
    u64 count = 0;
    char16_t name[8] = {};
    Guid vendor{};
    for (u64 size = sizeof name; machine.store.get_next_name(&size, name, &vendor); size = sizeof name) {
      const auto found = values.find(name);
      if (found == values.end() || machine.get(name) != found->second) return false;
      ++count;
    }
    return count == values.size();
  }

  // What comes up from this image is one of the two, and takes more.
  void judge(const Image& image, const Values& before, bool nested) {
    ++cuts_;
    FlashMachine machine(image, other_end);
    Changes recovery;
    if (nested) machine.chip.on_change = [&](const auto& change) { recovery.push_back(change); };
    ASSERT_TRUE(machine.open());
    machine.chip.on_change = nullptr;
    Values now = values_;
    if (!holds(machine, now)) {
      now = before;
      ASSERT_TRUE(holds(machine, now)) << "neither old nor new";
    }
    const auto more = machine.set(u"more", "!");
    if (more) now[u"more"] = "!";
    ASSERT_TRUE(more || machine.store.non_volatile().remaining() < 72);
    if (cuts_ % 16 == 0) {
      ASSERT_TRUE(machine.open());
      ASSERT_TRUE(holds(machine, now));
    }
    ASSERT_EQ(machine.chip.error(), "");
    ASSERT_TRUE(machine.chip.in_array_mode());
    if (nested && !recovery.empty()) replay(image, recovery, before, false);
  }

  void replay(Image image, const Changes& changes, const Values& before, bool nested) {
    for (const auto& change : changes) {
      if (change.erases()) {  // an erasure is no single moment
        Image half = image;
        std::fill_n(half.begin() + static_cast<long>(change.offset), 2048, u8{0xff});
        judge(half, before, false);
      }
      fakes::Pflash::apply(change, image);
      judge(image, before, nested && cuts_ % nested_every == 0);
      if (HasFatalFailure()) return;
    }
  }

  FlashMachine machine_;
  fakes::Choices choices_;
  Values values_;
  Changes changes_;
  u64 cuts_ = 0;
};

TEST_F(PowerCut, LeavesEachVariableOldOrNewAtEveryPoint) {
  ASSERT_TRUE(machine_.open());
  // The list of rewrites has room for 50: it is full soon after the cuts begin.
  while (rewrites() < 48) random_operation();
  changes_.clear();
  u64 rewritten = 0, lists = 0;
  for (unsigned i = 0; i < operations; ++i) {
    const Image image = machine_.chip.contents();
    const Values before = values_;
    changes_.clear();
    random_operation();
    ASSERT_EQ(machine_.chip.error(), "");
    rewritten += rewrites();
    lists += erasures(variable::Geometry{small_volume}.working());
    replay(image, changes_, before, true);
    if (HasFatalFailure()) return;
  }
  // The cuts have been where it hurts.
  EXPECT_GE(rewritten, 3u);
  EXPECT_GE(lists, 1u);
  RecordProperty("cuts", static_cast<int>(cuts_));
  std::printf("%llu cuts, %llu rewrites\n", static_cast<unsigned long long>(cuts_), static_cast<unsigned long long>(rewritten));
}

}  // namespace
}  // namespace variable_test
