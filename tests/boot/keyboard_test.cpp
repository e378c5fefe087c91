// SPDX-License-Identifier: BSD-2-Clause-Patent
// Keys that QEMU's monitor presses on each kind of keyboard, as payloads/keys.cpp sees them.
#include <gtest/gtest.h>

#include "monitor.hpp"
#include "qemu.hpp"

namespace boot {
namespace {

constexpr Seconds patience{60};

struct Keyboard {
  const char *name, *machine;
  std::vector<std::string> words;
  bool held = false;  // does the test hold a key until it repeats itself? QEMU's PS/2 keyboard never does
};

void PrintTo(const Keyboard& keyboard, std::ostream* out) { *out << keyboard.name; }

// With a PS/2 keyboard on the machine QEMU gives the keys to that one.
const Keyboard ps2_keyboards[] = {
    {"ps2_q35", "q35", {}},
    {"ps2_pc", "pc", {}},
};
const Keyboard usb_keyboards[] = {
    {"usb_xhci", "q35,i8042=off", {"-device", "qemu-xhci", "-device", "usb-kbd"}, true},
    {"usb_xhci_full_speed", "pc,i8042=off", {"-device", "nec-usb-xhci", "-device", "usb-kbd,usb_version=1"}},
    {"usb_hub", "q35,i8042=off", {"-device", "qemu-xhci", "-device", "usb-hub,port=1", "-device", "usb-kbd,port=1.4"}},
    {"usb_ehci", "q35,i8042=off", {"-device", "usb-ehci", "-device", "usb-kbd"}, true},
    {"usb_ich9_ehci", "pc,i8042=off", {"-device", "ich9-usb-ehci1", "-device", "usb-kbd"}},
};

class KeyboardTypes : public testing::TestWithParam<Keyboard> {
 protected:
  void begin() {
    machine_.type = GetParam().machine;
    machine_.kernel = "build/payloads/keys.efi";
    machine_.extra = {"-no-reboot"};
    machine_.extra.insert(machine_.extra.end(), GetParam().words.begin(), GetParam().words.end());
  }
  Machine machine_;
};

TEST_P(KeyboardTypes, WhatIsPressed) {
  begin();
  const std::string name = std::string("keyboard_") + GetParam().name;
  for (const std::string& word : Monitor::words(name)) machine_.extra.push_back(word);
  Qemu qemu(name, machine_);
  Monitor monitor(name);
  ASSERT_TRUE(qemu.expect("KEYS wanted", patience)) << qemu.tail();
  // KEY scan character shift toggle [uefi §12.3.3]
  const std::pair<const char*, const char*> keys[] = {
      {"a", "KEY 0 97 0 0"},      {"shift-a", "KEY 0 65 0 0"}, {"ctrl-a", "KEY 0 97 8 0"}, {"alt-f4", "KEY 14 0 32 0"},
      {"up", "KEY 1 0 0 0"},      {"ret", "KEY 0 13 0 0"},     {"delete", "KEY 8 0 0 0"},  {"kp_enter", "KEY 0 13 0 0"},
      {"slash", "KEY 0 47 0 0"},
  };
  for (const auto& [key, wanted] : keys) {
    monitor.command(std::string("sendkey ") + key);
    EXPECT_TRUE(qemu.expect(std::string(wanted) + "\r\n", patience)) << key << "\n" << qemu.tail();
  }
  // Locks are no keys, but change them.
  monitor.command("sendkey caps_lock");
  monitor.command("sendkey b");
  EXPECT_TRUE(qemu.expect("KEY 0 66 0 4\r\n", patience)) << qemu.tail();
  monitor.command("sendkey caps_lock");
  monitor.command("sendkey b");
  EXPECT_TRUE(qemu.expect("KEY 0 98 0 0\r\n", patience)) << qemu.tail();
  if (GetParam().held) {
    monitor.command("sendkey x 2000");
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(qemu.expect("KEY 0 120 0 0\r\n", patience)) << qemu.tail();
  }
  EXPECT_EQ(complaints(qemu.transcript()), std::vector<std::string>{});
  monitor.command("sendkey esc");
  EXPECT_TRUE(qemu.expect("KEYS done", patience)) << qemu.tail();
}

// The firmware looks for keyboards before it says which keys it waits for.
TEST_P(KeyboardTypes, OpensTheBootMenu) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's menu";
  begin();
  machine_.kernel.clear();
  const std::string name = std::string("keyboard_menu_") + GetParam().name;
  for (const std::string& word : Monitor::words(name)) machine_.extra.push_back(word);
  machine_.extra.insert(machine_.extra.end(), {"-boot", "menu=on,splash-time=60000"});
  Qemu qemu(name, machine_);
  Monitor monitor(name);
  ASSERT_TRUE(qemu.expect("Esc, F2 or F12", patience)) << qemu.tail();
  monitor.command("sendkey f2");
  EXPECT_TRUE(qemu.expect("Power off", patience)) << qemu.tail();
}

// The terminal goes on when a keyboard is pulled out.
class UsbKeyboard : public KeyboardTypes {};
TEST_P(UsbKeyboard, IsNotMissedWhenItIsGone) {
  begin();
  machine_.extra.back() += ",id=k";
  const std::string name = std::string("keyboard_gone_") + GetParam().name;
  for (const std::string& word : Monitor::words(name)) machine_.extra.push_back(word);
  Qemu qemu(name, machine_);
  Monitor monitor(name);
  ASSERT_TRUE(qemu.expect("KEYS wanted", patience)) << qemu.tail();
  // With a key held down, which repeats itself; whether a device behind a hub is there the controller does not know.
  const bool held = GetParam().held;
  monitor.command(held ? "sendkey a 30000" : "sendkey a");
  for (int i = 0; i < (held ? 2 : 1); i++) ASSERT_TRUE(qemu.expect("KEY 0 97 0 0", patience)) << qemu.tail();
  monitor.command("device_del k");
  if (held) EXPECT_TRUE(qemu.expect("a keyboard does not work any more", patience)) << qemu.tail();
  for (const char* key : {"x", "y", "z"}) {
    qemu.send(key);
    EXPECT_TRUE(qemu.expect("KEY 0 " + std::to_string(key[0]) + " 0 0", Seconds{30})) << qemu.tail();
  }
  qemu.send("\x1b");
  EXPECT_TRUE(qemu.expect("KEYS done", patience)) << qemu.tail();
}

std::string name_of_case(const testing::TestParamInfo<Keyboard>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Quick, KeyboardTypes, testing::ValuesIn(ps2_keyboards), name_of_case);
INSTANTIATE_TEST_SUITE_P(QuickUsb, KeyboardTypes, testing::ValuesIn(usb_keyboards), name_of_case);
INSTANTIATE_TEST_SUITE_P(Quick, UsbKeyboard, testing::ValuesIn(usb_keyboards), name_of_case);

}  // namespace
}  // namespace boot
