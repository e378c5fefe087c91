// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/rtc/cmos.hpp"

#include "lib/cc/platform.hpp"

namespace rtc::cmos {

constexpr u16 index_port = 0x70;
constexpr u16 data_port = 0x71;

u8 read(u8 index) {
  cc::out8(index_port, index);
  return cc::in8(data_port);
}

void write(u8 index, u8 value) {
  cc::out8(index_port, index);
  cc::out8(data_port, value);
}

}  // namespace rtc::cmos
