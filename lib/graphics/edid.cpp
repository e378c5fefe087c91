// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/edid.hpp"

namespace graphics {
namespace {

// Offsets in the base block [edid §3].
constexpr u8 header[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
constexpr unsigned established_timings = 35, standard_timings = 38, standard_count = 8, first_detailed = 54;

void add(Edid& edid, Resolution r) {
  if (!usable(r) || edid.count == Edid::max_modes) return;
  for (unsigned i = 0; i < edid.count; ++i)
    if (edid.modes[i] == r) return;
  edid.modes[edid.count++] = r;
}

// Two bytes: width, aspect ratio and refresh rate [edid §3.9].
void add_standard(Edid& edid, u8 width, u8 shape) {
  if (width == 0 || (width == 1 && shape == 1)) return;
  const u32 x = (u32{width} + 31) * 8;
  switch (shape >> 6) {
    case 0: return add(edid, {x, x * 10 / 16});
    case 1: return add(edid, {x, x * 3 / 4});
    case 2: return add(edid, {x, x * 4 / 5});
    default: return add(edid, {x, x * 9 / 16});
  }
}

// The first detailed timing is the preferred one; a pixel clock of zero makes it another descriptor [edid §3.10].
void add_preferred(Edid& edid, const u8* timing) {
  if (timing[0] == 0 && timing[1] == 0) return;
  add(edid, {timing[2] | (timing[4] & 0xf0u) << 4, timing[5] | (timing[7] & 0xf0u) << 4});
  edid.has_preferred = edid.count != 0;
}

void add_established(Edid& edid, const u8* bits) {
  if (bits[0] & 0x20) add(edid, {640, 480});
  if (bits[0] & 0x01) add(edid, {800, 600});
  if (bits[1] & 0x08) add(edid, {1024, 768});
  if (bits[1] & 0x01) add(edid, {1280, 1024});
}

}  // namespace

Result<Edid> parse_edid(std::span<const u8, edid_bytes> block) {
  u8 sum = 0;
  for (u8 byte : block) sum = static_cast<u8>(sum + byte);
  if (sum != 0 || __builtin_memcmp(block.data(), header, sizeof header) != 0) return Error::crc_error;
  Edid edid;
  add_preferred(edid, &block[first_detailed]);
  add_established(edid, &block[established_timings]);
  for (unsigned i = 0; i < standard_count; ++i) add_standard(edid, block[standard_timings + 2 * i], block[standard_timings + 2 * i + 1]);
  return edid;
}

}  // namespace graphics
