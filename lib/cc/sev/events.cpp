// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/events.hpp"

#include "lib/cc/platform.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/interrupts_off.hpp"

namespace cc::sev {
namespace {

constexpr u64 io_address_64 = 1 << 9;

u64 io_info(u16 port, unsigned bytes) {
  const u64 size = bytes == 1 ? ioio_size_8 : bytes == 2 ? ioio_size_16 : ioio_size_32;
  return u64{port} << 16 | size | io_address_64;
}

u64 mask_of(unsigned bytes) { return bytes >= 8 ? ~0ull : (1ull << 8 * bytes) - 1; }

// A device access cannot fail on real hardware; a host that raises an exception for one is hostile.
Answer must(Result<Answer> answer) {
  if (!answer) terminate(Reason::ghcb_bad_event);
  return *answer;
}

}  // namespace

u32 port_in(u16 port, unsigned bytes) {
  InterruptsOff guard;
  const Answer a = must(ghcb_call({.code = Exit::ioio, .info_1 = io_info(port, bytes) | ioio_in}));
  a.require(true);
  return static_cast<u32>(a.rax & mask_of(bytes));
}

void port_out(u16 port, u32 value, unsigned bytes) {
  InterruptsOff guard;
  must(ghcb_call({.code = Exit::ioio, .info_1 = io_info(port, bytes), .has_rax = true, .rax = value & mask_of(bytes)}));
}

void port_in_bytes(u16 port, std::span<u8> into) {
  InterruptsOff guard;
  while (!into.empty()) {
    const auto buffer = shared_buffer();
    const u64 part = into.size() < buffer.size() ? into.size() : buffer.size();
    must(ghcb_call({.code = Exit::ioio,
                    .info_1 = io_info(port, 1) | ioio_in | ioio_string | ioio_rep,
                    .info_2 = part,
                    .has_scratch = true,
                    .scratch = shared_buffer_address()}));
    __builtin_memcpy(into.data(), buffer.data(), part);
    into = into.subspan(part);
  }
}

u64 mmio_in(Gpa address, unsigned bytes) {
  InterruptsOff guard;
  must(ghcb_call({.code = Exit::mmio_read, .info_1 = address.raw(), .info_2 = bytes, .has_scratch = true, .scratch = shared_buffer_address()}));
  u64 value = 0;
  __builtin_memcpy(&value, shared_buffer().data(), bytes);
  return value;
}

void mmio_out(Gpa address, u64 value, unsigned bytes) {
  InterruptsOff guard;
  __builtin_memcpy(shared_buffer().data(), &value, bytes);
  must(ghcb_call({.code = Exit::mmio_write, .info_1 = address.raw(), .info_2 = bytes, .has_scratch = true, .scratch = shared_buffer_address()}));
}

u64 msr_in(u32 index) {
  InterruptsOff guard;
  const Answer a = must(ghcb_call({.code = Exit::msr, .has_rcx = true, .rcx = index}));
  a.require(true, false, false, true);
  return (a.rdx & 0xffff'ffff) << 32 | (a.rax & 0xffff'ffff);
}

void msr_out(u32 index, u64 value) {
  InterruptsOff guard;
  must(ghcb_call({.code = Exit::msr,
                  .info_1 = 1,
                  .has_rax = true,
                  .has_rcx = true,
                  .has_rdx = true,
                  .rax = value & 0xffff'ffff,
                  .rcx = index,
                  .rdx = value >> 32}));
}

arch::CpuidResult host_cpuid(u32 leaf, u32 subleaf, u64 xcr0) {
  InterruptsOff guard;
  const Answer a = must(ghcb_call({.code = Exit::cpuid,
                                   .has_rax = true,
                                   .has_rcx = true,
                                   .has_xcr0 = leaf == 0xd,
                                   .rax = leaf,
                                   .rcx = subleaf,
                                   .xcr0 = xcr0}));
  a.require(true, true, true, true);
  return {static_cast<u32>(a.rax), static_cast<u32>(a.rbx), static_cast<u32>(a.rcx), static_cast<u32>(a.rdx)};
}

}  // namespace cc::sev
