// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Intel's 8254x and 82574 as [e1000] names them, as far as both are alike.
namespace e1000 {

using namespace base;

inline constexpr u16 pci_vendor = 0x8086;
inline constexpr u16 pci_82540em = 0x100e, pci_82545em = 0x100f, pci_82574l = 0x10d3;

namespace reg {
inline constexpr u32 control = 0x0000, status = 0x0008, interrupt_mask_clear = 0x00d8;
inline constexpr u32 receive_control = 0x0100, transmit_control = 0x0400;
inline constexpr u32 receive_ring = 0x2800, transmit_ring = 0x3800;
inline constexpr u32 address_low = 0x5400, address_high = 0x5404;
inline constexpr u64 bytes = 0x6000;
}  // namespace reg

// From receive_ring and transmit_ring.
namespace ring {
inline constexpr u32 base_low = 0x00, base_high = 0x04, length = 0x08, head = 0x10, tail = 0x18;
}

namespace control {
inline constexpr u32 set_link_up = 1u << 6, reset = 1u << 26;
}
namespace status {
inline constexpr u32 link_up = 1u << 1;
}
namespace receive_control {
inline constexpr u32 enable = 1u << 1, all_unicast = 1u << 3, all_multicast = 1u << 4, broadcast = 1u << 15, strip_check_sequence = 1u << 26;
}
namespace transmit_control {
inline constexpr u32 enable = 1u << 1, pad_short = 1u << 3, collisions = 0x0f << 4, distance = 0x40 << 12;
}

// Legacy descriptors: the address, then this in one word.
inline constexpr u64 descriptor_bytes = 16, descriptor_word = 8;
namespace receive_descriptor {
inline constexpr u64 length = 0xffff, done = 1ull << 32, end_of_packet = 1ull << 33, errors = 0xffull << 40;
}
namespace transmit_descriptor {
inline constexpr u64 end_of_packet = 1u << 24, insert_check_sequence = 1u << 25, report_status = 1u << 27, done = 1ull << 32;
}

}  // namespace e1000
