// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/host/layout.hpp"

// What happened, as lines of JSON over the debug port: {"event": ...} as it happens, {"report": ...} at the end.
namespace report {

using namespace base;

// Printing: text with %x (hexadecimal u64), %d (decimal u64) and %s.
void print(const char* format);
template <class T>
u64 word(T value) {
  if constexpr (__is_pointer(T))
    return reinterpret_cast<u64>(value);
  else
    return static_cast<u64>(value);
}
void print_words(const char* format, const u64* words);
template <class... T>
void print(const char* format, T... values) {
  const u64 words[] = {word(values)...};
  print_words(format, words);
}
// One line on the timeline: milliseconds since the start, processor, a name and details (JSON members).
void event(const char* name, u32 cpu);
template <class... T>
void event(const char* name, u32 cpu, const char* format, T... values);

enum class Violation : u8 {
  access_unvalidated,     // private access to a page that is not validated
  access_unassigned,      // private access to a page that the host has not assigned
  double_validation,
  double_rescind,
  validate_unassigned,
  shared_access_private,  // access without C-bit to a private page
  execute_shared,         // instruction fetch from a shared page
  psc_validated,          // made shared while still validated
  psc_repeated,           // already in the state asked for
  pvalidate_size,         // no such size, or not aligned to it
  rmpadjust_size,
  vmsa_aligned,           // VMSA on a 2 MiB boundary (erratum 1467)
  vmsa_bad,
  ghcb_private,           // GHCB, scratch or list in a private page
  ghcb_protocol,          // malformed GHCB use
  msr_protocol,
  unknown_exit,
  count
};
const char* name(Violation v);

// Counts the violation and prints it. Returns when the run is lenient; ends it otherwise.
void violation(Violation v, u32 cpu, u64 gpa, u64 rip);

struct Counts {
  u64 exits, npf, kicks, nmi;
  u64 lock_waits, lock_wait;  // how often, cycles
  u64 pvalidate[2][2];  // rescind/validate, 4K/2M
  u64 validated_by[host::cpus_max];  // PVALIDATEs of each processor, by APIC id
  u64 pvalidate_no_change, pvalidate_mismatch;
  u64 rmpadjust, psc_lists, psc_entries[2], walk_alias, fetch_alias;
  u64 string_io, mmio_read, mmio_write, ghcb_without_version;
  u64 violations[static_cast<unsigned>(Violation::count)];
};
Counts& counts();
void count_vc(u64 code);
void count_vmgexit(u64 code);
void count_msr_protocol(u64 info);
void count_port(u16 port, bool in);
void count_msr(u32 index, bool write);

// Prints the report and leaves QEMU.
[[noreturn]] void end(host::End end, const char* why);
void init();

}  // namespace report

namespace report {
void event_head(const char* name, u32 cpu);
template <class... T>
void event(const char* name, u32 cpu, const char* format, T... values) {
  event_head(name, cpu);
  print(", ");
  print(format, values...);
  print("}\n");
}
}  // namespace report
