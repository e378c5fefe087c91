// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// Enhanced Host Controller Interface 1.0 [ehci].
namespace ehci {

using namespace base;

// Capability registers [ehci §2.2].
namespace cap {
inline constexpr u64 length = 0x00, structural = 0x04;
using operational_offset = Bits<7, 0>;
using port_count = Bits<3, 0>;
}  // namespace cap

// Operational registers [ehci §2.3].
namespace op {
inline constexpr u64 command = 0x00, status = 0x04, interrupts = 0x08, segment = 0x10, periodic_list = 0x14, async_list = 0x18, configure = 0x40,
                     first_port = 0x44;
inline constexpr u32 run = 1, reset = 2, periodic_on = 1 << 4, async_on = 1 << 5, one_microframe = 1 << 16;
inline constexpr u32 host_error = 1 << 4, halted = 1 << 12, periodic_running = 1 << 14, async_running = 1 << 15;
}  // namespace op

namespace port {
inline constexpr u32 connected = 1, enabled = 1 << 2, reset = 1 << 8, power = 1 << 12, owner = 1 << 13;
inline constexpr u32 changes = 1 << 1 | 1 << 3 | 1 << 5;  // written as ones they are cleared
}  // namespace port

// Pointers in schedules [ehci §3].
namespace link {
inline constexpr u32 terminate = 1, queue_head = 1 << 1;
}

// Queue element transfer descriptor [ehci §3.5].
namespace qtd {
inline constexpr u64 bytes = 64, next = 0, alternate = 4, token = 8, buffers = 12, buffers_high = 32;
inline constexpr unsigned buffer_count = 5;
// Whatever its offset in the first page, as much fits.
inline constexpr u64 most_bytes = 16_KiB;
inline constexpr u32 active = 0x80, halted = 0x40, toggle = 1u << 31;
using packet = Bits<9, 8>;
using error_count = Bits<11, 10>;
using total = Bits<30, 16>;
inline constexpr u8 out = 0, in = 1, setup = 2;
}  // namespace qtd

// Queue head [ehci §3.6].
namespace queue_head {
inline constexpr u64 bytes = 128, horizontal = 0, characteristics = 4, capabilities = 8, current = 12, overlay = 16, overlay_token = 24;
using address = Bits<6, 0>;
using endpoint = Bits<11, 8>;
using speed = Bits<13, 12>;
using packet_bytes = Bits<26, 16>;
using multiplier = Bits<31, 30>;
inline constexpr u32 high_speed = 2, toggle_in_qtd = 1 << 14, head = 1 << 15, every_frame = 1;
}  // namespace queue_head

}  // namespace ehci
