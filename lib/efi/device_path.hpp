// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

// Device paths [uefi §10]. Nodes are packed and lie anywhere: copy one out before reading its fields.
namespace efi {

struct [[gnu::packed]] DevicePath {
  static constexpr Guid guid = "09576e91-6d3f-11d2-8e39-00a0c969723b"_guid;

  u8 type;
  u8 subtype;
  u8 length[2];  // little-endian, of the whole node

  constexpr u16 size() const { return static_cast<u16>(length[0] | length[1] << 8); }
};
static_assert(sizeof(DevicePath) == 4 && alignof(DevicePath) == 1);

inline constexpr Guid loaded_image_device_path_guid = "bc62157e-3e33-4fec-9920-2d3b36d750df"_guid;

namespace device_path_type {
inline constexpr u8 hardware = 0x01;
inline constexpr u8 acpi = 0x02;
inline constexpr u8 messaging = 0x03;
inline constexpr u8 media = 0x04;
inline constexpr u8 bios_boot = 0x05;
inline constexpr u8 end = 0x7f;
}  // namespace device_path_type

namespace end_subtype {
inline constexpr u8 instance = 0x01;
inline constexpr u8 entire = 0xff;
}  // namespace end_subtype

inline constexpr DevicePath end_device_path = {device_path_type::end, end_subtype::entire, {4, 0}};
inline constexpr DevicePath end_device_path_instance = {device_path_type::end, end_subtype::instance, {4, 0}};

// The header of a node struct that has its fixed size.
template <class Node>
constexpr DevicePath node_header(u8 type, u8 subtype, u16 extra = 0) {
  const u16 size = static_cast<u16>(sizeof(Node) + extra);
  return {type, subtype, {static_cast<u8>(size), static_cast<u8>(size >> 8)}};
}

}  // namespace efi
