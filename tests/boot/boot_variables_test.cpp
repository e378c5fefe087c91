// SPDX-License-Identifier: BSD-2-Clause-Patent
// Boot variables in flash, over several boots: by loaders, by efibootmgr under Linux, and shared with OVMF. The loaders are
// payloads/loader.cpp.
#include "esp.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

namespace boot {
namespace {

using Words = std::vector<std::string>;

constexpr Seconds patience{40}, ovmf_patience{120};
constexpr const char* ovmf_code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
constexpr const char* ovmf_vars = "/usr/share/OVMF/OVMF_VARS_4M.fd";

Words matches(const std::string& text, const std::string& expression) {
  const std::regex pattern(expression);
  Words found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) found.push_back(at->str(1));
  return found;
}

// A machine with a flash of its own that lasts from boot to boot.
class BootVariables : public testing::Test {
 protected:
  void SetUp() override {
    if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own flash pair";
    name_ = std::string("bv_") + testing::UnitTest::GetInstance()->current_test_info()->name();
    vars_ = "build/boot-logs/" + name_ + ".fd";
    std::filesystem::create_directories("build/boot-logs");
    take_vars("build/ASHLAR_VARS.fd");
  }
  void take_vars(const char* from) { std::filesystem::copy_file(from, vars_, std::filesystem::copy_options::overwrite_existing); }

  void add_disk(const std::string& id, const std::string& probe, const std::string& device = "virtio-blk-pci", const EspFiles& more = {}) {
    const std::string text = "build/boot-logs/" + name_ + "_" + id + ".probe";
    std::ofstream(text) << probe;
    EspFiles files = {{"/probe.txt", text}, {"/EFI/BOOT/BOOTX64.EFI", "build/payloads/loader.efi"}};
    files.insert(files.end(), more.begin(), more.end());
    const std::string disk = make_esp_disk(name_ + "_" + id, files);
    disks_.insert(disks_.end(), {"-drive", "if=none,format=raw,id=" + id + ",file=" + disk, "-device", device + ",drive=" + id});
  }

  Machine machine(const char* code = "build/ASHLAR_CODE.fd") const {
    Machine made;
    made.extra = {"-drive", std::string("if=pflash,unit=0,format=raw,readonly=on,file=") + code, "-drive", "if=pflash,unit=1,format=raw,file=" + vars_};
    made.extra.insert(made.extra.end(), disks_.begin(), disks_.end());
    return made;
  }
  // Boots until the machine goes off; what it said.
  std::string boot(const char* code = "build/ASHLAR_CODE.fd", Seconds longest = patience, const Words& more = {}) {
    Machine made = machine(code);
    made.extra.insert(made.extra.end(), more.begin(), more.end());
    Qemu qemu(name_, made);
    EXPECT_EQ(qemu.wait_exit(longest), 0) << qemu.tail();
    return qemu.transcript();
  }

  std::string name_, vars_;
  Words disks_;
};

// What the first loader of a boot reported.
std::string order_of(const std::string& transcript) {
  const Words found = matches(transcript, "LOADER [^\r\n]* order=([0-9A-F,]*)");
  return found.empty() ? "" : found.front();
}
Words options_of(const std::string& transcript) { return matches(transcript, "OPTION (Boot[^\r\n]*)"); }

TEST_F(BootVariables, EntriesDoNotPileUp) {
  add_disk("a", "alpha s", "virtio-blk-pci,addr=10");
  add_disk("b", "beta s", "virtio-blk-pci,addr=11");
  const std::string first = boot();
  EXPECT_EQ(options_of(first), (Words{"Boot0000 UEFI Misc Device", "Boot0001 UEFI Misc Device 2"})) << first;
  EXPECT_EQ(order_of(first), "0000,0001");
  for (int i = 0; i < 3; ++i) {
    const std::string again = boot();
    EXPECT_EQ(options_of(again), options_of(first));
    EXPECT_EQ(order_of(again), order_of(first));
  }
}

TEST_F(BootVariables, EntriesOfRemovedDevicesGo) {
  add_disk("a", "alpha s", "virtio-blk-pci,addr=10");
  add_disk("b", "beta s", "virtio-blk-pci,addr=11");
  (void)boot();
  disks_.erase(disks_.begin(), disks_.begin() + 4);
  const std::string without = boot();
  EXPECT_EQ(options_of(without), Words{"Boot0001 UEFI Misc Device 2"}) << without;
  EXPECT_EQ(matches(without, "LOADER (\\S+)"), Words{"beta"});
}

TEST_F(BootVariables, BootNextCountsOnce) {
  add_disk("a", "alpha n", "virtio-blk-pci,addr=10");
  add_disk("b", "beta x", "virtio-blk-pci,addr=11");
  // alpha makes beta the next and resets; beta resets; alpha powers off.
  const std::string all = boot();
  EXPECT_EQ(matches(all, "LOADER (\\S+)"), (Words{"alpha", "beta", "alpha"})) << all;
  EXPECT_EQ(matches(all, "current=(\\S+)"), (Words{"0000", "0001", "0000"}));
  EXPECT_EQ(matches(all, "next=(\\S+)"), (Words{"none", "none", "none"}));
}

TEST_F(BootVariables, DriversAndPreparationRunFirst) {
  add_disk("a", "alpha d", "virtio-blk-pci",
           {{"/driver.efi", "build/payloads/loader_driver.efi"}, {"/prepare.efi", "build/payloads/loader.efi"}});
  const std::string all = boot();
  EXPECT_FALSE(all.contains("FAIL")) << all;
  EXPECT_EQ(matches(all, "(LOADER alpha|DRIVER started|PREPARE started)"),
            (Words{"LOADER alpha", "DRIVER started", "PREPARE started", "LOADER alpha"}))
      << all;
}

// The order that QEMU asks for is written down, as OVMF does; without it the order stays.
TEST_F(BootVariables, BootindexRewritesTheOrder) {
  add_disk("a", "alpha s", "virtio-blk-pci,addr=10");
  add_disk("b", "beta s", "virtio-blk-pci,addr=11");
  EXPECT_EQ(order_of(boot()), "0000,0001");
  for (std::string& word : disks_) {
    if (word.contains("drive=a")) word += ",bootindex=8";
    if (word.contains("drive=b")) word += ",bootindex=3";
  }
  const std::string asked = boot();
  EXPECT_EQ(order_of(asked), "0001,0000") << asked;
  EXPECT_EQ(matches(asked, "LOADER (\\S+)"), Words{"beta"});
}

// OVMF makes its entries; we boot from them, add none, and leave the order; OVMF then finds everything as it was.
TEST_F(BootVariables, OvmfsEntriesAreKept) {
  if (!std::filesystem::exists(ovmf_code)) GTEST_SKIP() << "no OVMF";
  take_vars(ovmf_vars);
  add_disk("a", "alpha s", "virtio-blk-pci,addr=10");
  add_disk("b", "beta s", "virtio-blk-pci,addr=11");
  const std::string ovmf = boot(ovmf_code, ovmf_patience);
  ASSERT_GE(options_of(ovmf).size(), 4u) << ovmf;
  const std::string ours = boot();
  EXPECT_EQ(options_of(ours), options_of(ovmf)) << ours;
  EXPECT_EQ(order_of(ours), order_of(ovmf));
  EXPECT_EQ(matches(ours, "LOADER (\\S+)"), matches(ovmf, "LOADER (\\S+)"));
  const std::string back = boot(ovmf_code, ovmf_patience);
  EXPECT_EQ(options_of(back), options_of(ovmf)) << back;
  EXPECT_EQ(order_of(back), order_of(ovmf));
}

// Ours, seen by OVMF: its own automatic entries by their mark and paths.
TEST_F(BootVariables, OvmfTakesOursOver) {
  if (!std::filesystem::exists(ovmf_code)) GTEST_SKIP() << "no OVMF";
  add_disk("a", "alpha s", "virtio-blk-pci,addr=10");
  add_disk("b", "beta s", "virtio-blk-pci,addr=11");
  const std::string ours = boot();
  const std::string ovmf = boot(ovmf_code, ovmf_patience);
  for (const std::string& option : options_of(ours)) EXPECT_TRUE(ovmf.contains("OPTION " + option)) << option << "\n" << ovmf;
  EXPECT_TRUE(order_of(ovmf).starts_with(order_of(ours))) << ovmf;
  EXPECT_EQ(matches(ovmf, "LOADER (\\S+)"), Words{"alpha"});
}

// An initrd with efibootmgr and its libraries behind the guest's own.
std::string efibootmgr_initrd(const std::string& name) {
  const std::string out = "build/boot-logs/" + name + ".initrd", tree = "build/boot-logs/" + name + ".tree";
  const std::string script = "set -e; rm -rf " + tree + "; mkdir -p " + tree + "; for f in $(command -v efibootmgr) $(ldd $(command -v efibootmgr) | grep -o '/[^ ]*'); do"
                             " mkdir -p " + tree + "$(dirname $f); cp -L $f " + tree + "$f; done;"
                             " (cd " + tree + " && find . | cpio --quiet -o -H newc | gzip -1) | cat build/guest/initrd - > " + out;
  return std::system(("bash -c '" + std::regex_replace(script, std::regex("'"), "'\\''") + "'").c_str()) == 0 ? out : "";
}

TEST_F(BootVariables, EfibootmgrUnderLinux) {
  if (std::system("command -v efibootmgr >/dev/null") != 0) GTEST_SKIP() << "no efibootmgr";
  add_disk("a", "alpha s", "virtio-blk-pci,addr=10", {{"/EFI/test/loader.efi", "build/payloads/loader.efi"}});
  add_disk("b", "beta s", "virtio-blk-pci,addr=11");
  EXPECT_EQ(order_of(boot()), "0000,0001");
  {
    Machine linux = machine();
    linux.kernel = "build/guest/vmlinuz";
    linux.initrd = efibootmgr_initrd(name_);
    linux.append = "console=ttyS0";
    Qemu qemu(name_ + "_linux", linux);
    ASSERT_TRUE(qemu.expect("Leave the shell", Seconds{90})) << qemu.tail();
    const auto command = [&](const std::string& words, const std::string& answer) {
      qemu.send(words + "; echo status=$?\n");
      EXPECT_TRUE(qemu.expect(answer, patience)) << words << "\n" << qemu.tail();
      EXPECT_TRUE(qemu.expect_match("status=0\r", patience).has_value()) << words << "\n" << qemu.tail();
    };
    command("/usr/bin/efibootmgr", "BootOrder: 0000,0001");
    command("/usr/bin/efibootmgr -o 0001,0000", "BootOrder: 0001,0000");
    command("/usr/bin/efibootmgr -c -d /dev/vda -p 1 -L Test -l '\\EFI\\test\\loader.efi'", "BootOrder: 0002,0001,0000");
    command("/usr/bin/efibootmgr -n 0001", "BootNext: 0001");
    qemu.send("exit\n");
    EXPECT_EQ(qemu.wait_exit(patience), 0) << qemu.tail();
  }
  const std::string next = boot();
  EXPECT_EQ(matches(next, "LOADER (\\S+)"), Words{"beta"}) << next;
  const std::string ordered = boot();
  EXPECT_TRUE(ordered.contains("LOADER alpha file=\\EFI\\test\\loader.efi current=0002 order=0002,0001,0000")) << ordered;
}

}  // namespace
}  // namespace boot
