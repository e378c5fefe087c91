// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "block_io_guest.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace boot {
namespace {

std::uint32_t crc32(const std::uint8_t* at, std::size_t bytes) {
  std::uint32_t crc = ~0u;
  for (; bytes; --bytes) {
    crc ^= *at++;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

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

Bytes read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_whole_file(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes noise(std::size_t bytes, std::uint32_t seed) {
  Bytes out(bytes);
  for (auto& b : out) {
    seed = seed * 1664525 + 1013904223;
    b = static_cast<std::uint8_t>(seed >> 24);
  }
  return out;
}

std::uint32_t disk_sum(const Bytes& bytes) {
  constexpr std::size_t chunk = 4 << 20;
  Bytes sums;
  for (std::size_t at = 0; at < bytes.size(); at += chunk) {
    const std::uint32_t sum = crc32(bytes.data() + at, std::min(chunk, bytes.size() - at));
    for (int i = 0; i < 4; ++i) sums.push_back(static_cast<std::uint8_t>(sum >> 8 * i));
  }
  return crc32(sums.data(), sums.size());
}

void apply_writes(Bytes& image) {
  constexpr std::size_t mib = 1 << 20;
  for (std::size_t i = 0; i < mib; ++i) image[i] = static_cast<std::uint8_t>(i * 7 + 3);
  for (std::size_t i = 0; i < 1000; ++i) image[mib + 5 + i] = static_cast<std::uint8_t>(i * 5 + 1);
}

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
