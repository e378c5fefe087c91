// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// Serial ATA AHCI 1.3.1 [ahci] and the frames of Serial ATA 3 [sata].
namespace ahci {

using namespace base;

// Generic host control [ahci §3.1].
namespace host {
inline constexpr u64 capabilities = 0x00, control = 0x04, ports_implemented = 0x0c;
using addresses_64_bit = Bits<31>;  // of the capabilities
inline constexpr u32 reset = 1, enable = 1u << 31;
}  // namespace host

// Port registers [ahci §3.3].
inline constexpr u64 first_port = 0x100, port_stride = 0x80;
inline constexpr unsigned max_ports = 32;
namespace port {
inline constexpr u64 command_list = 0x00, received_frames = 0x08, interrupt_status = 0x10, command = 0x18, task_file = 0x20;
inline constexpr u64 signature = 0x24, link_status = 0x28, link_control = 0x2c, link_error = 0x30, command_issue = 0x38;
inline constexpr u32 start = 1, spin_up = 2, power_on = 4, receive = 1 << 4, receive_running = 1 << 14, list_running = 1 << 15;
inline constexpr u32 task_error = 1, task_request = 1 << 3, task_busy = 1 << 7;
inline constexpr u32 task_file_error = 1u << 30, host_errors = 0x3c00'0000 & ~(1u << 30);
inline constexpr u32 signature_disk = 0x0000'0101, signature_packet = 0xeb14'0101;
using detected = Bits<3, 0>;  // of link_status
inline constexpr u32 present = 3, link_reset = 1;
}  // namespace port

// Command header [ahci §4.2.2], command table [ahci §4.2.3].
namespace command {
inline constexpr u64 header_bytes = 0x20, list_bytes = 0x400, frames_bytes = 0x100;
inline constexpr u32 packet = 1 << 5, write = 1 << 6;
using frame_dwords = Bits<4, 0>;
using regions = Bits<31, 16>;
inline constexpr u64 moved = 4, table = 8;  // of the header
inline constexpr u64 packet_at = 0x40, region_at = 0x80, region_length = 12;  // of the table
inline constexpr u64 most_region_bytes = 4_MiB;
}  // namespace command

// Register frame, host to device [sata §10.5.5].
namespace frame {
inline constexpr u8 type = 0x27, is_command = 0x80, dwords = 5;
}

}  // namespace ahci
