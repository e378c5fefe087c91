// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/mp_orders.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

// One place for each processor, and one for an order to all of them.
constinit Order* orders = nullptr;
constinit ProcessorState* states = nullptr;
constinit efi::Event poll_event = nullptr;
constinit u32 in_background = 0;

Order& order_to_all() { return orders[mp::count()]; }

void begin_on(u32 number, const Order& order) {
  states[number].busy = true;
  mp::post(number, order.procedure, order.argument);
}

bool owned_by(const Order& order, u32 number) { return order.single ? order.only == number : states[number].busy; }

// Late: the processors are taken back from wherever they are [pi vol. 2 §13.4.2]. All stop before the first starts again,
// which would be slow beside those that run wild.
void give_up(const Order& order) {
  for (u32 n = 0; n < mp::count(); ++n)
    if (states[n].busy && owned_by(order, n)) states[n].lost = !mp::stop(n);
  for (u32 n = 0; n < mp::count(); ++n) {
    if (!states[n].busy || !owned_by(order, n)) continue;
    if (states[n].lost || !mp::restart(n)) states[n].disabled = states[n].unhealthy = states[n].lost = true;
  }
  for (u32 n = 0; n < mp::count(); ++n)
    if (states[n].busy && owned_by(order, n)) states[n].busy = false;
}

u32 next_to_start(const Order& order, u32 from) {
  for (u32 n = from; n < mp::count(); ++n)
    if (n != mp::boot_processor() && !states[n].disabled && !(order.single && n != order.only)) return n;
  return mp::count();
}

// Frees those that have finished; true while any has not.
bool collect(const Order& order) {
  bool pending = false;
  for (u32 n = 0; n < mp::count(); ++n) {
    if (!states[n].busy || !owned_by(order, n)) continue;
    if (mp::done(n))
      states[n].busy = false;
    else
      pending = true;
  }
  return pending;
}

// The list that the caller frees: those that did not finish, those that never began among them.
void list_failures(Order& order) {
  u32 count = 0;
  for (u32 n = 0; n < mp::count(); ++n) count += states[n].busy && owned_by(order, n);
  for (u32 n = order.next; order.one_by_one && n < mp::count(); n = next_to_start(order, n + 1)) ++count;
  auto list = core::allocate_array<u64>(count + 1);
  if (!list) return;
  u64* to = *list;
  for (u32 n = 0; n < mp::count(); ++n)
    if (states[n].busy && owned_by(order, n)) *to++ = n;
  for (u32 n = order.next; order.one_by_one && n < mp::count(); n = next_to_start(order, n + 1)) *to++ = n;
  *to = efi::end_of_cpu_list;
  *order.failed = *list;
}

Result<> end(Order& order, bool in_time) {
  order.active = false;
  if (!in_time) {
    if (order.failed) list_failures(order);
    give_up(order);
  }
  if (order.event) {
    if (order.finished) *order.finished = in_time;
    --in_background;
    (void)!core::signal_event(order.event);
    if (in_background == 0) (void)!core::set_timer(poll_event, efi::TimerDelay::cancel, 0);
  }
  return in_time ? Result<>() : Error::timeout;
}

enum class Progress : u8 { pending, in_time, late };

Progress advance(Order& order) {
  bool pending = collect(order);
  if (!pending && order.one_by_one && order.next < mp::count()) {
    begin_on(order.next, order);
    order.next = next_to_start(order, order.next + 1);
    pending = true;
  }
  if (!pending) return Progress::in_time;
  return order.deadline && core::clock_now() >= order.deadline ? Progress::late : Progress::pending;
}

void start(Order& order) {
  order.active = true;
  order.next = next_to_start(order, 0);
  if (order.one_by_one) return;
  for (u32 n = order.next; n < mp::count(); n = next_to_start(order, n + 1)) begin_on(n, order);
}

void EFIAPI on_tick(efi::Event, void*) { poll_orders(); }

}  // namespace

ProcessorState& processor_state(u32 number) { return states[number]; }

Result<> init_orders() {
  orders = TRY(core::allocate_array<Order>(mp::count() + 1));
  states = TRY(core::allocate_array<ProcessorState>(mp::count()));
  for (u32 i = 0; i <= mp::count(); ++i) orders[i] = {};
  for (u32 i = 0; i < mp::count(); ++i) states[i] = {};
  return core::create_event(efi::event_type::timer | efi::event_type::notify_signal, efi::tpl_notify, on_tick, nullptr, &poll_event);
}

Result<> carry_out(const Order& wanted) {
  core::map_all_high_ram();
  Order& order = wanted.single ? orders[wanted.only] : order_to_all();
  {
    core::TplGuard guard(efi::tpl_notify);
    order = wanted;
    start(order);
    if (order.event) {
      if (in_background++ == 0) return core::set_timer(poll_event, efi::TimerDelay::periodic, core::clock_tick);
      return {};
    }
  }
  for (;;) {
    {
      core::TplGuard guard(efi::tpl_notify);
      const Progress progress = advance(order);
      if (progress != Progress::pending) return end(order, progress == Progress::in_time);
    }
    mp::wait_for([&] { return mp::all_done(); });
  }
}

void poll_orders() {
  core::TplGuard guard(efi::tpl_notify);
  for (u32 i = 0; i <= mp::count(); ++i) {
    Order& order = orders[i];
    if (!order.active || !order.event) continue;
    const Progress progress = advance(order);
    if (progress != Progress::pending) (void)!end(order, progress == Progress::in_time);
  }
}

}  // namespace drivers
