// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstddef>

#include "lib/base/bits.hpp"

// NVM Express 1.4 [nvme].
namespace nvme {

using namespace base;

// Controller registers [nvme §3.1].
namespace reg {
inline constexpr u64 capabilities = 0x00, version = 0x08, configuration = 0x14, status = 0x1c;
inline constexpr u64 admin_queue_sizes = 0x24, admin_submission = 0x28, admin_completion = 0x30;
inline constexpr u64 doorbells = 0x1000;
}  // namespace reg

namespace capabilities {
using queue_entries_less_1 = Bits<15, 0>;
using ready_timeout = Bits<31, 24>;  // in 500 ms
using doorbell_stride = Bits<35, 32>;
using nvm_command_set = Bits<37>;
using least_page_size = Bits<51, 48>;  // 4 KiB shifted by this
}  // namespace capabilities

namespace configuration {
inline constexpr u32 enable = 1;
// NVM commands, pages of 4 KiB, queue entries of 64 and 16 bytes.
inline constexpr u32 running = enable | 6 << 16 | 4 << 20;
}  // namespace configuration

namespace status {
inline constexpr u32 ready = 1, fatal = 2;
}

enum class AdminOpcode : u8 { create_submission_queue = 0x01, create_completion_queue = 0x05, identify = 0x06 };
enum class Opcode : u8 { flush = 0x00, write = 0x01, read = 0x02 };

// [nvme §4.2]
struct Command {
  u8 opcode = 0;
  u8 flags = 0;
  u16 id = 0;
  u32 namespace_id = 0;
  u64 reserved = 0;
  u64 metadata = 0;
  u64 prp1 = 0, prp2 = 0;  // physical region pages [nvme §4.3]
  u32 dword10 = 0, dword11 = 0, dword12 = 0, dword13 = 0, dword14 = 0, dword15 = 0;
};
static_assert(sizeof(Command) == 64 && offsetof(Command, prp1) == 24 && offsetof(Command, dword10) == 40);

// [nvme §4.6]
struct Completion {
  static constexpr u64 bytes = 16, submission_at = 8, status_at = 12;
  using command = Bits<15, 0>;  // of the last dword
  using phase = Bits<16>;
  using status = Bits<31, 17>;
  using queue = Bits<31, 16>;  // of the third
};

// Identify [nvme §5.15].
namespace identify {
inline constexpr u32 of_namespace = 0, of_controller = 1, active_namespaces = 2;
inline constexpr u64 model = 24, model_bytes = 40, transfer_limit = 77, namespace_count = 516, write_cache = 525;
// Of a namespace.
inline constexpr u64 size = 0, last_format = 25, format_in_use = 26, attributes = 99, eui64 = 120, formats = 128;
inline constexpr u8 write_protected = 1;
using format_metadata_bytes = Bits<15, 0>;
using format_block_shift = Bits<23, 16>;
}  // namespace identify

}  // namespace nvme
