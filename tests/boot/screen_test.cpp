// SPDX-License-Identifier: BSD-2-Clause-Patent
// The text console on every display: the picture must be what a terminal makes of the same text on the serial port.
#include <gtest/gtest.h>
#include <chrono>
#include <fstream>
#include <functional>
#include <regex>
#include <thread>

#include "esp.hpp"
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
std::string compare(Monitor& monitor, const std::string& file, const std::function<Picture()>& wanted) {
  std::string differs;
  for (int tries = 0; tries < 20; tries++) {
    if (tries) std::this_thread::sleep_for(std::chrono::milliseconds(50 << tries / 5));
    monitor.command("screendump " + file);
    differs = difference(read_ppm(file), wanted());
    if (differs.empty()) return {};
  }
  write_ppm(file + ".wanted", wanted());
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
    EXPECT_EQ(compare(monitor, file, [&] { return terminal.paint(1280, 800); }), "") << file;
    // Keys come from both keyboards.
    if (number == 2)
      qemu.send("x");
    else
      monitor.command("sendkey a");
  }
  EXPECT_TRUE(qemu.expect("SCREEN done", Seconds{20})) << qemu.tail();
}

class LoaderScreen : public Screen {
 protected:
  std::string name(const std::string& test) const { return "screen_" + test + "_" + GetParam().name; }
  void begin(const std::string& test) {
    machine_.type = GetParam().machine;
    machine_.extra = GetParam().words;
    for (const std::string& word : Monitor::words(name(test))) machine_.extra.push_back(word);
  }
  std::string file_for(const std::string& test) const { return "build/boot-logs/" + name(test) + ".ppm"; }
  Machine machine_;
};

std::string text_file(const std::string& name, const std::string& text) {
  const std::string path = "build/boot-logs/screen_" + name;
  std::ofstream(path) << text;
  return path;
}

// A menu that somebody else draws, and that moves with keys.
TEST_P(LoaderScreen, ShowsSystemdBootsMenu) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "the font is Ashlar's";
  begin("menu");
  const EspFiles files = {{"/EFI/BOOT/BOOTX64.EFI", "build/loaders/unpacked/usr/lib/systemd/boot/efi/systemd-bootx64.efi"},
                          {"/EFI/marker.efi", "build/payloads/marker.efi"},
                          {"/loader/loader.conf", text_file("loader.conf", "timeout menu-force\ndefault first.conf\nauto-firmware no\nauto-entries no\n")},
                          {"/loader/entries/first.conf", text_file("first.conf", "title First\nefi /EFI/marker.efi\n")},
                          {"/loader/entries/second.conf", text_file("second.conf", "title Second\nefi /EFI/marker.efi\n")}};
  const std::string disk = make_esp_disk(name("menu"), files);
  machine_.extra.insert(machine_.extra.end(), {"-drive", "if=none,id=d,format=raw,file=" + disk, "-device", "virtio-blk-pci,drive=d"});
  Qemu qemu(name("menu"), machine_);
  Monitor monitor(name("menu"));
  const auto terminal = [&] {
    (void)qemu.expect("what nobody says", Seconds{0.1});  // reads what there is
    Terminal all(80, 25);
    all.feed(qemu.transcript());
    return all.paint(1280, 800);
  };
  ASSERT_TRUE(qemu.expect_match("Second[\\s\\S]*First", Seconds{60}).has_value()) << qemu.tail();
  EXPECT_EQ(compare(monitor, file_for("menu"), terminal), "") << file_for("menu");
  const std::size_t before = qemu.transcript().size();
  monitor.command("sendkey up");
  for (int tries = 0; tries < 600 && qemu.transcript().size() == before; tries++) (void)terminal();
  EXPECT_GT(qemu.transcript().size(), before) << "nothing moved";
  EXPECT_EQ(compare(monitor, file_for("menu_moved"), terminal), "") << file_for("menu_moved");
  EXPECT_NE(difference(read_ppm(file_for("menu")), read_ppm(file_for("menu_moved"))), "");
}

// memtest86+ draws on the framebuffer itself, 80 by 25 characters in the middle of 640x480, without the firmware.
class FramebufferScreen : public LoaderScreen {};
TEST_P(FramebufferScreen, ShowsMemtestAtWork) {
  begin("memtest");
  machine_.memory_mib = 128;
  machine_.kernel = "build/loaders/unpacked/boot/memtest86+x64.efi";
  machine_.append = "console=ttyS0,115200";
  Qemu qemu(name("memtest"), machine_);
  Monitor monitor(name("memtest"));
  ASSERT_TRUE(qemu.expect("Memtest86+ v6", Seconds{120})) << qemu.tail();
  ASSERT_TRUE(qemu.expect_match("#[1-9] ", Seconds{180}).has_value()) << qemu.tail();
  ASSERT_TRUE(qemu.expect("Status: Testing", Seconds{60})) << qemu.tail();
  EXPECT_TRUE(qemu.expect("Errors: 0 ", Seconds{60})) << qemu.tail();
  const auto look = [&] {
    monitor.command("screendump " + file_for("memtest"));
    return read_ppm(file_for("memtest"));
  };
  const Picture first = look();
  ASSERT_EQ(first.width, 640u);
  EXPECT_EQ(first.at(320, 300), 0x0000aau) << "blue";
  EXPECT_EQ(first.at(2, 42), 0xaaaaaau) << "the title's grey";
  bool moves = false;
  for (int tries = 0; tries < 600 && !moves; tries++) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    moves = !difference(look(), first).empty();
  }
  EXPECT_TRUE(moves) << "the picture stands still";
}

std::vector<Display> with_framebuffer() {
  std::vector<Display> list(std::begin(displays), std::end(displays));
  std::erase_if(list, [](const Display& d) { return std::string(d.name) == "virtio_gpu"; });
  return list;
}
std::string name_of_case(const testing::TestParamInfo<Display>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Quick, LoaderScreen, testing::Values(displays[0], displays[7]), name_of_case);
INSTANTIATE_TEST_SUITE_P(Full, LoaderScreen, testing::ValuesIn(displays), name_of_case);
INSTANTIATE_TEST_SUITE_P(Quick, FramebufferScreen, testing::Values(displays[0], displays[7]), name_of_case);
INSTANTIATE_TEST_SUITE_P(Full, FramebufferScreen, testing::ValuesIn(with_framebuffer()), name_of_case);

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

INSTANTIATE_TEST_SUITE_P(Quick, Screen, testing::ValuesIn(displays), name_of_case);

}  // namespace
}  // namespace boot
