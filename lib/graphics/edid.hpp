// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/graphics/resolution.hpp"

// What a monitor says of itself [edid]. It comes from the device: every field is a claim.
namespace graphics {

inline constexpr unsigned edid_bytes = 128;  // of the base block

struct Edid {
  static constexpr unsigned max_modes = 24;
  Resolution modes[max_modes];  // usable ones; the preferred one is first
  unsigned count = 0;
  bool has_preferred = false;
};

// crc_error: the header or the checksum is not an EDID's.
Result<Edid> parse_edid(std::span<const u8, edid_bytes> block);

}  // namespace graphics
