// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/graphics_output.hpp"
#include "lib/graphics/surface.hpp"

namespace graphics {

// The arguments of GraphicsOutput's Blt [uefi §12.9.2.3]. `delta`: bytes of a line of the buffer; zero: its lines are as
// long as the rectangle is wide.
struct Blit {
  efi::BltOperation operation;
  u64 source_x, source_y, x, y, width, height, delta;
};

// Does it; what changed on the screen. invalid_parameter: something lies outside, or there is no buffer where one is
// needed.
Result<Rectangle> draw(const Surface& surface, const Blit& blit, u32* buffer);

}  // namespace graphics
