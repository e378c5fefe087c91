// SPDX-License-Identifier: BSD-2-Clause-Patent
// A disk that debootstrap and grub-install made, under OVMF and Ashlar by turns with one variable flash: Debian's own
// efibootmgr sees the same entries and the same order, whoever wrote them, and each boots what they say.
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

namespace boot {
namespace {

constexpr const char* ovmf_code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
constexpr const char* ashlar_code = "build/ASHLAR_CODE.fd";
const std::string base = "build/guest/debian";
// OVMF alone takes half a minute, systemd another half; a loaded machine many times that.
constexpr Seconds patience{300};

class Debian {
 public:
  Debian(const std::string& name, const std::string& code, bool installer = false) : qemu_(name, machine(code, installer)) {}

  bool logs_in() { return qemu_.expect("root@ashlar-debian:~#", patience); }
  // What the command prints; it has to succeed.
  std::string run(const std::string& command) {
    qemu_.send("printf '<%s>\\n' begin; " + command + "; echo \"end=$?\"\n");
    EXPECT_TRUE(qemu_.expect("<begin>", patience)) << qemu_.tail();
    const std::size_t from = qemu_.transcript().rfind("<begin>");
    EXPECT_EQ(qemu_.expect_match("end=[0-9]+", patience), "end=0") << command << qemu_.tail();
    return from == std::string::npos ? "" : qemu_.transcript().substr(from);
  }
  void power_off() {
    qemu_.send("systemctl poweroff\n");
    EXPECT_EQ(qemu_.wait_exit(patience), 0) << qemu_.tail();
    EXPECT_FALSE(qemu_.transcript().contains("ashlar: ")) << qemu_.tail();
  }
  void reboot() {
    qemu_.send("systemctl reboot\n");
    EXPECT_TRUE(qemu_.expect("reboot: Restarting system", patience)) << qemu_.tail();
  }
  std::string tail() const { return qemu_.tail(); }

  static constexpr const char* disk = "build/boot-logs/debian.img";
  static constexpr const char* vars = "build/boot-logs/debian.vars";

 private:
  static Machine machine(const std::string& code, bool installer) {
    Machine made;
    made.memory_mib = 1024;
    made.firmware = code;
    made.vars = vars;
    made.keep_vars = true;
    made.extra = {"-drive", std::string("if=none,id=d,format=raw,cache=unsafe,file=") + disk, "-device", "virtio-blk-pci,drive=d"};
    if (!installer) return made;
    made.kernel = base + ".vmlinuz";
    made.initrd = base + ".initrd";
    made.append = "root=LABEL=root console=ttyS0";
    return made;
  }

  Qemu qemu_;
};

// efibootmgr -v: BootCurrent, BootOrder and one line for each entry.
struct BootState {
  std::string current, order;
  std::vector<std::string> entries;
};

BootState state_of(Debian& debian) {
  const std::string text = debian.run("efibootmgr -v");
  const std::regex line("(?:^|\n)(BootCurrent: |BootOrder: |Boot[0-9A-F]{4})([^\r\n]*)");
  BootState state;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
    const std::string key = at->str(1), value = at->str(2);
    if (key == "BootCurrent: ") state.current = value;
    else if (key == "BootOrder: ") state.order = value;
    else state.entries.push_back(key + value);
  }
  return state;
}

// The number of the entry with that name.
std::string number_of(const BootState& state, const std::string& name) {
  for (const std::string& entry : state.entries)
    if (entry.substr(8).starts_with(" " + name + "\t") || entry.contains("* " + name + "\t")) return entry.substr(4, 4);
  return "";
}

void expect_same(const BootState& now, const BootState& before, const char* where) {
  EXPECT_EQ(now.order, before.order) << where;
  EXPECT_EQ(now.entries, before.entries) << where;
}

std::string output_of(const std::string& command) {
  std::string said;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  for (int c; (c = fgetc(pipe)) != EOF;) said += static_cast<char>(c);
  return pclose(pipe) == 0 ? "" : said.empty() ? command + " failed" : said;
}

// grub-install under OVMF, with OVMF's runtime services for its entry.
void install() {
  Debian debian("debian_install", ovmf_code, true);
  ASSERT_TRUE(debian.logs_in()) << debian.tail();
  debian.run("grub-install --target=x86_64-efi --efi-directory=/boot/efi --bootloader-id=debian");
  debian.run("update-grub");
  debian.power_off();
}

TEST(FullDebianDisk, SwapsFirmwareBothWays) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar beside OVMF";
  ASSERT_EQ(output_of("tests/boot/guest/make_debian_disk.sh " + base), "");
  std::filesystem::create_directories("build/boot-logs");
  ASSERT_EQ(output_of("cp --sparse=always " + base + ".img " + Debian::disk), "");
  std::filesystem::copy_file("/usr/share/OVMF/OVMF_VARS_4M.fd", Debian::vars, std::filesystem::copy_options::overwrite_existing);
  install();

  BootState ovmfs;
  std::string debians;
  {
    Debian debian("debian_ovmf", ovmf_code);
    ASSERT_TRUE(debian.logs_in()) << debian.tail();
    ovmfs = state_of(debian);
    debians = number_of(ovmfs, "debian");
    ASSERT_FALSE(debians.empty()) << debian.tail();
    EXPECT_EQ(ovmfs.current, debians);
    EXPECT_TRUE(ovmfs.order.starts_with(debians)) << ovmfs.order;
    debian.power_off();
  }

  BootState ours;
  std::string second;
  {
    Debian debian("debian_ashlar", ashlar_code);
    ASSERT_TRUE(debian.logs_in()) << debian.tail();
    const BootState seen = state_of(debian);
    expect_same(seen, ovmfs, "OVMF's entries under Ashlar");
    EXPECT_EQ(seen.current, debians);
    // An entry of our own goes to the front; the old one is asked for once.
    debian.run("efibootmgr -q -c -d /dev/vda -p 1 -L Second -l '\\EFI\\debian\\grubx64.efi'");
    debian.run("efibootmgr -q -n " + debians);
    ours = state_of(debian);
    second = number_of(ours, "Second");
    ASSERT_FALSE(second.empty()) << debian.tail();
    EXPECT_EQ(ours.order, second + "," + ovmfs.order);
    debian.reboot();
    ASSERT_TRUE(debian.logs_in()) << debian.tail();
    const BootState next = state_of(debian);
    expect_same(next, ours, "after BootNext");
    EXPECT_EQ(next.current, debians) << "BootNext was not taken";
    debian.power_off();
  }

  BootState back;
  {
    Debian debian("debian_ovmf_again", ovmf_code);
    ASSERT_TRUE(debian.logs_in()) << debian.tail();
    back = state_of(debian);
    expect_same(back, ours, "Ashlar's entries under OVMF");
    EXPECT_EQ(back.current, second);
    debian.power_off();
  }
  Debian debian("debian_ashlar_again", ashlar_code);
  ASSERT_TRUE(debian.logs_in()) << debian.tail();
  const BootState last = state_of(debian);
  expect_same(last, back, "the same under Ashlar again");
  EXPECT_EQ(last.current, second);
  debian.power_off();
  std::filesystem::remove(Debian::disk);
}

}  // namespace
}  // namespace boot
