// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/layout.hpp"

namespace module {

using namespace base;

// At layout::image_header; written by linker/mkimage. Addresses are below 4 GiB.
struct ImageHeader {
  static constexpr u32 magic_value = 0x4c48'5341;  // "ASHL"
  u32 magic;
  u32 image_bytes;
  u32 sec_address;
  u32 sec_bytes;
  u32 dxe_address;
  u32 dxe_bytes;
  u32 runtime_address;
  u32 runtime_bytes;
};
static_assert(sizeof(ImageHeader) <= layout::image_header_bytes);
static_assert(offsetof(ImageHeader, sec_address) == layout::header_sec_address);
static_assert(offsetof(ImageHeader, sec_bytes) == layout::header_sec_bytes);

}  // namespace module
