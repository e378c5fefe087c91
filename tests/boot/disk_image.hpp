// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Images of disks, and what payloads/block_io.cpp makes of them.
namespace boot {

using Bytes = std::vector<std::uint8_t>;

Bytes read_whole_file(const std::string& path);
void write_whole_file(const std::string& path, const Bytes& bytes);
// Bytes that repeat nowhere near.
Bytes noise(std::size_t bytes, std::uint32_t seed);

// The sum of a disk or partition that the payload reports: the CRC-32 of the CRC-32s of each 4 MiB.
std::uint32_t disk_sum(const Bytes& bytes);
// What it writes to a disk.
void apply_writes(Bytes& image);

}  // namespace boot
