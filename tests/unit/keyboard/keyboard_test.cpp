// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "lib/keyboard/boot_report.hpp"
#include "lib/keyboard/layout.hpp"
#include "lib/keyboard/scan_codes.hpp"

namespace {

using namespace base;
using keyboard::BootReport, keyboard::Event, keyboard::Layout, keyboard::ScanCodes;
namespace usage = keyboard::usage;
namespace scan = efi::scan;
namespace shift = efi::shift_state;
namespace toggle = efi::toggle_state;

// A PS/2 keyboard all the way.
struct Ps2 {
  std::vector<efi::KeyData> type(const std::vector<u8>& bytes) {
    std::vector<efi::KeyData> keys;
    Event event;
    efi::KeyData key;
    for (u8 byte : bytes)
      if (codes.feed(byte, event) && layout.feed(event, key)) keys.push_back(key);
    return keys;
  }
  std::string text(const std::vector<u8>& bytes) {
    std::string out;
    for (const efi::KeyData& key : type(bytes)) out += static_cast<char>(keyboard::without_state(key).unicode_char);
    return out;
  }
  u16 code(const std::vector<u8>& bytes) {
    const auto keys = type(bytes);
    return keys.size() == 1 ? keys[0].key.scan_code : 0xffff;
  }
  ScanCodes codes;
  Layout layout;
};

TEST(Keyboard, TypesTheWholeLayout) {
  Ps2 k;
  std::vector<u8> rows;
  for (u8 code = 0x02; code <= 0x39; ++code)
    if (code != 0x1d && code != 0x2a && code != 0x36 && code != 0x37 && code != 0x38) rows.insert(rows.end(), {code, static_cast<u8>(code | 0x80)});
  EXPECT_EQ(k.text(rows), "1234567890-=\b\tqwertyuiop[]\rasdfghjkl;'`\\zxcvbnm,./ ");
  rows.insert(rows.begin(), 0x2a);
  EXPECT_EQ(k.text(rows), "!@#$%^&*()_+\b\tQWERTYUIOP{}\rASDFGHJKL:\"~|ZXCVBNM<>? ");
}

TEST(Keyboard, FunctionAndMovementKeys) {
  Ps2 k;
  for (u8 i = 0; i < 10; ++i) EXPECT_EQ(k.code({static_cast<u8>(0x3b + i)}), scan::f1 + i);
  EXPECT_EQ(k.code({0x57}), scan::f11);
  EXPECT_EQ(k.code({0x58}), scan::f12);
  EXPECT_EQ(k.code({0x01}), scan::escape);
  const std::vector<std::pair<u8, u16>> extended = {{0x48, scan::up},   {0x50, scan::down}, {0x4b, scan::left},    {0x4d, scan::right},
                                                    {0x47, scan::home}, {0x4f, scan::end},  {0x49, scan::page_up}, {0x51, scan::page_down},
                                                    {0x52, scan::insert}, {0x53, scan::delete_key}};
  for (const auto& [code, wanted] : extended) {
    EXPECT_EQ(k.code({0xe0, code}), wanted);
    // With the shift that a keyboard pretends around it.
    EXPECT_EQ(k.code({0xe0, 0x2a, 0xe0, code, 0xe0, static_cast<u8>(code | 0x80), 0xe0, 0xaa}), wanted);
  }
  EXPECT_EQ(k.code({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5}), scan::pause);
  EXPECT_EQ(k.layout.locks(), 0) << "Pause is no Num Lock";
  EXPECT_EQ(k.text({0xe0, 0x1c, 0xe0, 0x35}), "\r/");
}

TEST(Keyboard, KeypadFollowsNumLock) {
  Ps2 k;
  EXPECT_EQ(k.code({0x47}), scan::home);
  EXPECT_EQ(k.code({0x53}), scan::delete_key);
  k.type({0x45, 0xc5});
  EXPECT_EQ(k.layout.locks(), toggle::num_lock);
  EXPECT_EQ(k.text({0x47, 0x48, 0x49, 0x4b, 0x4c, 0x4d, 0x4f, 0x50, 0x51, 0x52, 0x53}), "7894561230.");
  EXPECT_EQ(k.text({0x37, 0x4a, 0x4e}), "*-+");
  EXPECT_EQ(k.code({0x2a, 0x47}), scan::home);
}

TEST(Keyboard, CapsLockTurnsLettersOnly) {
  Ps2 k;
  k.type({0x3a, 0x3a, 0x3a, 0xba});  // held: it repeats
  EXPECT_EQ(k.layout.locks(), toggle::caps_lock);
  EXPECT_EQ(k.text({0x1e, 0x02}), "A1");
  EXPECT_EQ(k.text({0x2a, 0x1e, 0xaa}), "a");
  k.type({0x3a, 0xba});
  EXPECT_EQ(k.text({0x1e}), "a");
}

TEST(Keyboard, StateSaysWhatIsHeld) {
  Ps2 k;
  auto keys = k.type({0x1d, 0x2e});
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].key.unicode_char, u'c');
  EXPECT_EQ(keys[0].state.shift_state, shift::valid | shift::left_control);
  EXPECT_EQ(keyboard::without_state(keys[0]).unicode_char, 3);
  k.type({0x9d});
  // Shift is in the character already; not so for a function key.
  EXPECT_EQ(k.type({0x2a, 0x1e})[0].state.shift_state, shift::valid);
  EXPECT_EQ(k.type({0x3b})[0].state.shift_state, shift::valid | shift::left_shift);
  k.type({0xaa});
  EXPECT_EQ(k.type({0xe0, 0x38, 0x1e})[0].state.shift_state, shift::valid | shift::right_alt);
  k.layout.release_all();
  EXPECT_EQ(k.layout.state().shift_state, shift::valid);
}

TEST(Keyboard, ResetNeedsAllThree) {
  Ps2 k;
  EXPECT_FALSE(keyboard::is_reset_request(k.type({0xe0, 0x53})[0]));
  k.type({0x1d});
  EXPECT_FALSE(keyboard::is_reset_request(k.type({0xe0, 0x53})[0]));
  k.type({0x38});
  EXPECT_TRUE(keyboard::is_reset_request(k.type({0xe0, 0x53})[0]));
  EXPECT_FALSE(keyboard::is_reset_request(k.type({0x1e})[0]));
}

TEST(Keyboard, PartialKeysWhenWanted) {
  Ps2 k;
  EXPECT_TRUE(k.type({0x2a, 0xaa}).empty());
  k.layout.expose_partial_keys(true);
  const auto keys = k.type({0x2a, 0xaa});
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].key.unicode_char, 0);
  EXPECT_EQ(keys[0].state.shift_state, shift::valid | shift::left_shift);
  EXPECT_TRUE(keys[0].state.toggle_state & toggle::key_state_exposed);
}

TEST(Keyboard, RegistrationsMatchKeyAndState) {
  const efi::KeyData f2{{scan::f1 + 1, 0}, {shift::valid, toggle::valid}};
  EXPECT_TRUE(keyboard::matches({{scan::f1 + 1, 0}, {0, 0}}, f2));
  EXPECT_FALSE(keyboard::matches({{scan::f1, 0}, {0, 0}}, f2));
  EXPECT_FALSE(keyboard::matches({{scan::f1 + 1, 0}, {shift::valid | shift::left_control, 0}}, f2));
  EXPECT_TRUE(keyboard::matches({{scan::f1 + 1, 0}, {shift::valid, toggle::valid}}, f2));
}

TEST(ScanCodes, AnyBytesAreTaken) {
  ScanCodes codes;
  Event event;
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      codes.feed(static_cast<u8>(first), event);
      if (codes.feed(static_cast<u8>(second), event)) EXPECT_NE(event.usage, usage::none);
    }
}

std::vector<std::pair<u8, bool>> feed(BootReport& report, std::array<u8, 8> bytes) {
  std::array<Event, BootReport::max_events> events;
  const unsigned count = report.feed(bytes, events);
  std::vector<std::pair<u8, bool>> out;
  for (unsigned i = 0; i < count; ++i) out.emplace_back(events[i].usage, events[i].pressed);
  return out;
}
using Events = std::vector<std::pair<u8, bool>>;

TEST(BootReportTest, TellsDifferences) {
  BootReport report;
  EXPECT_EQ(feed(report, {0x02, 0, 0x04}), (Events{{0xe1, true}, {0x04, true}}));
  EXPECT_EQ(report.held(), 0x04);
  EXPECT_EQ(feed(report, {0x02, 0, 0x04}), Events{});
  EXPECT_EQ(feed(report, {0x02, 0, 0x05, 0x04}), (Events{{0x05, true}}));
  EXPECT_EQ(report.held(), 0x05);
  EXPECT_EQ(feed(report, {0x00, 0, 0x05}), (Events{{0x04, false}, {0xe1, false}}));
  EXPECT_EQ(feed(report, {}), (Events{{0x05, false}}));
  EXPECT_EQ(report.held(), usage::none);
}

TEST(BootReportTest, DamagedReports) {
  BootReport report;
  feed(report, {0x01, 0, 0x04});
  EXPECT_EQ(feed(report, {0x00, 0, 1, 1, 1, 1, 1, 1}), Events{}) << "too many keys: as before";
  std::array<Event, BootReport::max_events> events;
  const u8 cut[] = {0, 0, 5};
  EXPECT_EQ(report.feed(cut, events), 0u);
  // The same key in every place is one key; with all that changes at once, the events still fit.
  EXPECT_EQ(feed(report, {0xff, 0, 9, 9, 9, 9, 9, 9}).size(), 1u + 7u + 1u);
  feed(report, {0xff, 0, 10, 11, 12, 13, 14, 15});
  EXPECT_LE(feed(report, {0x00, 0, 20, 21, 22, 23, 24, 25}).size(), events.size());
}

}  // namespace
