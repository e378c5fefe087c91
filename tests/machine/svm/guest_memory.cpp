// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/svm/guest_memory.hpp"

#include "tests/machine/svm/views.hpp"

namespace svm {

namespace {

constexpr u64 present = 1, large = 1 << 7, address_mask = 0x000f'ffff'ffff'f000;

// Table walks of an encrypted guest are private whatever the entry says [apm2 §15.34.5].
u64 read_entry(u64 address, unsigned bytes) {
  const auto* from = static_cast<const u8*>(views::table_pointer(address & ~c_bit));
  u64 entry = 0;
  if (from) __builtin_memcpy(&entry, from, bytes);
  return entry;
}

Translation walk(u64 table, u64 linear, int level) {
  Translation t;
  for (; level >= 0; --level) {
    const unsigned shift = 12 + 9 * level;
    const u64 entry = read_entry((table & address_mask) + (linear >> shift & 511) * 8, 8);
    if (!(entry & present)) return t;
    if (level == 0 || (level < 3 && (entry & large))) {
      t.page_bytes = 1ull << shift;
      const u64 address = (entry & address_mask & ~(t.page_bytes - 1)) | (linear & (t.page_bytes - 1));
      t.gpa = address & ~c_bit;
      t.encrypted = entry & c_bit;
      t.ok = true;
      return t;
    }
    table = entry;
  }
  return t;
}

Translation walk_32(Vcpu& v, u64 linear) {
  Translation t;
  const u64 directory = read_entry((v.save().cr3 & 0xffff'f000) + (linear >> 22 & 1023) * 4, 4);
  if (!(directory & present)) return t;
  t.ok = t.encrypted = true;
  if (directory & large) {
    t.page_bytes = 4_MiB;
    t.gpa = (directory & 0xffc0'0000) | (linear & 0x3f'ffff);
    return t;
  }
  const u64 entry = read_entry((directory & 0xffff'f000) + (linear >> 12 & 1023) * 4, 4);
  t.ok = entry & present;
  t.gpa = (entry & 0xffff'f000) | (linear & 4095);
  return t;
}

template <class Copy>
bool each_page(Vcpu& v, u64 linear, usize bytes, bool fetch, Copy copy) {
  while (bytes) {
    const usize part = bytes < 4096 - linear % 4096 ? bytes : 4096 - linear % 4096;
    const Translation t = translate(v, linear);
    if (!t.ok) return false;
    u8* at = static_cast<u8*>(views::pointer(t.gpa, t.encrypted || fetch));
    if (!at) return false;
    copy(at, part);
    linear += part;
    bytes -= part;
  }
  return true;
}

}  // namespace

Translation translate(Vcpu& v, u64 linear) {
  if (!v.paging()) return {linear & 0xffff'ffff, true, true, 4096};
  if (v.long_mode()) return walk(v.save().cr3, linear, 3);
  if (!(v.save().cr4 & cr4_pae)) return walk_32(v, linear);
  const u64 directory = read_entry((v.save().cr3 & 0xffff'ffe0) + (linear >> 30 & 3) * 8, 8);
  if (!(directory & present)) return {};
  return walk(directory, linear & 0xffff'ffff, 1);
}

bool read_linear(Vcpu& v, u64 linear, void* to, usize bytes, bool fetch) {
  auto* out = static_cast<u8*>(to);
  return each_page(v, linear, bytes, fetch, [&](u8* at, usize part) {
    __builtin_memcpy(out, at, part);
    out += part;
  });
}

bool write_linear(Vcpu& v, u64 linear, const void* from, usize bytes) {
  auto* in = static_cast<const u8*>(from);
  return each_page(v, linear, bytes, false, [&](u8* at, usize part) {
    __builtin_memcpy(at, in, part);
    in += part;
  });
}

unsigned fetch(Vcpu& v, u8* bytes, unsigned limit) {
  const u64 linear = v.save().rip + (v.long_mode() && (v.save().cs.attributes & 0x200) ? 0 : v.save().cs.base);
  const unsigned first = linear % 4096 + limit > 4096 ? 4096 - linear % 4096 : limit;
  if (!read_linear(v, linear, bytes, first, true)) return 0;
  return first == limit || read_linear(v, linear + first, bytes + first, limit - first, true) ? limit : first;
}

}  // namespace svm
