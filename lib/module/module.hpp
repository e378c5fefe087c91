// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

// A relocatable part of the firmware (DXE, the runtime services) as linker/mkimage packs it: a header, the
// segments' bytes, and the offsets of the quadwords that need the load address added.
namespace module {

using namespace base;

struct Segment {
  u32 memory_offset;  // page aligned
  u32 memory_bytes;
  u32 file_offset;  // from the header's start
  u32 file_bytes;   // the rest of the memory is zero
  u32 flags;        // of the ELF program header
};
inline constexpr u32 segment_execute = 1, segment_write = 2, segment_read = 4;

struct Header {
  static constexpr u32 magic_value = 0x444f'4d41;  // "AMOD"
  static constexpr unsigned max_segments = 4;
  u32 magic;
  u32 total_bytes;
  u32 memory_pages;
  u32 entry;  // offset in memory
  u32 segment_count;
  u32 relocation_count;
  u32 relocation_offset;  // of u32 memory offsets
  Segment segments[max_segments];
};
static_assert(sizeof(Header) == 28 + 4 * 20);

// The blob is part of the measured image; it is still checked, so that a damaged flash file is a clear refusal.
Result<const Header*> check(std::span<const u8> blob);
std::span<const u32> relocations(const Header& header);

// Copies the segments to `base` (header.memory_pages pages) and relocates them. Returns the entry's address.
Result<u64> load(const Header& header, Gpa base);

}  // namespace module
