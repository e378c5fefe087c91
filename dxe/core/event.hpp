// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/list.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/boot_services.hpp"

namespace core {

using namespace base;


struct Event;
struct QueuedNotify : ListNode<QueuedNotify> {};
struct ArmedTimer : ListNode<ArmedTimer> {
  u64 due = 0;     // 100 ns since start
  u64 period = 0;  // 0: once
};

// EFI_EVENT. Lives in boot-services pool; an event with the runtime attribute lives in runtime-services pool.
struct Event : ListNode<Event>, QueuedNotify, ArmedTimer {
  static constexpr u64 live = 0x746e'6576'4541ull;
  u64 signature;
  u32 type;
  efi::Tpl tpl;
  efi::EventNotify notify;
  void* context;
  Guid group;
  bool in_group;
  bool signaled;
};

// The event services [uefi §7.1]; argument checks included.
Result<> create_event(u32 type, efi::Tpl tpl, efi::EventNotify notify, void* context, efi::Event* event);
Result<> create_event_ex(u32 type, efi::Tpl tpl, efi::EventNotify notify, const void* context, const Guid* group, efi::Event* event);
Result<> close_event(efi::Event event);
Result<> signal_event(efi::Event event);
Result<> check_event(efi::Event event);
Result<> wait_for_event(u64 count, efi::Event* events, u64* index);
Result<> set_timer(efi::Event event, efi::TimerDelay type, u64 trigger_time);

// Signals every event of a group. Cheap when there is none.
void signal_group(const Guid& group);

// Notifications that are due above a level, highest first; called at that level's edge by tpl.cpp.
bool next_notification(efi::Tpl above, Event*& event);
// Called by the timer interrupt at high_level.
void expire_timers(u64 now);

// All events of a group, for the virtual-address-change list that outlives boot services.
template <class Visit>
void for_each_in_group(const Guid& group, Visit visit);
List<Event>& all_events();

template <class Visit>
void for_each_in_group(const Guid& group, Visit visit) {
  for (Event& e : all_events())
    if (e.in_group && e.group == group) visit(e);
}

}  // namespace core
