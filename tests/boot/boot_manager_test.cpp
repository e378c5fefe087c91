// SPDX-License-Identifier: BSD-2-Clause-Patent
// Which loader starts, in which order, and what is said when none does. The loaders are payloads/loader.cpp on disks made
// with mtools.
#include "esp.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace boot {
namespace {

using Words = std::vector<std::string>;

constexpr Seconds patience{40};

void add_drive(Machine& machine, const std::string& id, const std::string& disk, const std::string& device) {
  for (const std::string& word : {std::string("-drive"), "if=none,format=raw,id=" + id + ",file=" + disk, std::string("-device"), device + ",drive=" + id})
    machine.extra.push_back(word);
}

Words matches(const std::string& text, const std::string& expression) {
  const std::regex pattern(expression);
  Words found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) found.push_back(at->str(1));
  return found;
}
Words loaders_of(const Qemu& qemu) { return matches(qemu.transcript(), "LOADER (\\S+)"); }

class BootManager : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own order";
    machine_.type = GetParam();
    machine_.extra = {"-no-reboot"};
  }
  std::string name(const std::string& test) const { return test + "_" + GetParam(); }
  std::string disk(const std::string& test, const std::string& probe) const { return make_loader_disk(name(test + "_" + probe.substr(0, 1)), probe); }
  Machine machine_;
};

TEST_P(BootManager, StartsTheRemovableMediaPath) {
  add_drive(machine_, "a", disk("bm_removable", "alpha s"), "virtio-blk-pci");
  Qemu qemu(name("bm_removable"), machine_);
  EXPECT_EQ(qemu.expect_match("LOADER alpha [^\r\n]* options=0", patience).value_or(qemu.tail()),
            "LOADER alpha file=\\EFI\\BOOT\\BOOTX64.EFI current=0000 order=0000 next=none options=0");
  EXPECT_EQ(qemu.wait_exit(patience), 0) << qemu.tail();
  EXPECT_EQ(matches(qemu.transcript(), "OPTION (.*)"), Words{"Boot0000 UEFI Misc Device"});
}

TEST_P(BootManager, BootindexDecides) {
  add_drive(machine_, "a", disk("bm_index", "alpha s"), "virtio-blk-pci,bootindex=2");
  add_drive(machine_, "b", disk("bm_index", "beta r"), "virtio-blk-pci,bootindex=1");
  Qemu qemu(name("bm_index"), machine_);
  EXPECT_EQ(qemu.wait_exit(patience), 0) << qemu.tail();
  EXPECT_EQ(loaders_of(qemu), (Words{"beta", "alpha"})) << qemu.tail();
}

// Every loader returns; each is started once, and the table names them all.
TEST_P(BootManager, GoesOnWhenLoadersReturn) {
  add_drive(machine_, "a", disk("bm_return", "alpha r"), "virtio-blk-pci");
  add_drive(machine_, "b", disk("bm_return", "beta a"), "virtio-blk-pci");
  Qemu qemu(name("bm_return"), machine_);
  EXPECT_TRUE(qemu.expect("nothing to boot", patience)) << qemu.tail();
  EXPECT_EQ(loaders_of(qemu), (Words{"alpha", "beta"}));
  EXPECT_TRUE(qemu.transcript().contains("Boot0000 UEFI Misc Device: \\EFI\\BOOT\\BOOTX64.EFI returned (success)")) << qemu.tail();
  EXPECT_TRUE(qemu.transcript().contains("Boot0001 UEFI Misc Device 2: \\EFI\\BOOT\\BOOTX64.EFI returned (aborted)")) << qemu.tail();
}

TEST_P(BootManager, SaysWhyNothingBoots) {
  const std::string empty = make_esp_disk(name("bm_why_empty"), {{"/readme.txt", "README.md"}});
  const std::string text = make_esp_disk(name("bm_why_text"), {{"/EFI/BOOT/BOOTX64.EFI", "README.md"}});
  const std::string cut = "build/boot-logs/" + name("bm_why_cut") + ".efi";
  std::filesystem::copy_file("build/payloads/selftest.efi", cut, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(cut, 5000);
  const std::string damaged = make_esp_disk(name("bm_why_damaged"), {{"/EFI/BOOT/BOOTX64.EFI", cut}});
  const std::string blank = "build/boot-logs/" + name("bm_why_blank") + ".img";
  std::ofstream(blank).close();
  std::filesystem::resize_file(blank, 4 << 20);
  add_drive(machine_, "a", empty, "virtio-blk-pci");
  add_drive(machine_, "b", text, "virtio-blk-pci");
  add_drive(machine_, "c", damaged, "virtio-blk-pci");
  add_drive(machine_, "d", blank, "virtio-blk-pci");
  Qemu qemu(name("bm_why"), machine_);
  EXPECT_TRUE(qemu.expect("nothing to boot", patience)) << qemu.tail();
  const std::string unwrapped = std::regex_replace(qemu.transcript(), std::regex("\r\n    "), " ");
  for (const char* line : {"Boot0000 UEFI Misc Device: \\EFI\\BOOT\\BOOTX64.EFI: no such file (not found)",
                           "Boot0001 UEFI Misc Device 2: \\EFI\\BOOT\\BOOTX64.EFI: not an x86-64 EFI image (unsupported)",
                           "Boot0002 UEFI Misc Device 3: \\EFI\\BOOT\\BOOTX64.EFI: a damaged or truncated image (load error)",
                           "Boot0003 UEFI Misc Device 4: nothing on it to load from"})
    EXPECT_TRUE(unwrapped.contains(line)) << line << "\n" << unwrapped;
}

TEST_P(BootManager, StrictTriesNothingElse) {
  const std::string blank = "build/boot-logs/" + name("bm_strict") + ".img";
  std::ofstream(blank).close();
  std::filesystem::resize_file(blank, 4 << 20);
  add_drive(machine_, "a", disk("bm_strict", "alpha s"), "virtio-blk-pci");
  add_drive(machine_, "b", blank, "virtio-blk-pci,bootindex=1");
  for (const bool strict : {true, false}) {
    Machine machine = machine_;
    machine.extra.insert(machine.extra.end(), {"-boot", strict ? "strict=on" : "strict=off"});
    Qemu qemu(name("bm_strict"), machine);
    EXPECT_TRUE(qemu.expect(strict ? "nothing to boot" : "LOADER alpha", patience)) << qemu.tail();
    EXPECT_EQ(loaders_of(qemu).size(), strict ? 0u : 1u);
  }
}

// What QEMU's own boot menu option asks for; Esc opens the menu, the second line is the second disk.
TEST_P(BootManager, MenuStartsWhatIsChosen) {
  add_drive(machine_, "a", disk("bm_menu", "alpha s"), "virtio-blk-pci");
  add_drive(machine_, "b", disk("bm_menu", "beta a"), "virtio-blk-pci");
  machine_.extra.insert(machine_.extra.end(), {"-boot", "menu=on,splash-time=20000"});
  Qemu qemu(name("bm_menu"), machine_);
  ASSERT_TRUE(qemu.expect("Esc, F2 or F12", patience)) << qemu.tail();
  qemu.send("\033");
  ASSERT_TRUE(qemu.expect("Power off", patience)) << qemu.tail();
  qemu.send("\033[B\r");
  EXPECT_TRUE(qemu.expect("LOADER beta", patience)) << qemu.tail();
  ASSERT_TRUE(qemu.expect("press a key for the menu", patience)) << qemu.tail();
  qemu.send("x");
  ASSERT_TRUE(qemu.expect("Power off", patience)) << qemu.tail();
  // "Boot a file..." stands behind the two entries.
  qemu.send("\033[B\033[B\r");
  ASSERT_TRUE(qemu.expect("file system 1: \\EFI\\BOOT\\BOOTX64.EFI", patience)) << qemu.tail();
  qemu.send("\r");
  EXPECT_TRUE(qemu.expect("LOADER alpha", patience)) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(patience), 0) << qemu.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, BootManager, testing::Values("q35", "pc"), [](const auto& info) { return std::string(info.param); });

// iPXE comes out of the card's option ROM: it must bind to our PciIo, get an address, and chain what TFTP serves.
struct Card {
  const char* machine;
  const char* device;
};
void PrintTo(const Card& card, std::ostream* out) { *out << card.machine << " " << card.device; }

class NetworkCard : public testing::TestWithParam<Card> {};

TEST_P(NetworkCard, IpxeChainsAScript) {
  const Card card = GetParam();
  const std::string name = std::string("bm_ipxe_") + card.machine + "_" + card.device, folder = "build/boot-logs/" + name + ".tftp";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/boot.ipxe") << "#!ipxe\necho CHAINED ${net0/mac}\nchain tftp://10.0.2.2/loader.efi\n";
  std::filesystem::copy_file("build/payloads/loader.efi", folder + "/loader.efi", std::filesystem::copy_options::overwrite_existing);
  Machine machine;
  machine.type = card.machine;
  machine.extra = {"-no-reboot", "-netdev", "user,id=n,tftp=" + folder + ",bootfile=boot.ipxe", "-device", std::string(card.device) + ",netdev=n"};
  Qemu qemu(name, machine);
  EXPECT_TRUE(qemu.expect("iPXE", patience)) << qemu.tail();
  EXPECT_TRUE(qemu.expect("CHAINED 52:54:00:12:34:56", Seconds{60})) << qemu.tail();
  EXPECT_TRUE(qemu.expect("LOADER", patience)) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(patience), 0) << qemu.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, NetworkCard, testing::Values(Card{"q35", "virtio-net-pci"}, Card{"q35", "e1000e"}, Card{"pc", "e1000"}),
                         [](const auto& info) {
                           std::string name = std::string(info.param.machine) + "_" + info.param.device;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace boot
