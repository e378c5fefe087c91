// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/blit.hpp"

namespace graphics {
namespace {

bool inside(const Surface& surface, u64 x, u64 y, u64 width, u64 height) {
  const Resolution size = surface.size();
  return x <= size.width && width <= size.width - x && y <= size.height && height <= size.height - y;
}

Rectangle rectangle(u64 x, u64 y, const Blit& b) {
  return {static_cast<u32>(x), static_cast<u32>(y), static_cast<u32>(b.width), static_cast<u32>(b.height)};
}

// Pixels from one line of the buffer to the next. A part of a pixel, or less than the rectangle needs, cannot be meant.
Result<u64> buffer_stride(const Blit& b) {
  if (b.delta == 0) return b.width;
  if (b.delta % pixel_bytes != 0 || b.delta / pixel_bytes < b.width) return Error::invalid_parameter;
  return b.delta / pixel_bytes;
}

// `column` and `row` are where the rectangle lies in the buffer; nowhere when that leaves the address space.
Result<u32*> first_pixel(u32* buffer, const Blit& b, u64 stride, u64 column, u64 row) {
  u64 last = 0, pixels = 0, bytes = 0;
  if (__builtin_add_overflow(row, b.height, &last) || __builtin_mul_overflow(stride, last, &pixels) ||
      __builtin_add_overflow(pixels, column, &pixels) || __builtin_mul_overflow(pixels, u64{pixel_bytes}, &bytes))
    return Error::invalid_parameter;
  return buffer + row * stride + column;
}

Result<> exchange(const Surface& surface, const Blit& b, u32* buffer, bool to_screen) {
  // The rectangle's place in the buffer: what the other side of the copy does not use.
  const u64 column = to_screen ? b.source_x : b.x, row = to_screen ? b.source_y : b.y;
  const u64 x = to_screen ? b.x : b.source_x, y = to_screen ? b.y : b.source_y;
  if (!inside(surface, x, y, b.width, b.height)) return Error::invalid_parameter;
  const u64 stride = TRY(buffer_stride(b));
  u32* line = TRY(first_pixel(buffer, b, stride, column, row));
  for (u64 i = 0; i < b.height; ++i, line += stride) {
    if (to_screen)
      surface.put(static_cast<u32>(x), static_cast<u32>(y + i), {line, b.width});
    else
      surface.get(static_cast<u32>(x), static_cast<u32>(y + i), {line, b.width});
  }
  return {};
}

}  // namespace

Result<Rectangle> draw(const Surface& surface, const Blit& b, u32* buffer) {
  if (b.width == 0 || b.height == 0) return Error::invalid_parameter;
  if (!buffer && b.operation != efi::BltOperation::video_to_video) return Error::invalid_parameter;
  switch (b.operation) {
    case efi::BltOperation::video_fill:
      if (!inside(surface, b.x, b.y, b.width, b.height)) return Error::invalid_parameter;
      surface.fill(rectangle(b.x, b.y, b), *buffer);
      return rectangle(b.x, b.y, b);
    case efi::BltOperation::video_to_buffer:
      TRY(exchange(surface, b, buffer, false));
      return Rectangle{};
    case efi::BltOperation::buffer_to_video:
      TRY(exchange(surface, b, buffer, true));
      return rectangle(b.x, b.y, b);
    case efi::BltOperation::video_to_video:
      if (!inside(surface, b.source_x, b.source_y, b.width, b.height) || !inside(surface, b.x, b.y, b.width, b.height))
        return Error::invalid_parameter;
      surface.move(rectangle(b.source_x, b.source_y, b), static_cast<u32>(b.x), static_cast<u32>(b.y));
      return rectangle(b.x, b.y, b);
  }
  return Error::invalid_parameter;
}

}  // namespace graphics
