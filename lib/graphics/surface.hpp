// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/address.hpp"
#include "lib/graphics/resolution.hpp"

namespace graphics {

struct Rectangle {
  u32 x = 0, y = 0, width = 0, height = 0;
  constexpr bool empty() const { return width == 0 || height == 0; }
};

// The pixels of a screen, 32 bits each: blue in the lowest byte, then green and red. In device memory, which may have to
// be reached by other means than plain stores, or in RAM. Callers stay inside.
class Surface {
 public:
  constexpr Surface() = default;
  constexpr Surface(Gpa base, Resolution size, u32 pixels_per_line, bool device_memory)
      : base_(base), size_(size), pixels_per_line_(pixels_per_line), device_memory_(device_memory) {}

  Gpa base() const { return base_; }
  Resolution size() const { return size_; }
  u32 pixels_per_line() const { return pixels_per_line_; }
  u64 bytes() const { return u64{pixels_per_line_} * size_.height * pixel_bytes; }

  void put(u32 x, u32 y, std::span<const u32> pixels) const;
  void get(u32 x, u32 y, std::span<u32> pixels) const;
  void fill(Rectangle r, u32 pixel) const;
  // To another place; they may overlap.
  void move(Rectangle from, u32 x, u32 y) const;

 private:
  Gpa at(u32 x, u32 y) const { return base_ + (u64{y} * pixels_per_line_ + x) * pixel_bytes; }

  Gpa base_;
  Resolution size_;
  u32 pixels_per_line_ = 0;
  bool device_memory_ = false;
};

}  // namespace graphics
