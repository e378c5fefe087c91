// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/arch/cpu.hpp"
#include "lib/arch/interrupts.hpp"
#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/cc/reason.hpp"
#include "lib/handoff/layout.hpp"

// The one place that knows what kind of guest this is. Everything else speaks these verbs.
namespace cc {

using namespace base;

// Written by reset/ into the work area; the numbers are shared with the assembly.
enum class GuestType : u8 { plain = 0, sev = 1, sev_es = 2, snp = 3, tdx = 4 };

// What one phase tells the next.
struct Guest {
  GuestType type = GuestType::plain;
  u64 private_mask = 0;  // address bit that says "private" in a page-table entry
  Gpa ghcb;              // shared page for requests to the host
  Gpa cpuid_page;        // what CPUID says, where the launch vouches for it
  u64 hypervisor_features = 0;
};

// SEC: chooses the platform and agrees with the host; `map_shared` takes the private bit out of a page's mapping.
// Terminates when that fails, or on a type that cannot be served.
Guest bring_up(GuestType type, u64 private_mask, void (*map_shared)(Gpa page));
// Later phases: takes over what SEC found.
void init(const Guest& guest);
const char* guest_name();

// Port I/O.
u8 in8(u16 port);
u16 in16(u16 port);
u32 in32(u16 port);
void out8(u16 port, u8 value);
void out16(u16 port, u16 value);
void out32(u16 port, u32 value);
void in_bytes(u16 port, std::span<u8> into);

// Device registers, by guest physical address (identity mapped).
u8 mmio_read8(Gpa address);
u16 mmio_read16(Gpa address);
u32 mmio_read32(Gpa address);
u64 mmio_read64(Gpa address);
void mmio_write8(Gpa address, u8 value);
void mmio_write16(Gpa address, u16 value);
void mmio_write32(Gpa address, u32 value);
void mmio_write64(Gpa address, u64 value);
// Device memory that behaves like RAM, as framebuffers do, in bulk.
void mmio_copy_out(Gpa to, std::span<const u8> from);
void mmio_copy_in(std::span<u8> to, Gpa from);

// Registers that a host may intercept.
arch::CpuidResult cpuid(u32 leaf, u32 subleaf);
u64 read_msr(u32 index);
void write_msr(u32 index, u64 value);

// Does each processor need a page for requests to the host? Such a page is shared first, then put to use. For all but the
// boot processor's see processors.hpp.
bool needs_ghcb();
void switch_ghcb(Gpa page);

// Makes RAM that the launch did not hand over usable as private memory; it must be mapped private. Only
// mem::Ledger calls this, once for each page.
void accept(PageRange range);
// Is acceptance work that is worth putting off?
bool acceptance_costs();
// Which pages (layout.hpp) did the launch fill, to be kept for us and for the operating system?
struct LaunchPages {
  bool secrets_and_cpuid;
  bool kernel_hashes;
};
LaunchPages launch_pages();
// Gives pages to the host, and takes them back. The caller changes their mapping: after share(), before unshare().
Result<> share(PageRange range);
Result<> unshare(PageRange range);
// Can devices reach only memory that was shared?
bool devices_need_shared_memory();

// May code run that the host puts beside what it was told to boot: option ROMs, drivers named by variables?
bool host_may_add_drivers();

u64 private_mask();
u64 shared_mask();  // the address bit that says "shared"; no guest served so far has one

// May what the host keeps for the guest between boots, outside the measured image, decide how it boots?
bool host_storage_is_trusted();

// #VC and #VE: emulates what the instruction wanted, or terminates. False: not ours, a crash like any other.
bool handle_exception(arch::InterruptFrame& frame);

// An encrypted guest's host may inject any vector at any time; a processor by itself raises none while interrupts are off,
// and none that nobody set up. Terminates on such a one where the host can be told apart from the processor.
void check_interrupt(const arch::InterruptFrame& frame, bool has_handler);

// Can devices be reached yet? Not before an encrypted guest has its GHCB.
bool can_speak();
[[noreturn]] void terminate(Reason reason);
bool is_ending();
// A host that is asked to end a guest ends all of it. Otherwise the processor that terminates stops the others by this.
void at_stop(void (*stop_others)());

}  // namespace cc
