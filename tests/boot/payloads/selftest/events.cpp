// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §7.1]
#include "selftest.hpp"

namespace {

constexpr u64 millisecond = 10'000;  // in the timer's units of 100 ns

void count_call(Event, void* context) {
  auto& calls = *static_cast<volatile int*>(context);
  calls = calls + 1;
}

struct Journal {
  int calls;
  usize tpl;
};
void note_tpl(Event, void* context) {
  auto* journal = static_cast<volatile Journal*>(context);
  const usize current = bs->raise_tpl(tpl_high);
  bs->restore_tpl(current);
  journal->tpl = current;
  journal->calls = journal->calls + 1;
}

// Signals its event only the second time it is asked.
void signal_second_time(Event event, void* context) {
  auto& calls = *static_cast<volatile int*>(context);
  calls = calls + 1;
  if (calls == 2) bs->signal_event(event);
}

// Spins, with interrupts as they are, until the counter reaches the goal or some seconds pass.
bool reaches(volatile int& counter, int goal) {
  for (const u64 start = read_tsc(); counter < goal && read_tsc() - start < 20'000'000'000ull;) asm volatile("pause");
  return counter >= goal;
}

}  // namespace

void test_tpl() {
  const usize first = bs->raise_tpl(tpl_callback);
  check("tpl.application_at_entry", first == tpl_application);
  const usize second = bs->raise_tpl(tpl_notify);
  check("tpl.raise_returns_previous", second == tpl_callback);
  const usize again = bs->raise_tpl(tpl_notify);
  check("tpl.raise_to_same_level", again == tpl_notify);
  bs->restore_tpl(tpl_callback);
  bs->restore_tpl(tpl_application);

  const usize old = bs->raise_tpl(tpl_high);
  u64 flags;
  asm volatile("pushfq; popq %0" : "=r"(flags));
  check("tpl.high_level_masks_interrupts", !(flags & 0x200));
  bs->restore_tpl(old);
  asm volatile("pushfq; popq %0" : "=r"(flags));
  check("tpl.application_takes_interrupts", flags & 0x200);
}

void test_events() {
  Event event = nullptr, other = nullptr;
  volatile int calls = 0;
  void* const context = const_cast<int*>(&calls);

  expect("event.create_null_result", bs->create_event(event_plain, 0, nullptr, nullptr, nullptr), invalid_parameter);
  expect("event.create_notify_without_function", bs->create_event(event_notify_signal, tpl_callback, nullptr, nullptr, &event),
         invalid_parameter);
  expect("event.create_both_notify_kinds",
         bs->create_event(event_notify_signal | event_notify_wait, tpl_callback, count_call, context, &event), invalid_parameter);
  expect("event.create_at_application_tpl", bs->create_event(event_notify_signal, tpl_application, count_call, context, &event),
         invalid_parameter);
  expect("event.create_above_high_tpl", bs->create_event(event_notify_signal, tpl_high + 1, count_call, context, &event),
         invalid_parameter);

  expect("event.create_signal", bs->create_event(event_notify_signal, tpl_callback, count_call, context, &event), success);
  expect("event.signal", bs->signal_event(event), success);
  check("event.signal_calls_at_once", calls == 1);
  const usize old = bs->raise_tpl(tpl_notify);
  bs->signal_event(event);
  bs->signal_event(event);
  check("event.deferred_while_tpl_is_up", calls == 1);
  bs->restore_tpl(old);
  check("event.queued_once_for_two_signals", calls == 2);
  expect("event.check_notify_signal_type", bs->check_event(event), invalid_parameter);
  usize index = 9;
  expect("event.wait_notify_signal_type", bs->wait_for_event(1, &event, &index), invalid_parameter);
  check("event.wait_names_the_culprit", index == 0);
  expect("event.close", bs->close_event(event), success);

  Journal journal{};
  bs->create_event(event_notify_signal, tpl_notify, note_tpl, &journal, &event);
  bs->signal_event(event);
  check("event.notification_runs_at_its_tpl", journal.calls == 1 && journal.tpl == tpl_notify);
  bs->close_event(event);

  bs->create_event(event_plain, 0, nullptr, nullptr, &event);
  expect("event.check_unsignalled", bs->check_event(event), not_ready);
  bs->signal_event(event);
  expect("event.check_signalled", bs->check_event(event), success);
  expect("event.check_clears", bs->check_event(event), not_ready);

  calls = 0;
  bs->create_event(event_notify_wait, tpl_notify, signal_second_time, context, &other);
  expect("event.check_calls_wait_notification", bs->check_event(other), not_ready);
  check("event.wait_notification_called", calls == 1);
  expect("event.wait_notification_signals", bs->check_event(other), success);

  Event both[] = {event, other};
  bs->signal_event(other);
  expect("event.wait_for_second", bs->wait_for_event(2, both, &index), success);
  check("event.wait_returns_index", index == 1);
  expect("event.wait_for_none", bs->wait_for_event(0, both, &index), invalid_parameter);
  bs->raise_tpl(tpl_callback);
  const Status raised = bs->wait_for_event(1, both, &index);
  bs->restore_tpl(tpl_application);
  expect("event.wait_above_application_tpl", raised, unsupported);
  bs->close_event(event);
  bs->close_event(other);
}

void test_timers() {
  Event timer = nullptr, plain = nullptr;
  volatile int ticks = 0;
  void* const context = const_cast<int*>(&ticks);
  bs->create_event(event_timer | event_notify_signal, tpl_callback, count_call, context, &timer);
  expect("timer.periodic", bs->set_timer(timer, timer_periodic, 5 * millisecond), success);
  check("timer.fires_in_a_busy_loop", reaches(ticks, 4));
  expect("timer.cancel", bs->set_timer(timer, timer_cancel, 0), success);
  const int after_cancel = ticks;
  bs->stall(30'000);
  check("timer.cancelled_stays_quiet", ticks == after_cancel);

  ticks = 0;
  bs->set_timer(timer, timer_relative, millisecond);
  check("timer.relative_fires", reaches(ticks, 1));
  bs->stall(30'000);
  check("timer.relative_fires_once", ticks == 1);
  ticks = 0;
  expect("timer.relative_zero", bs->set_timer(timer, timer_relative, 0), success);
  check("timer.relative_zero_fires", reaches(ticks, 1));
  expect("timer.bad_type", bs->set_timer(timer, static_cast<TimerType>(3), 0), invalid_parameter);
  bs->close_event(timer);

  bs->create_event(event_plain, 0, nullptr, nullptr, &plain);
  expect("timer.on_plain_event", bs->set_timer(plain, timer_relative, millisecond), invalid_parameter);
  bs->close_event(plain);

  bs->create_event(event_timer, 0, nullptr, nullptr, &timer);
  bs->set_timer(timer, timer_relative, 5 * millisecond);
  expect("timer.not_before_its_time", bs->check_event(timer), not_ready);
  usize index;
  expect("timer.wait_for_event", bs->wait_for_event(1, &timer, &index), success);
  bs->set_timer(timer, timer_relative, 5 * millisecond);
  bs->stall(50'000);
  expect("timer.runs_during_stall", bs->check_event(timer), success);
  // Long timers must neither overflow nor fire.
  bs->set_timer(timer, timer_relative, ~0ull >> 1);
  expect("timer.far_future", bs->check_event(timer), not_ready);
  bs->close_event(timer);
}

void test_event_groups() {
  const Guid group = test_guid(1);
  Event one = nullptr, two = nullptr;
  volatile int calls = 0;
  void* const context = const_cast<int*>(&calls);
  expect("group.create_first", bs->create_event_ex(event_notify_signal, tpl_callback, count_call, context, &group, &one),
         success);
  expect("group.create_second", bs->create_event_ex(event_notify_signal, tpl_callback, count_call, context, &group, &two),
         success);
  bs->signal_event(one);
  check("group.signal_reaches_all", calls == 2);
  bs->close_event(two);
  bs->signal_event(one);
  check("group.closed_member_is_gone", calls == 3);
  bs->close_event(one);
  expect("group.legacy_type_refused", bs->create_event_ex(event_exit_boot, tpl_callback, count_call, context, &group, &one),
         invalid_parameter);
  expect("group.no_group_is_plain", bs->create_event_ex(event_notify_signal, tpl_callback, count_call, context, nullptr, &one),
         success);
  bs->close_event(one);
}
