// SPDX-License-Identifier: BSD-2-Clause-Patent
// The text console on every display: the picture must be what a terminal makes of the same text on the serial port.
#include <gtest/gtest.h>
#include <chrono>
#include <regex>
#include <thread>

#include "linux_guest.hpp"
#include "monitor.hpp"
#include "qemu.hpp"
#include "terminal.hpp"

namespace boot {
namespace {

struct Display {
  const char *name, *machine;
  std::vector<std::string> words;
};

void PrintTo(const Display& display, std::ostream* out) { *out << display.name; }

const Display displays[] = {
    {"std_vga", "q35", {"-device", "VGA"}},
    {"std_vga_pc", "pc", {"-device", "VGA"}},
    {"vga_without_mmio", "q35", {"-device", "VGA,mmio=off"}},
    {"vga_without_edid", "q35", {"-device", "VGA,edid=off"}},
    {"bochs_display", "q35", {"-device", "bochs-display"}},
    {"virtio_vga", "q35", {"-device", "virtio-vga"}},
    {"virtio_gpu", "q35", {"-device", "virtio-gpu-pci"}},
    {"ramfb", "q35", {"-device", "ramfb"}},
    {"qxl", "pc", {"-device", "qxl-vga"}},
};

class Screen : public testing::TestWithParam<Display> {};

// What the payload reports is not the console's.
std::string without_reports(const std::string& text) { return std::regex_replace(text, std::regex("SCREEN [0-9]\r\n"), ""); }

// Waits until the display shows it: the firmware draws when it likes after a scroll, and QEMU looks when it likes.
std::string compare(Monitor& monitor, const std::string& file, const Picture& wanted) {
  std::string differs;
  for (int tries = 0; tries < 20; tries++) {
    if (tries) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    monitor.command("screendump " + file);
    differs = difference(read_ppm(file), wanted);
    if (differs.empty()) break;
  }
  if (!differs.empty()) write_ppm(file + ".wanted", wanted);
  return differs;
}

TEST_P(Screen, ShowsWhatTheTerminalShows) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "the font is Ashlar's";
  const Display& display = GetParam();
  const std::string name = std::string("screen_") + display.name;
  Machine machine;
  machine.type = display.machine;
  machine.kernel = "build/payloads/screen.efi";
  machine.extra = display.words;
  for (const std::string& word : Monitor::words(name)) machine.extra.push_back(word);
  Qemu qemu(name, machine);
  Monitor monitor(name);

  std::string earlier;
  for (int number = 1; number <= 3; number++) {
    ASSERT_TRUE(qemu.expect("SCREEN " + std::to_string(number) + "\r\n", Seconds{60})) << qemu.tail();
    Terminal terminal(80, number < 3 ? 25 : 50);
    terminal.feed(without_reports(qemu.transcript()));
    const std::string file = "build/boot-logs/" + name + std::to_string(number) + ".ppm";
    EXPECT_EQ(compare(monitor, file, terminal.paint(1280, 800)), "") << file;
    // Keys come from both keyboards.
    if (number == 2)
      qemu.send("x");
    else
      monitor.command("sendkey a");
  }
  EXPECT_TRUE(qemu.expect("SCREEN done", Seconds{20})) << qemu.tail();
}

// The kernel's stub looks for GraphicsOutput, and the kernel draws where it found it.
class ScreenOfLinux : public testing::TestWithParam<const char*> {};

TEST_P(ScreenOfLinux, IsAFramebuffer) {
  Machine machine = linux_machine({"q35", 512, 1, ""}, "");
  machine.append = "console=ttyS0";
  machine.extra = {"-device", GetParam()};
  Qemu qemu(std::string("screen_linux_") + GetParam(), machine);
  EXPECT_TRUE(qemu.expect("fb0: EFI VGA frame buffer device", Seconds{90})) << qemu.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, ScreenOfLinux, testing::Values("VGA", "bochs-display", "ramfb"),
                         [](const auto& info) { return std::string(info.param).substr(0, 5); });

INSTANTIATE_TEST_SUITE_P(Quick, Screen, testing::ValuesIn(displays), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
