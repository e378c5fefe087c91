// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/mp_services.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/mp_orders.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"
#include "lib/mp/topology.hpp"

namespace drivers {
namespace {

constexpr u64 health_flag = 4;  // of EnableDisableAP, as in the status flag [pi vol. 2 §13.4.7]

bool on_boot_processor() { return mp::who_am_i() == mp::boot_processor(); }

u64 deadline_after(u64 microseconds) {
  if (microseconds == 0) return 0;
  constexpr u64 longest = ~0ull / 20;
  return core::clock_now() + (microseconds < longest ? microseconds : longest) * 10;
}

u32 enabled_aps() {
  u32 n = 0;
  for (u32 i = 0; i < mp::count(); ++i) n += i != mp::boot_processor() && !processor_state(i).disabled;
  return n;
}

bool any_busy() {
  for (u32 i = 0; i < mp::count(); ++i)
    if (processor_state(i).busy) return true;
  return false;
}

u32 status_of_processor(u32 number) {
  const ProcessorState& s = processor_state(number);
  return (number == mp::boot_processor() ? efi::processor_status::bootstrap : 0) | (s.disabled ? 0 : efi::processor_status::enabled) |
         (s.unhealthy ? 0 : efi::processor_status::healthy);
}

class Processors : public efi::MpServices {
 public:
  using Protocol = efi::MpServices;

  Result<> numbers(u64* all, u64* enabled) {
    if (!on_boot_processor()) return Error::device_error;
    if (!all || !enabled) return Error::invalid_parameter;
    *all = mp::count();
    *enabled = enabled_aps() + 1;
    return {};
  }

  Result<> information(u64 processor, efi::ProcessorInformation* to) {
    if (!on_boot_processor()) return Error::device_error;
    if (!to) return Error::invalid_parameter;
    const u64 number = processor & ~efi::cpu_v2_extended_topology;
    if (number >= mp::count()) return Error::not_found;
    const u32 id = mp::apic_id(static_cast<u32>(number));
    const auto place = mp::topology::locate(id, shifts_);
    to->processor_id = id;
    to->status_flag = status_of_processor(static_cast<u32>(number));
    to->location = {place.package, mp::topology::field(id, shifts_.die, shifts_.thread), place.thread};
    if (processor & efi::cpu_v2_extended_topology) to->location2 = place;
    return {};
  }

  Result<> all(efi::ApProcedure procedure, efi::Boolean single_thread, efi::Event event, u64 timeout, void* argument, u64** failed) {
    if (failed) *failed = nullptr;
    if (!on_boot_processor()) return Error::device_error;
    if (!procedure) return Error::invalid_parameter;
    if (enabled_aps() == 0) return Error::not_started;
    if (any_busy()) return Error::not_ready;
    return carry_out({.procedure = procedure,
                      .argument = argument,
                      .event = event,
                      .deadline = deadline_after(timeout),
                      .one_by_one = single_thread != 0,
                      .failed = failed});
  }

  Result<> one(efi::ApProcedure procedure, u64 processor, efi::Event event, u64 timeout, void* argument, efi::Boolean* finished) {
    if (finished) *finished = true;
    if (!on_boot_processor()) return Error::device_error;
    if (!procedure) return Error::invalid_parameter;
    if (processor >= mp::count()) return Error::not_found;
    const u32 number = static_cast<u32>(processor);
    if (number == mp::boot_processor() || processor_state(number).disabled) return Error::invalid_parameter;
    if (processor_state(number).busy) return Error::not_ready;
    if (event && finished) *finished = false;
    return carry_out({.procedure = procedure,
                      .argument = argument,
                      .event = event,
                      .deadline = deadline_after(timeout),
                      .finished = event ? finished : nullptr,
                      .only = number,
                      .single = true});
  }

  // QEMU keeps the BSP flag of the APIC base where it is [qemu hw/intc/apic.c apic_set_base], and we go back there before an
  // operating system takes over.
  Result<> switch_boot_processor(u64 processor, efi::Boolean enable_old) {
    if (!on_boot_processor()) return Error::device_error;
    if (processor >= mp::count()) return Error::not_found;
    const u32 number = static_cast<u32>(processor), old = mp::boot_processor();
    if (number == old || processor_state(number).disabled) return Error::invalid_parameter;
    if (processor_state(number).busy) return Error::not_ready;
    core::TplGuard guard(efi::tpl_high_level);
    core::stop_clock();
    const auto moved = mp::give_place_to(number);
    core::start_ticks();
    if (moved) processor_state(old).disabled = !enable_old;
    return moved;
  }

  Result<> enable_or_disable(u64 processor, efi::Boolean enable, u32* health) {
    if (!on_boot_processor()) return Error::device_error;
    if (processor >= mp::count()) return Error::not_found;
    const u32 number = static_cast<u32>(processor);
    if (number == mp::boot_processor()) return Error::invalid_parameter;
    ProcessorState& s = processor_state(number);
    if (s.lost && mp::done(number)) s.lost = false;
    if (s.busy || s.lost) return Error::unsupported;
    s.disabled = !enable;
    if (health) s.unhealthy = !(*health & health_flag);
    return {};
  }

  Result<> who(u64* processor) {
    if (!processor) return Error::invalid_parameter;
    *processor = mp::who_am_i();
    return {};
  }

  void install() {
    shifts_ = mp::topology::read_shifts(cc::cpuid);
    get_number_of_processors = core::thunk<&Processors::numbers>;
    get_processor_info = core::thunk<&Processors::information>;
    startup_all_aps = core::thunk<&Processors::all>;
    startup_this_ap = core::thunk<&Processors::one>;
    Protocol::switch_bsp = core::thunk<&Processors::switch_boot_processor>;
    enable_disable_ap = core::thunk<&Processors::enable_or_disable>;
    who_am_i = core::thunk<&Processors::who>;
    efi::Handle handle = nullptr;
    core::install<efi::MpServices>(handle, *this);
  }

 private:
  mp::topology::Shifts shifts_;
};

constinit Processors processors{};

}  // namespace

void install_mp_services() {
  if (!init_orders()) return log::error("mp: no memory for its protocol");
  processors.install();
}

}  // namespace drivers
