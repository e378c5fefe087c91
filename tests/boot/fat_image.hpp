// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "disk_image.hpp"

#include <cstring>
#include <stdexcept>

namespace boot {

// The FAT12 or FAT16 volume of a disk that make_esp_disk made, to be damaged by hand [fat].
class FatImage {
 public:
  explicit FatImage(const std::string& path) : path_(path), bytes_(read_whole_file(path)) {
    reserved_ = get16(14);
    fat_sectors_ = get16(22);
    sectors_per_cluster_ = at(13);
    root_entries_ = get16(17);
    const std::uint32_t sectors = get16(19) ? get16(19) : get32(32);
    first_data_ = reserved_ + at(16) * fat_sectors_ + root_entries_ / 16;
    clusters_ = (sectors - first_data_) / sectors_per_cluster_;
    if (get16(11) != sector || clusters_ >= 65525) throw std::runtime_error("not the volume that was expected");
  }
  ~FatImage() { write_whole_file(path_, bytes_); }

  std::uint8_t& at(std::size_t offset) { return bytes_.at(start + offset); }
  std::uint32_t clusters() const { return clusters_; }
  std::size_t cluster_bytes() const { return sectors_per_cluster_ * sector; }
  std::uint8_t* cluster(std::uint32_t number) { return &at((first_data_ + (number - 2) * sectors_per_cluster_) * sector); }

  // Both copies.
  void link(std::uint32_t from, std::uint32_t to) {
    for (unsigned copy = 0; copy < at(16); ++copy) {
      const std::size_t fat = (reserved_ + copy * fat_sectors_) * sector;
      if (clusters_ >= 4085) {
        put16(fat + 2 * from, to);
        continue;
      }
      const std::size_t where = fat + from + from / 2;
      const std::uint32_t old = get16(where);
      put16(where, from & 1 ? (old & 0xf) | to << 4 : (old & 0xf000) | (to & 0xfff));
    }
  }
  // The directory entry with this 11-character name, in the root (0) or in a directory's first cluster.
  std::uint8_t* entry(std::uint32_t directory, const char* name) {
    std::uint8_t* const entries = directory ? cluster(directory) : &at((reserved_ + at(16) * fat_sectors_) * sector);
    for (std::size_t i = 0; i < (directory ? cluster_bytes() / 32 : root_entries_); ++i)
      if (std::memcmp(entries + 32 * i, name, 11) == 0) return entries + 32 * i;
    throw std::runtime_error(std::string("no entry ") + name);
  }
  static std::uint32_t first_cluster(const std::uint8_t* entry) { return entry[26] | entry[27] << 8; }
  static void set_first_cluster(std::uint8_t* entry, std::uint32_t to) { entry[26] = to & 0xff, entry[27] = to >> 8 & 0xff; }
  static void set_size(std::uint8_t* entry, std::uint32_t to) { std::memcpy(entry + 28, &to, sizeof to); }

 private:
  static constexpr std::size_t start = 1 << 20, sector = 512;
  std::uint32_t get16(std::size_t offset) { return at(offset) | at(offset + 1) << 8; }
  std::uint32_t get32(std::size_t offset) { return get16(offset) | get16(offset + 2) << 16; }
  void put16(std::size_t offset, std::uint32_t value) { at(offset) = value & 0xff, at(offset + 1) = value >> 8 & 0xff; }

  std::string path_;
  Bytes bytes_;
  std::uint32_t reserved_, fat_sectors_, sectors_per_cluster_, root_entries_, first_data_, clusters_;
};

}  // namespace boot
