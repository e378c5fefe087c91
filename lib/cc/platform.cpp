// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/platform.hpp"

#include "lib/arch/io.hpp"
#include "lib/cc/processors.hpp"
#include "lib/cc/sev/bring_up.hpp"
#include "lib/cc/sev/cpuid_table.hpp"
#include "lib/cc/sev/events.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/msr_protocol.hpp"
#include "lib/cc/sev/page_state.hpp"
#include "lib/cc/sev/processors.hpp"
#include "lib/cc/sev/vc_handler.hpp"
#include "lib/log/log.hpp"

namespace cc {
namespace {

constinit Guest current{};

// Must requests go through the GHCB, because the bare instruction would trap?
bool by_ghcb() {
  switch (current.type) {
    case GuestType::plain:
    case GuestType::sev: return false;
    case GuestType::sev_es:
    case GuestType::snp: return true;
    case GuestType::tdx: break;
  }
  terminate(Reason::unsupported_guest);
}

struct Ending {
  bool under_way = false;
  Reason reason = Reason::general;
};
constinit Ending ending;
constinit void (*stop_others)() = nullptr;

// Left only in host tests, whose terminations are exceptions.
class EndingScope {
 public:
  explicit EndingScope(Reason reason) { ending = {true, reason}; }
  ~EndingScope() { ending.under_way = false; }
};

void put_to_use(Gpa ghcb) {
  __builtin_memset(reinterpret_cast<void*>(ghcb.raw()), 0, page_bytes);
  if (current.type == GuestType::snp) sev::register_ghcb(ghcb);
}

bool has_ledger() { return current.type == GuestType::snp; }

}  // namespace

Guest bring_up(GuestType type, u64 private_mask, void (*map_shared)(Gpa)) {
  Guest guest;
  guest.type = type;
  guest.private_mask = private_mask;
  current = guest;
  if (by_ghcb()) {
    guest.ghcb = Gpa(layout::sec_ghcb);
    guest.cpuid_page = Gpa(layout::cpuid_page);
    sev::bring_up(guest, map_shared);
  }
  current = guest;
  return guest;
}

void init(const Guest& guest) {
  current = guest;
  if (by_ghcb()) sev::use_ghcb(guest.ghcb);
}

const char* guest_name() {
  switch (current.type) {
    case GuestType::plain: return "plain";
    case GuestType::sev: return "SEV";
    case GuestType::sev_es: return "SEV-ES";
    case GuestType::snp: return "SEV-SNP";
    case GuestType::tdx: return "TDX";
  }
  return "unknown";
}

u8 in8(u16 port) { return by_ghcb() ? static_cast<u8>(sev::port_in(port, 1)) : arch::in8(port); }
u16 in16(u16 port) { return by_ghcb() ? static_cast<u16>(sev::port_in(port, 2)) : arch::in16(port); }
u32 in32(u16 port) { return by_ghcb() ? sev::port_in(port, 4) : arch::in32(port); }
void out8(u16 port, u8 value) { by_ghcb() ? sev::port_out(port, value, 1) : arch::out8(port, value); }
void out16(u16 port, u16 value) { by_ghcb() ? sev::port_out(port, value, 2) : arch::out16(port, value); }
void out32(u16 port, u32 value) { by_ghcb() ? sev::port_out(port, value, 4) : arch::out32(port, value); }
void in_bytes(u16 port, std::span<u8> into) {
  if (by_ghcb()) return sev::port_in_bytes(port, into);
  for (u8& byte : into) byte = arch::in8(port);
}

u8 mmio_read8(Gpa a) { return by_ghcb() ? static_cast<u8>(sev::mmio_in(a, 1)) : arch::read8(a.raw()); }
u16 mmio_read16(Gpa a) { return by_ghcb() ? static_cast<u16>(sev::mmio_in(a, 2)) : arch::read16(a.raw()); }
u32 mmio_read32(Gpa a) { return by_ghcb() ? static_cast<u32>(sev::mmio_in(a, 4)) : arch::read32(a.raw()); }
u64 mmio_read64(Gpa a) { return by_ghcb() ? sev::mmio_in(a, 8) : arch::read64(a.raw()); }
void mmio_write8(Gpa a, u8 v) { by_ghcb() ? sev::mmio_out(a, v, 1) : arch::write8(a.raw(), v); }
void mmio_write16(Gpa a, u16 v) { by_ghcb() ? sev::mmio_out(a, v, 2) : arch::write16(a.raw(), v); }
void mmio_write32(Gpa a, u32 v) { by_ghcb() ? sev::mmio_out(a, v, 4) : arch::write32(a.raw(), v); }
void mmio_write64(Gpa a, u64 v) { by_ghcb() ? sev::mmio_out(a, v, 8) : arch::write64(a.raw(), v); }

void mmio_copy_out(Gpa to, std::span<const u8> from) {
  if (!by_ghcb()) {
    __builtin_memcpy(reinterpret_cast<void*>(to.raw()), from.data(), from.size());
    return;
  }
  for (u64 i = 0; i < from.size(); i += 8) {
    u64 value = 0;
    const u8 bytes = static_cast<u8>(from.size() - i < 8 ? from.size() - i : 8);
    __builtin_memcpy(&value, &from[i], bytes);
    sev::mmio_out(to + i, value, bytes);
  }
}

void mmio_copy_in(std::span<u8> to, Gpa from) {
  if (!by_ghcb()) {
    __builtin_memcpy(to.data(), reinterpret_cast<const void*>(from.raw()), to.size());
    return;
  }
  for (u64 i = 0; i < to.size(); i += 8) {
    const u8 bytes = static_cast<u8>(to.size() - i < 8 ? to.size() - i : 8);
    const u64 value = sev::mmio_in(from + i, bytes);
    __builtin_memcpy(&to[i], &value, bytes);
  }
}

arch::CpuidResult cpuid(u32 leaf, u32 subleaf) {
  switch (current.type) {
    case GuestType::plain:
    case GuestType::sev: return arch::cpuid(leaf, subleaf);
    case GuestType::sev_es: return sev::host_cpuid(leaf, subleaf, 1);
    case GuestType::snp: return sev::table_cpuid(*reinterpret_cast<const sev::CpuidPage*>(current.cpuid_page.raw()), leaf, subleaf);
    case GuestType::tdx: break;
  }
  terminate(Reason::unsupported_guest);
}
u64 read_msr(u32 index) { return by_ghcb() ? sev::msr_in(index) : arch::read_msr(index); }
void write_msr(u32 index, u64 value) { by_ghcb() ? sev::msr_out(index, value) : arch::write_msr(index, value); }

bool needs_ghcb() { return by_ghcb(); }
void switch_ghcb(Gpa page) {
  put_to_use(page);
  current.ghcb = page;
  sev::use_ghcb(page);
}

void accept(PageRange range) {
  if (has_ledger()) sev::validate(range);
}
LaunchPages launch_pages() { return {has_ledger(), current.private_mask != 0}; }
bool acceptance_costs() { return has_ledger(); }

Result<> share(PageRange range) {
  if (has_ledger()) sev::rescind(range);
  return {};
}
Result<> unshare(PageRange range) {
  if (has_ledger()) sev::validate(range);
  return {};
}
bool devices_need_shared_memory() { return current.private_mask != 0; }

bool host_may_add_drivers() { return current.type == GuestType::plain; }

u64 private_mask() { return current.private_mask; }
u64 shared_mask() { return 0; }

bool host_storage_is_trusted() {
  switch (current.type) {
    case GuestType::plain: return true;
    case GuestType::sev:
    case GuestType::sev_es:
    case GuestType::snp:
    case GuestType::tdx: return false;
  }
  return false;
}

StartMethod start_method() {
  switch (current.type) {
    case GuestType::plain:
    case GuestType::sev: return StartMethod::sipi;
    case GuestType::sev_es: return StartMethod::jump_table;
    case GuestType::snp: return current.hypervisor_features & sev::hv_ap_creation ? StartMethod::creation : StartMethod::none;
    case GuestType::tdx: return StartMethod::none;
  }
  return StartMethod::none;
}
void assign_ghcbs(PageRange memory, u64 stride, PageRange pages) {
  if (by_ghcb()) sev::assign_pages(memory, stride, pages);
}
void adopt_own_ghcb() {
  if (!by_ghcb()) return;
  sev::use_own_page(false);
  put_to_use(sev::own_page());
  sev::use_own_page(true);
}
Result<std::span<const u32>> list_processors(PageRange shared, std::span<u32> room) {
  if (!(current.hypervisor_features & sev::hv_apic_id_list)) return Error::not_found;
  return sev::apic_id_list(shared, room);
}

bool handle_exception(arch::InterruptFrame& frame) { return by_ghcb() && sev::handle_vc(frame); }

void check_interrupt(const arch::InterruptFrame& frame, bool has_handler) {
  if (by_ghcb() && (!has_handler || !(frame.rflags & arch::rflags_interrupt))) terminate(Reason::unexpected_interrupt);
}

bool can_speak() { return !needs_ghcb() || sev::has_ghcb(); }

bool is_ending() { return ending.under_way; }
void at_stop(void (*stop)()) { stop_others = stop; }

void terminate(Reason reason) {
  const bool nested = ending.under_way || (current.type != GuestType::tdx && !can_speak());
  if (ending.under_way) reason = ending.reason;  // what follows from the first is no reason of its own
  const EndingScope scope(reason);
  // The console is the host's too: a termination while one is being printed goes out without more words.
  if (!nested) log::error("terminated: ", describe(reason), " (reason ", log::hex(static_cast<u64>(reason)), ")");
  switch (current.type) {
    case GuestType::plain:
    case GuestType::sev:
      if (!nested && stop_others) stop_others();
      arch::stop();
    case GuestType::sev_es:
    case GuestType::snp: sev::request_termination(reason);
    case GuestType::tdx: arch::stop();
  }
  arch::stop();
}

const char* describe(Reason reason) {
  switch (reason) {
#define X(id, code, text) \
  case Reason::id: return text;
    CC_REASONS(X)
#undef X
  }
  return "unknown reason";
}

}  // namespace cc
