// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "pei/mtrr.hpp"

#include <algorithm>
#include <bit>

#include "lib/cc/platform.hpp"

namespace pei {
namespace {

using namespace base;

constexpr u32 mtrr_capabilities = 0xfe, fixed_64k = 0x250, fixed_16k_80000 = 0x258, fixed_16k_a0000 = 0x259;
constexpr u32 fixed_4k_first = 0x268, fixed_4k_count = 8;
constexpr u32 variable_base = 0x200, variable_mask = 0x201, default_type = 0x2ff;
constexpr u64 all_write_back = 0x0606'0606'0606'0606, all_uncached = 0;
constexpr u64 type_write_back = 6, enable = 1 << 11, enable_fixed = 1 << 10, mask_valid = 1 << 11;
constexpr u32 cpuid_1_edx_mtrr = 1 << 12;

}  // namespace

void set_memory_types(Gpa low_ram_end, unsigned physical_address_bits) {
  if (!(cc::cpuid(1, 0).edx & cpuid_1_edx_mtrr)) return;
  const unsigned variable_count = cc::read_msr(mtrr_capabilities) & 0xff;
  cc::write_msr(default_type, 0);
  cc::write_msr(fixed_64k, all_write_back);
  cc::write_msr(fixed_16k_80000, all_write_back);
  cc::write_msr(fixed_16k_a0000, all_uncached);
  for (u32 i = 0; i < fixed_4k_count; ++i) cc::write_msr(fixed_4k_first + i, all_write_back);

  // The hole in naturally aligned powers of two, from the top down.
  const u64 address_mask = (1ull << physical_address_bits) - 1;
  u64 end = 4_GiB;
  for (unsigned i = 0; i < variable_count; ++i) {
    const bool used = end > low_ram_end.raw() && end > 2_GiB;
    u64 size = 0;
    if (used) {
      size = std::bit_floor(end - std::max(low_ram_end.raw(), 2_GiB));
      if (const u64 natural = end & -end; size > natural) size = natural;
      end -= size;
    }
    cc::write_msr(variable_base + 2 * i, used ? end : 0);
    cc::write_msr(variable_mask + 2 * i, used ? (address_mask & ~(size - 1)) | mask_valid : 0);
  }
  cc::write_msr(default_type, type_write_back | enable | enable_fixed);
}

}  // namespace pei
