// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "qemu.hpp"

namespace boot {

using Bytes = std::vector<std::uint8_t>;

Bytes read_whole_file(const std::string& path);
void write_whole_file(const std::string& path, const Bytes& bytes);
// Bytes that repeat nowhere near.
Bytes noise(std::size_t bytes, std::uint32_t seed);

// As payloads/block_io.cpp sums up a disk: the CRC-32 of the CRC-32s of each 4 MiB.
std::uint32_t disk_sum(const Bytes& bytes);
// What it writes there.
void apply_writes(Bytes& image);

// One `DISK` line.
struct ReportedDisk {
  std::string path;
  std::map<std::string, std::uint64_t> fields;
  std::uint64_t at(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? ~0ull : found->second;
  }
};

// Runs the payload, expects no FAIL line, and returns what it saw.
std::vector<ReportedDisk> run_disks(const std::string& name, const std::string& machine_type, const std::vector<std::string>& devices);

}  // namespace boot
