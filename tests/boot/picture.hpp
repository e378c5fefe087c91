// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace boot {

// Pixels as QEMU's screendump writes them.
struct Picture {
  unsigned width = 0, height = 0;
  std::vector<std::uint32_t> pixels;  // 0xRRGGBB

  std::uint32_t at(unsigned x, unsigned y) const { return pixels[y * width + x]; }
};

// A PPM file; empty when it is none.
Picture read_ppm(const std::string& path);
void write_ppm(const std::string& path, const Picture& picture);

// Where two pictures begin to differ, in words; empty when they do not.
std::string difference(const Picture& got, const Picture& wanted);

}  // namespace boot
