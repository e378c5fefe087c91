// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/event.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/arch/cpu.hpp"

namespace core {
namespace {

constinit List<Event> events;
constinit List<QueuedNotify> queues[efi::tpl_high_level + 1];
constinit u32 pending = 0;  // bit n: queues[n] is not empty
constinit List<ArmedTimer> timers;  // soonest first

Event* live(efi::Event handle) {
  auto* event = static_cast<Event*>(handle);
  return event && event->signature == Event::live ? event : nullptr;
}

void queue_notification(Event& event) {
  if (event.QueuedNotify::linked()) return;
  queues[event.tpl].push_back(event);
  pending |= 1u << event.tpl;
}

void signal(Event& event) {
  if (event.signaled) return;
  event.signaled = true;
  if (event.type & efi::event_type::notify_signal) queue_notification(event);
}

void arm(Event& event, u64 due) {
  ArmedTimer& timer = event;
  timer.unlink();
  timer.due = due;
  for (ArmedTimer& other : timers)
    if (other.due > due) {
      timers.insert_before(other, timer);
      return;
    }
  timers.push_back(timer);
}

constexpr bool known_type(u32 type) {
  using namespace efi::event_type;
  switch (type) {
    case 0:
    case timer:
    case notify_wait:
    case notify_signal:
    case timer | notify_wait:
    case timer | notify_signal:
    case runtime:
    case runtime | notify_wait:
    case runtime | notify_signal:
    case runtime | timer:
    case runtime | timer | notify_wait:
    case runtime | timer | notify_signal:
    case signal_exit_boot_services:
    case signal_virtual_address_change: return true;
    default: return false;
  }
}

// The level lies strictly between application and high_level [uefi §7.1.1].
constexpr bool known_notify_tpl(efi::Tpl tpl) { return tpl > efi::tpl_application && tpl < efi::tpl_high_level; }

}  // namespace

List<Event>& all_events() { return events; }

Result<> create_event(u32 type, efi::Tpl tpl, efi::EventNotify notify, void* context, efi::Event* event) {
  return create_event_ex(type, tpl, notify, context, nullptr, event);
}

Result<> create_event_ex(u32 type, efi::Tpl tpl, efi::EventNotify notify, const void* context, const Guid* group, efi::Event* out) {
  using namespace efi::event_type;
  const bool legacy_group = type == signal_exit_boot_services || type == signal_virtual_address_change;
  if (!out || !known_type(type) || (group && legacy_group)) return Error::invalid_parameter;
  if (group && (*group == efi::event_group::exit_boot_services || *group == efi::event_group::virtual_address_change) && (type & timer))
    return Error::invalid_parameter;
  const bool notifies = type & (notify_wait | notify_signal);
  if (notifies && (!notify || !known_notify_tpl(tpl))) return Error::invalid_parameter;

  TplGuard guard(efi::tpl_high_level);
  const auto pool = type & runtime ? efi::MemoryType::runtime_services_data : efi::MemoryType::boot_services_data;
  auto* event = TRY(make<Event>(pool));
  event->signature = Event::live;
  event->type = legacy_group ? type & ~0xffu : type;
  event->tpl = notifies ? tpl : efi::tpl_application;
  event->notify = notifies ? notify : nullptr;
  event->context = notifies ? const_cast<void*>(context) : nullptr;
  event->in_group = group || legacy_group;
  if (group) event->group = *group;
  if (type == signal_exit_boot_services) event->group = efi::event_group::exit_boot_services;
  if (type == signal_virtual_address_change) event->group = efi::event_group::virtual_address_change;
  events.push_back(*event);
  *out = event;
  return {};
}

Result<> close_event(efi::Event handle) {
  TplGuard guard(efi::tpl_high_level);
  Event* event = live(handle);
  if (!event) return Error::invalid_parameter;
  event->QueuedNotify::unlink();
  if (queues[event->tpl].empty()) pending &= ~(1u << event->tpl);
  event->ArmedTimer::unlink();
  event->ListNode<Event>::unlink();
  event->signature = 0;
  return free_pool(event);
}

Result<> signal_event(efi::Event handle) {
  TplGuard guard(efi::tpl_high_level);
  Event* event = live(handle);
  if (!event) return Error::invalid_parameter;
  if (event->in_group)
    signal_group(Guid(event->group));
  else
    signal(*event);
  return {};
}

void signal_group(const Guid& group) {
  TplGuard guard(efi::tpl_high_level);
  for_each_in_group(group, [](Event& e) { signal(e); });
}

Result<> check_event(efi::Event handle) {
  Event* event = live(handle);
  if (!event || (event->type & efi::event_type::notify_signal)) return Error::invalid_parameter;
  if (!event->signaled && (event->type & efi::event_type::notify_wait)) {
    TplGuard guard(efi::tpl_high_level);
    queue_notification(*event);
  }
  TplGuard guard(efi::tpl_high_level);
  if (!event->signaled) return Error::not_ready;
  event->signaled = false;
  return {};
}

Result<> wait_for_event(u64 count, efi::Event* list, u64* index) {
  if (count == 0 || !list || !index) return Error::invalid_parameter;
  if (current_tpl() != efi::tpl_application) return Error::unsupported;
  for (;;) {
    for (u64 i = 0; i < count; ++i) {
      const auto checked = check_event(list[i]);
      if (!checked && checked.error() == Error::not_ready) continue;
      *index = i;
      return checked;
    }
    // The next tick of the clock ends the halt at the latest; what is polled is polled once a tick.
    arch::halt();
  }
}

Result<> set_timer(efi::Event handle, efi::TimerDelay type, u64 trigger_time) {
  TplGuard guard(efi::tpl_high_level);
  Event* event = live(handle);
  if (!event || !(event->type & efi::event_type::timer)) return Error::invalid_parameter;
  ArmedTimer& timer = *event;
  switch (type) {
    case efi::TimerDelay::cancel: timer.unlink(); return {};
    case efi::TimerDelay::periodic:
      timer.period = trigger_time ? trigger_time : clock_tick;
      arm(*event, clock_now() + timer.period);
      return {};
    case efi::TimerDelay::relative:
      timer.period = 0;
      arm(*event, trigger_time ? clock_now() + trigger_time : 0);
      return {};
  }
  return Error::invalid_parameter;
}

void expire_timers(u64 now) {
  while (ArmedTimer* timer = timers.front()) {
    if (timer->due > now) return;
    Event& event = static_cast<Event&>(*timer);
    timer->unlink();
    signal(event);
    // A periodic timer that fell behind does not fire for the periods it missed.
    if (timer->period) arm(event, timer->due + timer->period > now ? timer->due + timer->period : now + timer->period);
  }
}

bool next_notification(efi::Tpl above, Event*& event) {
  while (pending) {
    const unsigned top = 31 - static_cast<unsigned>(__builtin_clz(pending));
    if (top <= above) return false;
    QueuedNotify* queued = queues[top].pop_front();
    if (queues[top].empty()) pending &= ~(1u << top);
    if (!queued) continue;
    event = static_cast<Event*>(queued);
    // A signal event is ready again as soon as its notification starts [uefi §7.1.2 SignalEvent].
    if (event->type & efi::event_type::notify_signal) event->signaled = false;
    return true;
  }
  return false;
}

}  // namespace core
