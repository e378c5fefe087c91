// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"
#include "lib/log/log.hpp"

// What a disk is divided into. Damage is reported, in a few lines of the log at most, and never repaired.
namespace partition {

using namespace base;

enum class Scheme : u8 { none, mbr, gpt, el_torito };

// Without initializers: a table is cleared at once.
struct Partition {
  u32 number;  // of HD(), from 1; of CDROM(), from 0
  u64 first, blocks;
  bool system;       // the EFI System Partition
  u8 signature[16];  // of HD(): the unique GUID, or the disk's 32-bit signature
  u8 entry[128];     // as it lies on the disk: a GPT entry, or a record of 16 bytes
};

struct Table {
  static constexpr unsigned most = 128;
  Scheme scheme = Scheme::none;
  unsigned count = 0;
  Partition partitions[most] = {};

  // Not what leaves the disk or overlaps another one.
  void add(const block::Geometry& disk, const Partition& partition);

  unsigned lines_left = 4;  // 0: all of this was said before
  template <class... Parts>
  void say(const Parts&... parts) {
    if (lines_left == 0) return;
    --lines_left;
    log::warning(parts...);
  }
};

// The first scheme that finds anything: El Torito (on media of CD blocks), GPT, MBR. An error is the device's.
Result<> read_table(block::Device& disk, Table& table);

// [uefi §5.3]. False: there is none, or neither header is sound.
bool read_gpt(block::Device& disk, Table& table);
// [uefi §5.2] with logical partitions, numbered from 5.
Result<bool> read_mbr(block::Device& disk, std::span<const u8> first_block, Table& table);
// El Torito 1.0 with section headers; boot entries numbered as EDK II does.
Result<bool> read_el_torito(block::Device& disk, Table& table);

// Does an MBR say that a GPT follows?
bool is_protective(std::span<const u8> first_block);

}  // namespace partition
