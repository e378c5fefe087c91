// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/svm/vcpu.hpp"

// Guest memory as the processor addresses it: guest page tables, then the view that the C-bit picks.
namespace svm {

inline constexpr u64 c_bit = 1ull << 47;

struct Translation {
  u64 gpa = 0;  // without the C-bit
  bool ok = false;
  bool encrypted = false;
  u64 page_bytes = 4096;
};
Translation translate(Vcpu& v, u64 linear);
// Linear addresses. False when a page is not mapped or is no memory.
bool read_linear(Vcpu& v, u64 linear, void* to, usize bytes, bool fetch = false);
bool write_linear(Vcpu& v, u64 linear, const void* from, usize bytes);

// Instruction bytes at RIP, up to 15; returns how many could be read.
unsigned fetch(Vcpu& v, u8* bytes, unsigned limit);

}  // namespace svm
