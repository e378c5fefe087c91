// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/mmio_access.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/base/bits.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/events.hpp"
#include "lib/cc/sev/mmio_instruction.hpp"

namespace cc::sev {
namespace {

using arch::InterruptFrame;

// Where an address leads [apm2 §5.3].
struct Target {
  bool device = false;  // mapped, and not private
  Gpa gpa;
};

Target resolve(u64 address) {
  u64 table = arch::read_cr3();
  for (unsigned level = 4;; --level) {
    const unsigned shift = 12 + 9 * (level - 1);
    const u64 entry = reinterpret_cast<const u64*>(table & Bits<51, 12>::mask & ~private_mask())[address >> shift & 511];
    constexpr u64 present = 1, large = 1 << 7;
    if (!(entry & present)) return {};
    if (level == 1 || (entry & large)) {
      const u64 offset = (1ull << shift) - 1;
      return {!(entry & private_mask()), Gpa((entry & Bits<51, 12>::mask & ~private_mask() & ~offset) | (address & offset))};
    }
    table = entry;
  }
}

Target device(u64 address, unsigned bytes) {
  const Target t = resolve(address);
  if (!t.device || (address & (page_bytes - 1)) + bytes > page_bytes) terminate(Reason::vc_mmio_private);
  return t;
}

void move(InterruptFrame& f, const MmioInstruction& i) {
  const Target t = device(i.address, i.memory_bytes);
  if (i.write)
    mmio_out(t.gpa, i.has_immediate ? i.immediate : register_value(f, i), i.memory_bytes);
  else
    set_register(f, i, mmio_in(t.gpa, i.memory_bytes));
}

// One element of MOVS. From device to memory or back; the memory may be mapped only when it is touched.
void move_element(const InterruptFrame& f, unsigned bytes) {
  const bool from_device = resolve(f.rsi).device, to_device = resolve(f.rdi).device;
  if (from_device && to_device) terminate(Reason::vc_unsupported);
  u64 value = 0;
  if (from_device) {
    value = mmio_in(device(f.rsi, bytes).gpa, bytes);
    __builtin_memcpy(reinterpret_cast<void*>(f.rdi), &value, bytes);
  } else {
    const Target to = device(f.rdi, bytes);
    __builtin_memcpy(&value, reinterpret_cast<const void*>(f.rsi), bytes);
    mmio_out(to.gpa, value, bytes);
  }
}

void string_element(InterruptFrame& f, const MmioInstruction& i) {
  constexpr u64 direction_flag = 1 << 10;
  const u64 step = f.rflags & direction_flag ? 0 - u64{i.memory_bytes} : i.memory_bytes;
  switch (i.string) {
    case StringForm::none: return;
    case StringForm::move: move_element(f, i.memory_bytes); break;
    case StringForm::store: mmio_out(device(f.rdi, i.memory_bytes).gpa, f.rax, i.memory_bytes); break;
    case StringForm::load: set_register(f, i, mmio_in(device(f.rsi, i.memory_bytes).gpa, i.memory_bytes)); break;
  }
  if (i.string != StringForm::store) f.rsi += step;
  if (i.string != StringForm::load) f.rdi += step;
}

// True when the instruction is done. Interrupts are off in here, so a long one goes in parts: RIP stays, and it traps again.
bool string(InterruptFrame& f, const MmioInstruction& i) {
  constexpr u64 part = 256;
  if (!i.rep) return string_element(f, i), true;
  for (u64 n = 0; n < part && f.rcx; ++n, --f.rcx) string_element(f, i);
  return f.rcx == 0;
}

}  // namespace

void emulate_mmio(InterruptFrame& f) {
  const MmioInstruction i = decode_mmio(reinterpret_cast<const u8*>(f.rip), f);
  if (!i.valid) terminate(Reason::vc_unsupported);
  if (i.string != StringForm::none && !string(f, i)) return;
  if (i.string == StringForm::none) move(f, i);
  f.rip += i.length;
}

}  // namespace cc::sev
