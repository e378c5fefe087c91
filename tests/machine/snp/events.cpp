// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "tests/machine/host/devices.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/ghcb_page.hpp"
#include "tests/machine/svm/views.hpp"

// The events that a guest reports through its GHCB [ghcb §4.1 table 6].
namespace snp {

namespace {

using namespace cc::sev;

void done(Request& r, u64 info_2 = 0) {
  r.set(r.ghcb.exit_info_1, 0);
  r.set(r.ghcb.exit_info_2, info_2);
}

void on_cpuid(Request& r) {
  const Registers a = cpuid(static_cast<u32>(r.ghcb.rax), static_cast<u32>(r.ghcb.rcx));
  r.set(r.ghcb.rax, a.eax);
  r.set(r.ghcb.rbx, a.ebx);
  r.set(r.ghcb.rcx, a.ecx);
  r.set(r.ghcb.rdx, a.edx);
  done(r);
}

void on_msr(Request& r) {
  const u32 index = static_cast<u32>(r.ghcb.rcx);
  if (r.ghcb.exit_info_1 > 1) return r.malformed(Malformed::invalid_input);
  if (r.ghcb.exit_info_1 == 1) {
    if (!r.valid(offsetof(Ghcb, rax)) || !r.valid(offsetof(Ghcb, rdx))) return r.malformed(Malformed::missing_input);
    host::msr_write(r.v, index, r.ghcb.rdx << 32 | static_cast<u32>(r.ghcb.rax));
  } else {
    const u64 value = host::msr_read(r.v, index);
    r.set(r.ghcb.rax, static_cast<u32>(value));
    r.set(r.ghcb.rdx, value >> 32);
  }
  done(r);
}

unsigned io_bytes(u64 info) {
  switch (info & (ioio_size_8 | ioio_size_16 | ioio_size_32)) {
    case ioio_size_8: return 1;
    case ioio_size_16: return 2;
    case ioio_size_32: return 4;
  }
  return 0;
}

void io_string(Request& r, u16 port, unsigned bytes) {
  ++report::counts().string_io;
  const u64 info = r.ghcb.exit_info_1;
  const u64 count = info & ioio_rep ? r.ghcb.exit_info_2 : 1;
  usize room = 0;
  u8* buffer = r.valid(offsetof(Ghcb, scratch)) ? r.scratch(bytes, room) : nullptr;
  if (!buffer || count > room / bytes) return r.malformed(Malformed::invalid_scratch);
  for (u64 i = 0; i < count; ++i, buffer += bytes) {
    u32 value = 0;
    if (info & ioio_in) {
      value = host::port_in(r.v, port, bytes);
      __builtin_memcpy(buffer, &value, bytes);
    } else {
      __builtin_memcpy(&value, buffer, bytes);
      host::port_out(r.v, port, bytes, value);
    }
  }
  done(r);
}

void on_io(Request& r) {
  const u64 info = r.ghcb.exit_info_1;
  const u16 port = static_cast<u16>(info >> 16);
  const unsigned bytes = io_bytes(info);
  if (!bytes) return r.malformed(Malformed::invalid_input);
  if (info & ioio_string) return io_string(r, port, bytes);
  if (info & ioio_in) {
    r.set(r.ghcb.rax, host::port_in(r.v, port, bytes));
  } else {
    if (!r.valid(offsetof(Ghcb, rax))) return r.malformed(Malformed::missing_input);
    host::port_out(r.v, port, bytes, static_cast<u32>(r.ghcb.rax));
  }
  done(r);
}

void on_mmio(Request& r, bool write) {
  const u64 gpa = r.ghcb.exit_info_1, bytes = r.ghcb.exit_info_2;
  usize room = 0;
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) return r.malformed(Malformed::invalid_input);
  u8* buffer = r.scratch(bytes, room);
  if (!buffer) return r.malformed(Malformed::invalid_scratch);
  u64 value = 0;
  if (write) __builtin_memcpy(&value, buffer, bytes);
  const unsigned n = static_cast<unsigned>(bytes);
  if (!(write ? host::mmio_write(r.v, gpa, n, value) : host::mmio_read(r.v, gpa, n, value)))
    return r.malformed(Malformed::invalid_input);
  if (!write) __builtin_memcpy(buffer, &value, bytes);
  done(r);
}
void on_mmio_read(Request& r) { on_mmio(r, false); }
void on_mmio_write(Request& r) { on_mmio(r, true); }

void on_nothing(Request& r) { done(r); }

void on_rdtsc(Request& r) {
  const u64 tsc = arch::read_tsc();
  r.set(r.ghcb.rax, static_cast<u32>(tsc));
  r.set(r.ghcb.rdx, tsc >> 32);
  if (r.ghcb.exit_code == static_cast<u64>(Exit::rdtscp)) r.set(r.ghcb.rcx, 0);
  done(r);
}
void on_rdpmc(Request& r) {
  r.set(r.ghcb.rax, 0);
  r.set(r.ghcb.rdx, 0);
  done(r);
}
void on_dr7_read(Request& r) {
  r.set(r.ghcb.rax, r.v.dr7);
  done(r);
}
void on_dr7_write(Request& r) {
  r.v.dr7 = r.ghcb.rax;
  done(r);
}
void on_vmmcall(Request& r) {
  r.set(r.ghcb.rax, static_cast<u64>(-1000));  // KVM_ENOSYS: no such hypercall
  done(r);
}

void on_reset_hold(Request& r) {
  done(r);
  enter_reset_hold(r.v);
}

void on_jump_table(Request& r) {
  static u64 table;
  if (r.ghcb.exit_info_1 > 1) return r.malformed(Malformed::invalid_input);
  if (r.ghcb.exit_info_1 == 0) table = r.ghcb.exit_info_2;
  done(r, table);
}

void on_psc(Request& r) {
  usize room = 0;
  u8* list = is_snp() ? r.scratch(16, room) : nullptr;
  if (!list) return r.malformed(Malformed::invalid_scratch);
  done(r, page_state_change_list(r.v, list, room));
}

void on_ap_creation(Request& r) {
  const u64 info = r.ghcb.exit_info_1;
  const u32 apic_id = static_cast<u32>(info >> 32);
  if (!is_snp() || (info >> 16 & 15)) return r.malformed(Malformed::invalid_input);  // only VMPL 0 is populated
  if (!has_processor(apic_id)) return r.refuse(Malformed::invalid_input);  // how a guest finds out which there are
  bool good = false;
  switch (static_cast<ApCreation>(info & 0xffff)) {
    case ApCreation::create:
    case ApCreation::create_on_init:
      if (!r.valid(offsetof(Ghcb, rax))) return r.malformed(Malformed::missing_input);
      good = create_processor(r.v, apic_id, r.ghcb.exit_info_2, r.ghcb.rax, (info & 0xffff) == 0);
      break;
    case ApCreation::destroy: good = destroy_processor(r.v, apic_id); break;
  }
  if (!good) return r.malformed(Malformed::invalid_input);
  done(r);
}

void on_guest_request(Request& r) {
  u64 error = 0;
  if (!is_snp() || !guest_request(r.v, r.ghcb.exit_info_1, r.ghcb.exit_info_2, error))
    return r.malformed(Malformed::invalid_input);
  done(r, error);
}

void on_apic_ids(Request& r) {
  r.set(r.ghcb.rax, 1);
  const u64 gpa = r.ghcb.exit_info_1;
  auto* list = static_cast<u32*>(gpa && gpa % 4096 == 0 ? svm::views::pointer(gpa, false) : nullptr);
  if (gpa && !list) return r.malformed(Malformed::invalid_input);
  if (list) {
    list[0] = svm::vcpu_count();
    for (u32 i = 0; i < svm::vcpu_count(); ++i) list[1 + i] = svm::vcpu(i).apic_id;
  }
  done(r);
}

void on_run_vmpl(Request& r) { r.malformed(Malformed::invalid_input); }  // no other VMPL is populated
void on_features(Request& r) { done(r, is_snp() ? hv_features : 0); }
void on_terminate(Request& r) {
  const u64 info = r.ghcb.exit_info_1;
  terminated(r.v, info & 15, info >> 4 & 0xff, r.ghcb.exit_info_2);
}
void on_unsupported(Request& r) {
  report::event("unsupported-vc", r.v.apic_id, "\"code\": \"0x%x\"", r.ghcb.exit_info_1);
  r.set(r.ghcb.exit_info_1, static_cast<u64>(Reply::inject_event));
  r.set(r.ghcb.exit_info_2, svm::event_valid | svm::event_exception | 6);
}

}  // namespace

const Event events[] = {
    {Exit::ioio, "", on_io},
    {Exit::cpuid, "ac", on_cpuid},
    {Exit::msr, "c", on_msr},
    {Exit::mmio_read, "s", on_mmio_read},
    {Exit::mmio_write, "s", on_mmio_write},
    {Exit::page_state_change, "s", on_psc},
    {Exit::wbinvd, "", on_nothing},
    {Exit::invd, "", on_nothing},
    {Exit::dr7_read, "", on_dr7_read},
    {Exit::dr7_write, "a", on_dr7_write},
    {Exit::rdtsc, "", on_rdtsc},
    {Exit::rdtscp, "", on_rdtsc},
    {Exit::rdpmc, "c", on_rdpmc},
    {Exit::vmmcall, "a", on_vmmcall},
    {Exit::monitor, "acd", on_nothing},
    {Exit::mwait, "ac", on_nothing},
    {Exit::nmi_complete, "", on_nothing},
    {Exit::ap_reset_hold, "", on_reset_hold},
    {Exit::ap_jump_table, "", on_jump_table},
    {Exit::ap_creation, "", on_ap_creation},
    {Exit::guest_request, "", on_guest_request},
    {Exit::extended_guest_request, "ab", on_guest_request},
    {Exit::apic_id_list, "a", on_apic_ids},
    {Exit::run_vmpl, "", on_run_vmpl},
    {Exit::hv_features, "", on_features},
    {Exit::terminate, "", on_terminate},
    {Exit::unsupported, "", on_unsupported},
    {Exit::unsupported, "", nullptr},
};

}  // namespace snp
