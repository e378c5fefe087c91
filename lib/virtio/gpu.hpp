// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Requests of a virtio GPU in 2D [virtio §5.7].
namespace virtio::gpu {

using namespace base;

inline constexpr u64 feature_edid = 1ull << 1;
inline constexpr u16 control_queue = 0;

enum class Command : u32 {
  display_info = 0x0100,
  create_2d = 0x0101,
  unreference = 0x0102,
  set_scanout = 0x0103,
  flush = 0x0104,
  transfer_to_host_2d = 0x0105,
  attach_backing = 0x0106,
  get_edid = 0x010a,
};
inline constexpr u32 ok = 0x1100, ok_display_info = 0x1101, ok_edid = 0x1104;

struct Header {
  Command type;
  u32 flags = 0;
  u64 fence = 0;
  u32 context = 0;
  u32 padding = 0;
};
static_assert(sizeof(Header) == 24);

struct Rectangle {
  u32 x, y, width, height;
};
inline constexpr u32 format_b8g8r8x8 = 2;

struct Create2d {
  Header header{Command::create_2d};
  u32 resource, format, width, height;
};
struct AttachBacking {  // one piece of memory
  Header header{Command::attach_backing};
  u32 resource, entries;
  u64 address;
  u32 length, padding;
};
struct SetScanout {
  Header header{Command::set_scanout};
  Rectangle area;
  u32 scanout, resource;  // resource 0: none
};
struct TransferToHost2d {
  Header header{Command::transfer_to_host_2d};
  Rectangle area;
  u64 offset;
  u32 resource, padding;
};
struct Flush {
  Header header{Command::flush};
  Rectangle area;
  u32 resource, padding;
};
struct Unreference {
  Header header{Command::unreference};
  u32 resource, padding;
};
struct GetEdid {
  Header header{Command::get_edid};
  u32 scanout, padding;
};
static_assert(sizeof(Create2d) == 40 && sizeof(AttachBacking) == 48 && sizeof(SetScanout) == 48 && sizeof(TransferToHost2d) == 56);
static_assert(sizeof(Flush) == 48 && sizeof(Unreference) == 32 && sizeof(GetEdid) == 32);

// The answer to GetEdid: header, size, padding, data.
inline constexpr u32 edid_size_offset = 24, edid_data_offset = 32, edid_answer_bytes = 32 + 1024;

}  // namespace virtio::gpu
