// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/report/report.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/report/tally.hpp"

namespace report {

namespace {

Counts totals;
Tally vc_codes, vmgexit_codes, msr_infos, msrs;
u32* ports[2];
u64 start_tsc;
bool ended;

constexpr const char* violation_names[] = {
    "access-unvalidated", "access-unassigned", "double-validation", "double-rescind", "validate-unassigned",
    "shared-access-private", "execute-shared", "psc-validated", "psc-repeated", "pvalidate-size",
    "rmpadjust-size", "vmsa-aligned", "vmsa-bad", "ghcb-private", "ghcb-protocol", "msr-protocol",
    "unknown-exit"};
static_assert(sizeof violation_names / sizeof *violation_names == static_cast<unsigned>(Violation::count));
constexpr const char* end_names[] = {"power-off", "reset", "terminated", "violation", "refused", "host-fault", "shut-down", "lie-done", "hung"};

void put(char c) { arch::out8(host::report_port, static_cast<u8>(c)); }

void put_number(u64 value, unsigned radix) {
  char digits[20];
  int n = 0;
  do digits[n++] = "0123456789abcdef"[value % radix];
  while (value /= radix);
  while (n) put(digits[--n]);
}

void print_ports() {
  print("  \"ports\": {");
  bool first = true;
  for (u32 port = 0; port < 0x10000; ++port) {
    if (!ports[0][port] && !ports[1][port]) continue;
    print(first ? "\"0x%x\": [%d, %d]" : ", \"0x%x\": [%d, %d]", port, ports[1][port], ports[0][port]);
    first = false;
  }
  print("},\n");
}

void print_counts() {
  const Counts& c = totals;
  print("  \"exits\": %d, \"nested_faults\": %d, \"kicks\": %d, \"nmis\": %d, \"lock\": {\"waits\": %d, \"mcycles\": %d},\n", c.exits, c.npf, c.kicks, c.nmi, c.lock_waits,
        c.lock_wait / 1'000'000);
  print("  \"pvalidate\": {\"validate_4k\": %d, \"validate_2m\": %d, \"rescind_4k\": %d, \"rescind_2m\": %d, \"no_change\": %d, \"size_mismatch\": %d},\n",
        c.pvalidate[1][0], c.pvalidate[1][1], c.pvalidate[0][0], c.pvalidate[0][1], c.pvalidate_no_change, c.pvalidate_mismatch);
  print("  \"validated_by\": [");
  for (u32 i = 0; i < host::parameters().cpus; ++i) print(i ? ", %d" : "%d", c.validated_by[i]);
  print("],\n");
  print("  \"rmpadjust\": %d, \"psc_lists\": %d, \"psc_entries\": {\"private\": %d, \"shared\": %d},\n", c.rmpadjust, c.psc_lists,
        c.psc_entries[0], c.psc_entries[1]);
  print("  \"walk_aliases\": %d, \"fetch_aliases\": %d, \"string_io\": %d, \"mmio\": [%d, %d], \"ghcb_without_version\": %d,\n", c.walk_alias, c.fetch_alias,
        c.string_io, c.mmio_read, c.mmio_write, c.ghcb_without_version);
  vc_codes.print("vc");
  vmgexit_codes.print("vmgexit");
  msr_infos.print("msr_protocol");
  msrs.print("msrs");
  print_ports();
  u64 total = 0;
  print("  \"violations\": {");
  for (unsigned v = 0; v < static_cast<unsigned>(Violation::count); ++v) {
    if (c.violations[v]) print(total ? ", \"%s\": %d" : "\"%s\": %d", violation_names[v], c.violations[v]);
    total += c.violations[v];
  }
  print("}, \"violations_total\": %d,\n", total);
}

}  // namespace

const char* name(Violation v) { return violation_names[static_cast<unsigned>(v)]; }
Counts& counts() { return totals; }

void print(const char* text) {
  while (*text) put(*text++);
}

void print_words(const char* format, const u64* words) {
  for (; *format; ++format) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    const u64 value = *words++;
    switch (*++format) {
      case 'x': put_number(value, 16); break;
      case 'd': put_number(value, 10); break;
      case 's': print(reinterpret_cast<const char*>(value)); break;
    }
  }
}

void event_head(const char* what, u32 cpu) {
  print("{\"event\": \"%s\", \"mcycles\": %d, \"cpu\": %d", what, (arch::read_tsc() - start_tsc) / 1'000'000, cpu);
}
void event(const char* what, u32 cpu) {
  event_head(what, cpu);
  print("}\n");
}

void violation(Violation v, u32 cpu, u64 gpa, u64 rip) {
  u64& seen = totals.violations[static_cast<unsigned>(v)];
  if (++seen <= 100) event("violation", cpu, "\"rule\": \"%s\", \"gpa\": \"0x%x\", \"rip\": \"0x%x\"", name(v), gpa, rip);
  if (!host::parameters().lenient) end(host::End::violation, name(v));
}

void count_vc(u64 code) { vc_codes.add(code); }
void count_vmgexit(u64 code) { vmgexit_codes.add(code); }
void count_msr_protocol(u64 info) { msr_infos.add(info); }
void count_port(u16 port, bool in) { ++ports[in][port]; }
void count_msr(u32 index, bool) { msrs.add(index); }

void init() {
  start_tsc = arch::read_tsc();
  ports[0] = host::pool_array<u32>(0x10000);
  ports[1] = host::pool_array<u32>(0x10000);
}

void end(host::End how, const char* why) {
  if (!__atomic_exchange_n(&ended, true, __ATOMIC_SEQ_CST)) {
    print("{\"report\": {\n  \"end\": \"%s\", \"why\": \"%s\", \"mcycles\": %d,\n",
          end_names[static_cast<unsigned>(how) - static_cast<unsigned>(host::End::power_off)], why,
          (arch::read_tsc() - start_tsc) / 1'000'000);
    if (ports[0]) print_counts();
    print("  \"complete\": true}}\n");
    arch::out32(host::exit_port, static_cast<u32>(how));
  }
  arch::stop();
}

}  // namespace report
