// SPDX-License-Identifier: BSD-2-Clause-Patent
// Variables in flash: kept over power-off, shared with OVMF both ways, under Linux too; damaged flashes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "linux_guest.hpp"

namespace boot {
namespace {

constexpr const char* ovmf_vars = "/usr/share/OVMF/OVMF_VARS_4M.fd";

enum class Firmware { ashlar, ovmf };

// What payloads/variables.efi listed: "attributes size checksum first-bytes" by name.
using Listing = std::map<std::string, std::string>;

struct Outcome {
  Listing variables;
  std::string transcript;
};

// 38 bytes of attributes, description and path.
std::string load_option(const Listing& from, const std::string& name) {
  const auto found = from.find(name);
  return found == from.end() ? "<none>" : found->second.substr(0, 5);
}

std::string order(const Listing& from) {
  const auto found = from.find("BootOrder");
  return found == from.end() ? "<none>" : found->second.substr(found->second.rfind(' ') + 1);
}

class VariableFlash : public testing::Test {
 protected:
  void SetUp() override {
    if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar beside OVMF";
    std::filesystem::create_directories("build/boot-logs");
    name_ = std::string("flash_") + testing::UnitTest::GetInstance()->current_test_info()->name();
    vars_ = "build/boot-logs/" + name_ + ".kept";
    std::filesystem::copy_file(ovmf_vars, vars_, std::filesystem::copy_options::overwrite_existing);
  }
  void TearDown() override { std::filesystem::remove(vars_); }

  Outcome run(Firmware firmware, const std::string& orders) {
    Machine machine;
    use_flash_pair(machine);
    if (firmware == Firmware::ovmf) machine.firmware = code_of_ovmf_;
    machine.vars = vars_;
    machine.keep_vars = true;
    machine.kernel = "build/payloads/variables.efi";
    machine.append = orders;
    Qemu qemu(name_ + (firmware == Firmware::ovmf ? "_ovmf" : ""), machine);
    EXPECT_TRUE(qemu.expect("VARIABLES 0 failures", Seconds{180})) << qemu.tail();
    EXPECT_EQ(qemu.wait_exit(Seconds{60}), 0) << qemu.tail();
    Outcome result{{}, qemu.transcript()};
    std::istringstream lines(result.transcript);
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.starts_with("VAR ")) continue;
      const auto space = line.find(' ', 4);
      result.variables[line.substr(4, space - 4)] = line.substr(space + 1);
    }
    return result;
  }

  std::vector<char> contents() const {
    std::ifstream file(vars_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void patch(std::streamoff offset, const std::string& bytes) const {
    std::fstream file(vars_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(offset);
    file << bytes;
  }

  std::string name_, vars_;
  std::string code_of_ovmf_ = "/usr/share/OVMF/OVMF_CODE_4M.fd";
};

TEST_F(VariableFlash, TravelsBetweenOvmfAndAshlar) {
  const Outcome first = run(Firmware::ovmf, "b0007 b0003 o0007,0003 sOne=by-ovmf sTwo=2 l");
  ASSERT_EQ(order(first.variables), "07000300");
  Outcome second = run(Firmware::ashlar, "l");
  EXPECT_EQ(second.variables, first.variables);
  second = run(Firmware::ashlar, "o0003,0007 sOne=by-ashlar-now dTwo b0009 l");
  EXPECT_EQ(order(second.variables), "03000700");
  EXPECT_FALSE(second.variables.contains("Two"));
  const Outcome third = run(Firmware::ovmf, "l");
  // OVMF appends its own applications, and nothing else.
  EXPECT_TRUE(order(third.variables).starts_with("03000700")) << order(third.variables);
  EXPECT_EQ(third.variables.at("One"), second.variables.at("One"));
  EXPECT_EQ(load_option(third.variables, "Boot0009"), "07 38");
  EXPECT_FALSE(third.variables.contains("Two"));
  const Outcome last = run(Firmware::ashlar, "l");
  EXPECT_EQ(last.variables, third.variables);
}

TEST_F(VariableFlash, HundredsOfWritesLoseNothing) {
  run(Firmware::ashlar, "b0001 o0001 sKept=through-it-all");
  const auto before = contents();
  const Outcome ashlar = run(Firmware::ashlar, "f900 l");
  ASSERT_EQ(ashlar.variables.size(), 43u);
  EXPECT_EQ(order(ashlar.variables), "0100");
  // The list of rewrites has entries: 900 * 776 bytes are more than two stores.
  EXPECT_EQ(static_cast<unsigned char>(contents()[0x41020]), 0xf8);
  EXPECT_EQ(static_cast<unsigned char>(contents()[0x41020 + 80]), 0xf8);
  EXPECT_EQ(run(Firmware::ashlar, "l").variables, ashlar.variables);
  Listing others = run(Firmware::ovmf, "l").variables;
  EXPECT_TRUE(order(others).starts_with("0100")) << order(others);
  for (const auto& [name, value] : ashlar.variables)
    if (name != "BootOrder") EXPECT_EQ(others[name], value) << name;
  // And what OVMF has rewritten is read here.
  others = run(Firmware::ovmf, "f60 l").variables;
  EXPECT_EQ(run(Firmware::ashlar, "l").variables, others);
}

TEST_F(VariableFlash, DamageIsSaidAndLeftAlone) {
  run(Firmware::ashlar, "sKept=1");
  struct Damage {
    std::streamoff offset;
    const char* line;
  };
  for (const Damage& damage : {Damage{0x28, "damaged firmware volume header"}, Damage{0x48, "damaged variable store header"}}) {
    const auto good = contents();
    patch(damage.offset, "?");
    const auto bad = contents();
    const Outcome volatile_run = run(Firmware::ashlar, "sKept=2 sOther=3 l");
    EXPECT_TRUE(volatile_run.transcript.contains(damage.line)) << volatile_run.transcript;
    EXPECT_EQ(volatile_run.variables.size(), 2u);
    EXPECT_EQ(contents(), bad);
    patch(damage.offset, {good[static_cast<std::size_t>(damage.offset)]});
  }
  const Outcome again = run(Firmware::ashlar, "l");
  EXPECT_EQ(again.variables.size(), 1u);
  EXPECT_FALSE(again.transcript.contains("ashlar:")) << again.transcript;
}

// OVMF would go on with what precedes the damage.
TEST_F(VariableFlash, GarbageInTheMiddleCostsOneVariable) {
  const Outcome good = run(Firmware::ashlar, "sAlpha=1 sBeta=2 sGamma=3 l");
  const auto bytes = contents();
  const char beta[] = {'B', 0, 'e', 0, 't', 0, 'a', 0};
  const auto at = std::search(bytes.begin(), bytes.end(), std::begin(beta), std::end(beta)) - bytes.begin();
  patch(at - 60, std::string(60, '\x5c'));
  const Outcome bad = run(Firmware::ashlar, "l");
  EXPECT_TRUE(bad.transcript.contains("are skipped")) << bad.transcript;
  Listing wanted = good.variables;
  wanted.erase("Beta");
  EXPECT_EQ(bad.variables, wanted);
  const Outcome later = run(Firmware::ashlar, "l");
  EXPECT_FALSE(later.transcript.contains("ashlar:")) << later.transcript;
  EXPECT_EQ(later.variables, wanted);
  EXPECT_EQ(run(Firmware::ovmf, "l").variables.contains("Gamma"), true);
}

TEST_F(VariableFlash, KeepsWhatLinuxWrites) {
  std::string sums[2];
  for (const char* mode : {"write-variables", "read-variables"}) {
    Machine machine = linux_machine({"q35", 512, 1, ""}, mode);
    use_flash_pair(machine);
    machine.vars = vars_;
    machine.keep_vars = true;
    Qemu qemu(name_ + "_" + mode, machine);
    ASSERT_EQ(qemu.expect_match("ASHLAR finished|Kernel panic", Seconds{240}), "ASHLAR finished") << qemu.tail();
    const GuestReport report(qemu.transcript());
    EXPECT_EQ(report.number("many_count"), 20u);
    EXPECT_TRUE(report.all("many_failed").empty());
    sums[*mode == 'r'] = report.text("many_sum");
    qemu.send("poweroff\n");
    EXPECT_EQ(qemu.wait_exit(Seconds{60}), 0) << qemu.tail();
  }
  EXPECT_FALSE(sums[0].empty());
  EXPECT_EQ(sums[0], sums[1]);
  EXPECT_EQ(static_cast<unsigned char>(contents()[0x41020 + 80]), 0xf8) << "the store was not rewritten twice";
}

// A rewrite that was cut off with the spare area complete, the first block gone and the second half done.
TEST_F(VariableFlash, AnInterruptedRewriteIsFinished) {
  const Outcome good = run(Firmware::ashlar, "b0001 o0001 sOne=1 f30 l");
  const std::vector<char> bytes = contents();
  constexpr std::streamoff spare = 0x42000, list = 0x41020, live_bytes = 0x40000;
  const auto put = [](std::string& to, std::size_t at, std::uint64_t value) { std::memcpy(to.data() + at, &value, sizeof value); };
  std::string entry(80, '\xff');
  entry[0] = '\xfc';        // allocated
  put(entry, 24, 1);        // one write
  put(entry, 32, 0);
  entry[40] = '\xfd';       // spare complete
  put(entry, 48, 0);        // block
  put(entry, 56, 0x48);     // offset: the store
  put(entry, 64, live_bytes - 0x48);
  put(entry, 72, 0 - std::uint64_t{spare});
  const auto cut = [&] {
    patch(spare, {bytes.begin(), bytes.begin() + live_bytes});
    patch(list, entry);
    patch(0x1000, std::string(0x800, '\xff'));
  };
  cut();
  // OVMF reads the headers before it looks at the list: without the first it would begin anew.
  Listing others = run(Firmware::ovmf, "l").variables;
  for (const auto& [name, value] : good.variables)
    if (name != "BootOrder") EXPECT_EQ(others[name], value) << name;
  cut();
  patch(0, std::string(0x1000, '\xff'));
  const Outcome finished = run(Firmware::ashlar, "l");
  EXPECT_TRUE(finished.transcript.contains("finished a rewrite")) << finished.transcript;
  EXPECT_EQ(finished.variables, good.variables);
  EXPECT_FALSE(run(Firmware::ashlar, "l").transcript.contains("finished a rewrite"));
}

// The 2 MiB build's volume has 128 KiB.
TEST_F(VariableFlash, TakesTheSmallVolumeToo) {
  std::filesystem::copy_file("/usr/share/OVMF/OVMF_VARS.fd", vars_, std::filesystem::copy_options::overwrite_existing);
  code_of_ovmf_ = "/usr/share/OVMF/OVMF_CODE.fd";
  const Outcome first = run(Firmware::ovmf, "b0007 b0003 o0007,0003 sOne=1 l");
  EXPECT_EQ(run(Firmware::ashlar, "l").variables, first.variables);
  const Outcome second = run(Firmware::ashlar, "f150 o0003,0007 l q");
  Listing others = run(Firmware::ovmf, "l").variables;
  EXPECT_TRUE(order(others).starts_with("03000700")) << order(others);
  for (const auto& [name, value] : second.variables)
    if (name != "BootOrder") EXPECT_EQ(others[name], value) << name;
}

// efibootmgr under Linux on Ashlar, and OVMF before and after.
TEST_F(VariableFlash, EfibootmgrsOrderIsOvmfs) {
  ASSERT_EQ(order(run(Firmware::ovmf, "b0007 b0003 o0007,0003 l").variables), "07000300");
  Machine machine = linux_machine({"q35", 512, 1, ""}, "brief");
  use_flash_pair(machine);
  machine.vars = vars_;
  machine.keep_vars = true;
  machine.initrd = "build/guest/initrd-efibootmgr";
  Qemu qemu(name_, machine);
  ASSERT_EQ(qemu.expect_match("ASHLAR finished|Kernel panic", Seconds{240}), "ASHLAR finished") << qemu.tail();
  qemu.send("efibootmgr\n");
  EXPECT_TRUE(qemu.expect("BootOrder: 0007,0003", Seconds{30})) << qemu.tail();
  EXPECT_TRUE(qemu.expect("Boot0003* Ash", Seconds{30})) << qemu.tail();
  ASSERT_TRUE(qemu.expect("efibootmgr=ok", Seconds{30})) << qemu.tail();
  qemu.send("efibootmgr -o 0003,0007\n");
  EXPECT_TRUE(qemu.expect("BootOrder: 0003,0007", Seconds{30})) << qemu.tail();
  ASSERT_TRUE(qemu.expect("efibootmgr=ok", Seconds{30})) << qemu.tail();
  qemu.send("efibootmgr -q -b 0007 -A\n");  // inactive: the entry itself is rewritten
  ASSERT_TRUE(qemu.expect("efibootmgr=ok", Seconds{30})) << qemu.tail();
  qemu.send("poweroff\n");
  EXPECT_EQ(qemu.wait_exit(Seconds{60}), 0) << qemu.tail();
  Listing others = run(Firmware::ovmf, "l").variables;
  EXPECT_TRUE(order(others).starts_with("03000700")) << order(others);
  EXPECT_TRUE(others["Boot0007"].contains(" 00000000")) << others["Boot0007"];
}

}  // namespace
}  // namespace boot
