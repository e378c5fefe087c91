// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/processors.hpp"
#include "lib/handoff/layout.hpp"
#include "lib/log/log.hpp"
#include "mp/local_apic.hpp"
#include "mp/starter.hpp"

extern "C" base::u8 park_code[], park_halt[], park_hold[], park_nmi[], park_end[];  // park.nasm

// Reserved memory in which processors wait for the operating system: the code's page, the page of descriptors, page tables
// that map nothing else, and a stack each for the frame of an NMI.
namespace mp {
namespace {

constexpr u64 table_pages = 7;  // root, and two of each level where the range crosses a boundary
constexpr u64 stack_each = 128;
constexpr u64 patience = 5'000'000;  // 500 ms in 100 ns
constexpr unsigned nmi = 2;
constexpr u16 park_data16 = 0x20, park_code16 = 0x28;  // park.nasm

struct Gate {
  u16 offset_low, selector;
  u8 stack_index, type;
  u16 offset_middle;
  u32 offset_high, reserved;
};
static_assert(sizeof(Gate) == 16);

struct Descriptors {
  arch::DescriptorTable gdt_pointer;
  u8 padding_0[6];
  arch::DescriptorTable idt_pointer;
  u8 padding_1[6];
  u64 gdt[6];
  Gate idt[nmi + 1];
  u32 parked;
};
static_assert(offsetof(Descriptors, idt_pointer) == 16);

constinit PageRange lot;
constinit Gpa root;

Descriptors& descriptors() { return *reinterpret_cast<Descriptors*>(lot.start().raw() + page_bytes); }

void fill_descriptors() {
  Descriptors& d = descriptors();
  const u64 entry = lot.start().raw() + static_cast<u64>(park_nmi - park_code);
  d = {};
  d.gdt[layout::selector_data / 8] = 0x00cf93000000ffff;
  d.gdt[layout::selector_code64 / 8] = 0x00af9b000000ffff;
  d.gdt[layout::selector_code32 / 8] = 0x00cf9b000000ffff;
  d.gdt[park_data16 / 8] = 0x000093000000ffff;
  d.gdt[park_code16 / 8] = 0xff009bff0000ffff;  // the last 64 KiB below 4 GiB, as at reset
  d.idt[nmi] = {static_cast<u16>(entry), layout::selector_code64, 0, 0x8e, static_cast<u16>(entry >> 16), static_cast<u32>(entry >> 32), 0};
  d.gdt_pointer = {sizeof d.gdt - 1, reinterpret_cast<u64>(d.gdt)};
  d.idt_pointer = {sizeof d.idt - 1, reinterpret_cast<u64>(d.idt)};
}

Result<> make_tables() {
  constexpr u32 msr_efer = 0xc000'0080;
  constexpr u64 efer_no_execute = 1 << 11;
  mem::PageTables tables;
  const PageRange pool(lot.start() + 2 * page_bytes, table_pages);
  tables.init([](Gpa address) { return reinterpret_cast<void*>(address.raw()); },
              {false, (arch::read_msr(msr_efer) & efer_no_execute) != 0, cc::private_mask()}, pool);
  TRY(tables.map(PageRange(lot.start(), 1), mem::Protection::read_execute, mem::Caching::write_back));
  TRY(tables.map(PageRange(lot.start() + page_bytes, lot.pages() - 1), mem::Protection::read_write, mem::Caching::write_back));
  root = tables.root();
  return {};
}

Result<> lay_out() {
  const Lender& lender = state().lender;
  lot = TRY(lender.allocate(Use::parking, 2 + table_pages + bytes_to_pages(state().stations.count * stack_each)));
  __builtin_memcpy(reinterpret_cast<void*>(lot.start().raw()), park_code, static_cast<u64>(park_end - park_code));
  fill_descriptors();
  TRY(make_tables());
  return lender.protect(PageRange(lot.start(), 1), mem::Protection::read_execute);
}

void EFIAPI leave(void*) { leave_for_good(); }

// The last resort: needs nothing of theirs, but where it is INIT says nothing about when it has worked.
void recall_all() {
  log::warning("mp: a processor does not park; all are stopped");
  state().starter->stop_all();
}

// The operating system sends INIT to every processor but its own: it must be where the machine began.
void go_back() {
  for (u32 number = 0; number < count(); ++number)
    if (number != boot_processor() && apic_id(number) == state().flagged_apic_id && !(done(number) && give_place_to(number)))
      log::warning("mp: the processor of the reset vector is busy");
}

}  // namespace

void prepare_parking() {
  if (!lay_out()) panic("no memory for parked processors");
}

// On the processor that leaves, with interrupts off.
void leave_for_good() {
  apic::disable();
  const Stations& all = state().stations;
  const u64 slot = all.slot_of(reinterpret_cast<u64>(__builtin_frame_address(0)));
  const u64 stack_top = lot.start().raw() + (2 + table_pages) * page_bytes + (slot + 1) * stack_each;
  const bool holds = cc::start_method() == cc::StartMethod::jump_table;
  const u64 wait = lot.start().raw() + static_cast<u64>((holds ? park_hold : park_halt) - park_code);
  using Park = void (*)(u64 root, u64 stack_top, Descriptors*, u32* counter, u64 wait);
  reinterpret_cast<Park>(lot.start().raw())(root.raw(), stack_top, &descriptors(), &descriptors().parked, wait);
  arch::stop();
}

void park_for_good() {
  const u32 others = state().stations.count;
  if (others == 0) return;
  apic::enable();  // the clock may have turned it off
  go_back();
  for (u32 number = 0; number < count(); ++number)
    if (number != boot_processor() && done(number)) post(number, leave, nullptr);
  const u64 deadline = state().lender.now() + patience;
  const auto parked = [] { return __atomic_load_n(&descriptors().parked, __ATOMIC_ACQUIRE); };
  while (parked() < others && state().lender.now() < deadline) arch::pause();
  if (parked() < others) recall_all();
  cc::at_stop(nullptr);  // from here on they are the operating system's
  apic::disable();
}

}  // namespace mp
