// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/surface.hpp"

#include "lib/cc/platform.hpp"

namespace graphics {
namespace {

constexpr u32 chunk = 256;  // pixels on the way from one place to another

std::span<const u8> bytes_of(std::span<const u32> pixels) { return {reinterpret_cast<const u8*>(pixels.data()), pixels.size_bytes()}; }
std::span<u8> bytes_of(std::span<u32> pixels) { return {reinterpret_cast<u8*>(pixels.data()), pixels.size_bytes()}; }

}  // namespace

void Surface::put(u32 x, u32 y, std::span<const u32> pixels) const {
  const Gpa to = at(x, y);
  if (device_memory_) return cc::mmio_copy_out(to, bytes_of(pixels));
  __builtin_memcpy(reinterpret_cast<void*>(to.raw()), pixels.data(), pixels.size_bytes());
}

void Surface::get(u32 x, u32 y, std::span<u32> pixels) const {
  const Gpa from = at(x, y);
  if (device_memory_) return cc::mmio_copy_in(bytes_of(pixels), from);
  __builtin_memcpy(pixels.data(), reinterpret_cast<const void*>(from.raw()), pixels.size_bytes());
}

void Surface::fill(Rectangle r, u32 pixel) const {
  u32 line[chunk];
  const u32 used = r.width < chunk ? r.width : chunk;
  for (u32 i = 0; i < used; ++i) line[i] = pixel;
  for (u32 y = r.y; y < r.y + r.height; ++y)
    for (u32 done = 0; done < r.width; done += chunk) put(r.x + done, y, {line, r.width - done < chunk ? r.width - done : chunk});
}

void Surface::move(Rectangle from, u32 x, u32 y) const {
  u32 line[chunk];
  for (u32 i = 0; i < from.height; ++i) {
    // Away from where it goes, so that nothing is overwritten before it was read.
    const u32 row = y > from.y ? from.height - 1 - i : i;
    for (u32 done = 0; done < from.width; done += chunk) {
      const u32 left = from.width - done, count = left < chunk ? left : chunk;
      const u32 offset = x > from.x ? left - count : done;
      get(from.x + offset, from.y + row, {line, count});
      put(x + offset, y + row, {line, count});
    }
  }
}

}  // namespace graphics
