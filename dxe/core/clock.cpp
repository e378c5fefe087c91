// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/base/bits.hpp"
#include "lib/cc/platform.hpp"
#include "lib/interrupt/interrupt.hpp"
#include "lib/log/log.hpp"

namespace core {
namespace {

constexpr u64 pm_hertz = 3'579'545;
constexpr u64 pm_mask = 0xff'ffff;

// A timer that many reads in a row find standing is none. The processor's own counter takes its place, as if it ran at 1 GHz:
// what waits for a deadline still comes to its end.
constexpr u32 dead_reads = 20'000;
constexpr u64 tsc_per_tick = 1'000'000'000 / pm_hertz;

// Local APIC, xAPIC registers [apm2 §16.3] and their x2APIC MSRs.
constexpr u32 msr_apic_base = 0x1b;
constexpr u64 apic_base_x2apic = 1 << 10;
constexpr u32 msr_x2apic = 0x800;
enum class Apic : u32 { eoi = 0xb0, spurious = 0xf0, lvt_timer = 0x320, initial_count = 0x380, divide = 0x3e0 };
constexpr u32 lvt_pending = 1 << 12, lvt_masked = 1 << 16, lvt_periodic = 1 << 17, divide_by_1 = 0xb, software_enable = 1 << 8;
constexpr u8 timer_vector = 0x20, spurious_vector = 0x3f;
// QEMU and KVM count the APIC timer at 1 GHz; elsewhere the ticks come a little sooner or later.
constexpr u32 apic_ticks = 1'000'000'000 / 10'000'000 * clock_tick;
constexpr u32 apic_ticks_per_microsecond = 1000;

constinit u16 pm_port = 0;
constinit u32 last_read = 0, repeats = 0;
constinit u32 last_pm = 0;
constinit u64 pm_ticks = 0;  // since init_clock
constinit u64 tsc_start = 0;
constinit u32 old_spurious = 0;

constinit bool x2apic = false;
constinit Gpa apic_base;

u32 read_apic(Apic reg) {
  if (x2apic) return static_cast<u32>(cc::read_msr(msr_x2apic + (static_cast<u32>(reg) >> 4)));
  return cc::mmio_read32(apic_base + static_cast<u32>(reg));
}

void write_apic(Apic reg, u32 value) {
  if (x2apic)
    cc::write_msr(msr_x2apic + (static_cast<u32>(reg) >> 4), value);
  else
    cc::mmio_write32(apic_base + static_cast<u32>(reg), value);
}

u32 read_timer() {
  if (repeats >= dead_reads) return static_cast<u32>(arch::read_tsc() / tsc_per_tick) & pm_mask;
  const u32 now = cc::in32(pm_port) & pm_mask;
  repeats = now == last_read ? repeats + 1 : 0;
  last_read = now;
  if (repeats == dead_reads) log::warning("the ACPI PM timer stands still; time is guessed from now on");
  return now;
}

// The counter wraps after 4.6 s; the tick looks more often than that.
void advance() {
  const u32 now = read_timer();
  pm_ticks += (now - last_pm) & pm_mask;
  last_pm = now;
}

void tick(arch::InterruptFrame&) {
  write_apic(Apic::eoi, 0);
  constexpr u32 ticks_of_proof = 10;  // in which a timer that runs does not stand
  if (repeats && repeats < dead_reads - dead_reads / ticks_of_proof) repeats += dead_reads / ticks_of_proof;
  run_in_interrupt([] { expire_timers(clock_now()); });
}

}  // namespace

void init_clock(u16 pm_timer_port) {
  const u64 base = cc::read_msr(msr_apic_base);
  x2apic = base & apic_base_x2apic;
  apic_base = Gpa(base & Bits<51, 12>::mask);
  pm_port = pm_timer_port;
  last_pm = cc::in32(pm_port);
  tsc_start = arch::read_tsc();
  // The legacy interrupt controllers stay silent: both mask registers take a write before initialisation.
  cc::out8(0x21, 0xff);
  cc::out8(0xa1, 0xff);
  interrupt::set_handler(timer_vector, tick);
  interrupt::set_handler(spurious_vector, [](arch::InterruptFrame&) {});
  old_spurious = read_apic(Apic::spurious);
  start_ticks();
}

void start_ticks() {
  write_apic(Apic::spurious, software_enable | spurious_vector);
  write_apic(Apic::divide, divide_by_1);
  write_apic(Apic::lvt_timer, lvt_periodic | timer_vector);
  write_apic(Apic::initial_count, apic_ticks);
}

void stop_clock() {
  write_apic(Apic::lvt_timer, lvt_masked);
  write_apic(Apic::initial_count, 0);
  write_apic(Apic::spurious, old_spurious);
}

u64 clock_now() {
  TplGuard guard(efi::tpl_high_level);
  advance();
  return pm_ticks * 10'000'000 / pm_hertz;
}

void stall(u64 microseconds) {
  // Rounded up and one more: the first tick may be about to end.
  u64 wanted = microseconds / 1'000'000 * pm_hertz + (microseconds % 1'000'000 * pm_hertz + 999'999) / 1'000'000 + 1;
  u32 last = read_timer();
  while (wanted) {
    arch::pause();
    const u32 now = read_timer();
    const u64 passed = (now - last) & pm_mask;
    last = now;
    wanted -= passed < wanted ? passed : wanted;
  }
}

// A payload may have made the timer its own.
bool rest(u32 microseconds) {
  if (current_tpl() == efi::tpl_high_level || !(arch::read_rflags() & arch::rflags_interrupt)) return false;
  if ((read_apic(Apic::lvt_timer) & ~lvt_pending) != (lvt_periodic | timer_vector) || !(read_apic(Apic::spurious) & software_enable)) return false;
  // Periodic, so that an interrupt before the halt is followed by another one.
  write_apic(Apic::initial_count, microseconds * apic_ticks_per_microsecond);
  arch::halt();
  write_apic(Apic::initial_count, apic_ticks);
  return true;
}

u64 tsc_per_microsecond() {
  const u64 hundred_ns = clock_now();
  return hundred_ns < 100 ? 0 : (arch::read_tsc() - tsc_start) / (hundred_ns / 10);
}

}  // namespace core
