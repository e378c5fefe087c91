// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>

#include "lib/ata/port.hpp"

namespace ata_test {

using namespace base;

// What Identify Device says of a disk with 48-bit commands; the words may be changed to lie.
struct Identity {
  explicit Identity(u64 sectors) {
    words[49] = 3 << 8;
    words[60] = 0xffff, words[61] = 0xfff;
    words[83] = 1 << 14 | 1 << 10;
    words[85] = 1 << 5;
    for (int i = 0; i < 4; ++i) words[100 + i] = static_cast<u16>(sectors >> 16 * i);
    for (int i = 0; i < 20; ++i) words[27 + i] = 0x2020;
    words[27] = 'Q' << 8 | 'E';
  }
  u16 words[256] = {};
};

}  // namespace ata_test
