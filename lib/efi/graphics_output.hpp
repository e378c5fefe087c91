// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

enum class PixelFormat : u32 { rgb_reserved = 0, bgr_reserved = 1, bit_mask = 2, blt_only = 3 };

struct PixelBitmask {
  u32 red;
  u32 green;
  u32 blue;
  u32 reserved;
};
struct GraphicsOutputModeInformation {
  u32 version;
  u32 horizontal_resolution;
  u32 vertical_resolution;
  PixelFormat pixel_format;
  PixelBitmask pixel_information;
  u32 pixels_per_scan_line;
};
static_assert(sizeof(GraphicsOutputModeInformation) == 36);

struct GraphicsOutputMode {
  u32 max_mode;
  u32 mode;
  GraphicsOutputModeInformation* info;
  u64 size_of_info;
  PhysicalAddress frame_buffer_base;
  u64 frame_buffer_size;
};
static_assert(sizeof(GraphicsOutputMode) == 40);

struct BltPixel {
  u8 blue;
  u8 green;
  u8 red;
  u8 reserved;
};
static_assert(sizeof(BltPixel) == 4);

enum class BltOperation : u32 { video_fill = 0, video_to_buffer = 1, buffer_to_video = 2, video_to_video = 3 };
inline constexpr u32 blt_operation_count = 4;

// EFI_GRAPHICS_OUTPUT_PROTOCOL [uefi §12.9].
struct GraphicsOutput {
  static constexpr Guid guid = "9042a9de-23dc-4a38-96fb-7aded080516a"_guid;

  Status(EFIAPI* query_mode)(GraphicsOutput* self, u32 mode, u64* size_of_info, GraphicsOutputModeInformation** info);
  Status(EFIAPI* set_mode)(GraphicsOutput* self, u32 mode);
  Status(EFIAPI* blt)(GraphicsOutput* self, BltPixel* buffer, BltOperation operation, u64 source_x, u64 source_y,
                      u64 destination_x, u64 destination_y, u64 width, u64 height, u64 delta);
  GraphicsOutputMode* mode;
};
static_assert(sizeof(GraphicsOutput) == 32);

// EFI_EDID_DISCOVERED_PROTOCOL and EFI_EDID_ACTIVE_PROTOCOL [uefi §12.9.2]: one layout.
struct Edid {
  u32 size;
  u8* data;
};
static_assert(sizeof(Edid) == 16);
inline constexpr Guid edid_discovered_guid = "1c0c34f6-d380-41fa-a049-8ad06c1a66aa"_guid;
inline constexpr Guid edid_active_guid = "bd8c1056-9f36-44ec-92a8-a6337f817986"_guid;

}  // namespace efi
