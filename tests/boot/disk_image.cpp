// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "disk_image.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

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

}  // namespace boot
