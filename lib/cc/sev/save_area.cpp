// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/save_area.hpp"

#include "lib/cc/platform.hpp"
#include "lib/cc/sev/ghcb_msr.hpp"

namespace cc::sev {
namespace {

constexpr u32 msr_efer = 0xc000'0080, msr_pat = 0x277;
constexpr u64 efer_svme = 1 << 12;  // VMRUN refuses a guest without [apm2 §15.5.1]
constexpr u64 rflags_reserved = 2;
constexpr u64 dr6_reset = 0xffff'0ff0, dr7_reset = 0x400;
constexpr u32 mxcsr_reset = 0x1f80;
constexpr u16 fcw_uefi = 0x37f, ftw_empty = 0xffff;  // [uefi §2.3.4]
constexpr u64 x87_enabled = 1;

// Descriptor bits 55:52 and 47:40.
constexpr u16 code64 = 0xa9b, data = 0xc93, ldt = 0x082, busy_task_state = 0x08b;
constexpr u32 whole_space = 0xffff'ffff, reset_limit = 0xffff;

constexpr u64 large_bytes = 2_MiB, pages_in_large = large_bytes / page_bytes;

}  // namespace

ProcessorModel this_processor() {
  return {.cr0 = arch::read_cr0(),
          .cr3 = arch::read_cr3(),
          .cr4 = arch::read_cr4(),
          .efer = arch::read_msr(msr_efer),
          .pat = arch::read_msr(msr_pat),
          .sev_status = arch::read_msr(msr::sev_status),
          .signature = cpuid(1, 0).eax};
}

void fill_save_area(Vmsa& area, const ProcessorModel& model, const ProcessorStart& start) {
  const VmsaSegment flat{layout::selector_data, data, whole_space, 0};
  area = {};
  area.es = area.ss = area.ds = area.fs = area.gs = flat;
  area.cs = {layout::selector_code64, code64, whole_space, 0};
  area.gdtr = {0, 0, start.descriptors.limit, start.descriptors.base};
  area.ldtr = {0, ldt, reset_limit, 0};
  area.idtr = {0, 0, start.interrupts.limit, start.interrupts.base};
  area.tr = {start.task_selector, busy_task_state, start.task_state.limit, start.task_state.base};
  area.efer = model.efer | efer_svme;
  area.cr0 = model.cr0;
  area.cr3 = model.cr3;
  area.cr4 = model.cr4;
  area.dr6 = dr6_reset;
  area.dr7 = dr7_reset;
  area.rflags = rflags_reserved;
  area.rip = start.entry;
  area.rsp = start.stack_top - 8;  // where the return address would be
  area.rdi = start.argument;
  area.rdx = model.signature;
  area.g_pat = model.pat;
  area.sev_features = model.sev_status >> 2;
  area.xcr0 = x87_enabled;
  area.mxcsr = mxcsr_reset;
  area.x87_fcw = fcw_uefi;
  area.x87_ftw = ftw_empty;
}

u64 pages_for_save_areas(u32 count) { return count + (count + pages_in_large - 1) / pages_in_large + 1; }

Gpa nth_save_area(PageRange room, u32 number) {
  const u64 first = room.start().raw() / page_bytes;
  // Of every 512 pages the first is left out.
  const u64 before = (first + pages_in_large - 1) / pages_in_large;
  u64 page = first + number;
  for (u64 left_out = before; left_out * pages_in_large <= page; ++left_out) ++page;
  return Gpa(page * page_bytes);
}

}  // namespace cc::sev
