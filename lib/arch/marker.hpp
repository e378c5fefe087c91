// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace arch {

// A no-operation that tests/bench recognises in the instruction stream: NOP [RAX+RAX+imm32] with "ASL" and the
// number of the phase that begins. Costs one instruction.
template <base::u8 number>
[[gnu::always_inline]] inline void phase_marker() {
  asm volatile(".byte 0x0f, 0x1f, 0x84, 0x00; .long %c0" : : "i"(0x41534c00 + number));
}

}  // namespace arch
