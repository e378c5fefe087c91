// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// eXtensible Host Controller Interface 1.2 [xhci].
namespace xhci {

using namespace base;

// Capability registers [xhci §5.3].
namespace cap {
inline constexpr u64 length = 0x00, structural1 = 0x04, structural2 = 0x08, capability1 = 0x10, doorbell_offset = 0x14, runtime_offset = 0x18;
inline constexpr u64 bytes = 0x20;
using operational_offset = Bits<7, 0>;
using max_slots = Bits<7, 0>;
using max_ports = Bits<31, 24>;
using scratchpads_high = Bits<25, 21>;
using scratchpads_low = Bits<31, 27>;
using addresses_64_bit = Bits<0>;
using large_contexts = Bits<2>;
}  // namespace cap

// Operational registers [xhci §5.4].
namespace op {
inline constexpr u64 command = 0x00, status = 0x04, page_size = 0x08, command_ring = 0x18, contexts = 0x30, configure = 0x38, first_port = 0x400;
inline constexpr u64 port_stride = 0x10;
inline constexpr u32 run = 1, reset = 2;
inline constexpr u32 halted = 1, host_error = 1 << 2, not_ready = 1 << 11;
}  // namespace op

// Port status and control [xhci §5.4.8]. Writing one to `enabled` disables the port.
namespace port {
inline constexpr u32 connected = 1, enabled = 1 << 1, reset = 1 << 4, power = 1 << 9;
using speed = Bits<13, 10>;
inline constexpr u32 reset_changed = 1 << 21, changes = 0x7f << 17;
inline constexpr u32 preserved = power | 3 << 14 | 7 << 25;
}  // namespace port

// Interrupter 0, relative to the runtime registers [xhci §5.5.2].
namespace runtime {
inline constexpr u64 segment_count = 0x28, segment_table = 0x30, dequeue = 0x38, bytes = 0x40;
inline constexpr u64 handler_busy = 1 << 3;
}  // namespace runtime

enum class TrbType : u8 {
  normal = 1,
  setup_stage = 2,
  data_stage = 3,
  status_stage = 4,
  link = 6,
  enable_slot = 9,
  disable_slot = 10,
  address_device = 11,
  configure_endpoint = 12,
  evaluate_context = 13,
  reset_endpoint = 14,
  stop_endpoint = 15,
  set_dequeue = 16,
  transfer_event = 32,
  command_completion = 33,
};

// Transfer Request Block [xhci §4.11.1].
struct Trb {
  u64 parameter = 0;
  u32 status = 0;
  u32 control = 0;
};
static_assert(sizeof(Trb) == 16);

namespace trb {
inline constexpr u32 cycle = 1, toggle_cycle = 1 << 1, interrupt_on_short = 1 << 2, chain = 1 << 4, interrupt_on_completion = 1 << 5,
                     immediate = 1 << 6, in = 1 << 16, setup_has_out = 2 << 16, setup_has_in = 3 << 16;
using type = Bits<15, 10>;
using endpoint = Bits<20, 16>;
using slot = Bits<31, 24>;
// Of an event's status.
using residual = Bits<23, 0>;
using code = Bits<31, 24>;
constexpr u32 of(TrbType t) { return static_cast<u32>(type::put(static_cast<u8>(t))); }
inline constexpr u8 success = 1, stall = 6, short_packet = 13;
// Of one TRB, which does not cross 64 KiB [xhci §6.4.1].
inline constexpr u64 most_bytes = 64_KiB;
}  // namespace trb

// Contexts [xhci §6.2]: word numbers.
namespace context {
inline constexpr u32 slot = 0, control_endpoint = 1;  // device context index
using route = Bits<19, 0>;
using speed = Bits<23, 20>;
using hub = Bits<26>;
using entries = Bits<31, 27>;
using root_port = Bits<23, 16>;
using hub_ports = Bits<31, 24>;
using translator_slot = Bits<7, 0>;  // the high-speed hub that slower devices are behind
using translator_port = Bits<15, 8>;
using interval = Bits<23, 16>;
using error_count = Bits<2, 1>;
using endpoint_type = Bits<5, 3>;
using max_burst = Bits<15, 8>;
using max_packet = Bits<31, 16>;
using average_length = Bits<15, 0>;
using max_payload = Bits<31, 16>;
inline constexpr u8 type_control = 4, type_bulk_out = 2, type_bulk_in = 6, type_interrupt_in = 7;
}  // namespace context

}  // namespace xhci
