// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "block_io_guest.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace boot {
namespace {

ReportedDisk parse(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  ReportedDisk disk;
  words >> word >> disk.path;
  while (words >> word) {
    const auto equals = word.find('=');
    if (equals != std::string::npos) disk.fields[word.substr(0, equals)] = std::stoull(word.substr(equals + 1));
  }
  return disk;
}

}  // namespace

std::vector<ReportedDisk> run_disks(const std::string& name, const std::string& machine_type, const std::vector<std::string>& devices) {
  Machine machine;
  machine.type = machine_type;
  machine.kernel = "build/payloads/block_io.efi";
  machine.extra = devices;
  Qemu qemu(name, machine);
  EXPECT_TRUE(qemu.expect("BLOCKS done", Seconds{120})) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(Seconds{20}), 0) << qemu.tail();
  std::vector<ReportedDisk> disks;
  std::istringstream lines(qemu.transcript());
  unsigned passed = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("FAIL ")) ADD_FAILURE() << line;
    passed += line.starts_with("PASS ");
    if (line.starts_with("DISK ")) disks.push_back(parse(line));
  }
  EXPECT_GT(passed, 10u);
  return disks;
}

}  // namespace boot
