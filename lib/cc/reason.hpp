// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace cc {

using namespace base;

// Why this firmware gave up: the one table. The number is what a host sees (SEV: reason code of set 2;
// TDX: ReportFatalError code; plain: I/O port 0x402 text only), so numbers are never reused.
#define CC_REASONS(X)                                                                  \
  X(general, 0x00, "unspecified failure")                                              \
  X(panic, 0x01, "a bug of the firmware")                                              \
  X(cpu_exception, 0x02, "unexpected processor exception")                             \
  X(unsupported_guest, 0x03, "this kind of confidential guest is not supported yet")   \
  X(no_memory, 0x04, "no usable memory was reported")                                  \
  X(no_fw_cfg, 0x05, "QEMU's firmware configuration device is missing")                \
  X(damaged_image, 0x06, "the firmware image is damaged")                              \
  X(unsupported_machine, 0x07, "the machine is neither q35 nor pc")

enum class Reason : u8 {
#define X(id, code, text) id = code,
  CC_REASONS(X)
#undef X
};

const char* describe(Reason reason);

}  // namespace cc
