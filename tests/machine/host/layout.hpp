// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Where the host program lives, and what the runner hands it. The host keeps the top of low RAM and all RAM above the
// guest's; QEMU's own devices see guest RAM at its own addresses.
namespace host {

using namespace base;

inline constexpr u64 host_base = 0x7c00'0000, parameters_base = 0x7cf0'0000, image_base = 0x7d00'0000;
inline constexpr u64 image_max = 0x80'0000 * 2, low_ram_end = 0x8000'0000, guest_low_max = host_base;
inline constexpr u64 pool_bytes = 256_MiB;
inline constexpr unsigned cpus_max = 64;
inline constexpr u16 report_port = 0x5e0, exit_port = 0x5f0;

enum class Mode : u32 { plain, sev, es, snp };
// Values for isa-debug-exit; QEMU's exit status is twice this and one.
enum class End : u32 { power_off = 0x10, reset, terminated, violation, refused, host_fault, shut_down, lie_done, hung };

struct Parameters {
  static constexpr u64 magic_value = 0x3154534f484c444d;  // "MDLHOST1"
  u64 magic;
  Mode mode;
  u32 cpus;
  u64 memory;      // the guest's, in bytes
  u64 image_size;
  u64 cpu_flags;
  u32 lenient;     // report violations and go on
  u32 verbose;
  char lie[64];
  u32 intercept_tsc;  // RDTSC and RDTSCP raise #VC
  u32 kernel_hashes;  // 1: measure kernel, initrd and command line; 2: and spoil the kernel's hash
};

constexpr u64 guest_low(u64 memory) { return memory < guest_low_max ? memory : guest_low_max; }
constexpr u64 guest_high(u64 memory) { return memory - guest_low(memory); }
// Private pages: the guest's whole address space again, above its RAM.
constexpr u64 private_offset(u64 memory) { return (4_GiB + guest_high(memory) + 1_GiB - 1) & ~(1_GiB - 1); }
constexpr u64 pool_base(u64 memory) { return private_offset(memory) + 4_GiB + guest_high(memory); }
// What QEMU must be given: q35 puts 2 GiB below 4 GiB and the rest above.
constexpr u64 machine_memory(u64 memory) { return low_ram_end + pool_base(memory) + pool_bytes - 4_GiB; }

static_assert(machine_memory(512_MiB) >= 0xb000'0000);

}  // namespace host
