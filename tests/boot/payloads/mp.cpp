// SPDX-License-Identifier: BSD-2-Clause-Patent
// EFI_MP_SERVICES_PROTOCOL [pi vol. 2 §13.4] as an application sees it, with thousands of starts and stops.
#include "efi.hpp"
#include "mp_services.hpp"
#include "processor.hpp"
#include "serial.hpp"

namespace {

constexpr Status device_error = error_bit | 7, timed_out = error_bit | 18, not_started = error_bit | 19;
constexpr usize most = 1100, milliseconds = 1000, stress_starts = 6000;

BootServices* bs;
MpServices* mp;
usize count, enabled, boot;
unsigned passed, failed;

void check(const char* name, bool holds, int line = __builtin_LINE()) {
  (holds ? passed : failed)++;
  if (holds) return;
  put("FAIL mp.");
  put(name);
  put(": line ");
  put_number(static_cast<u64>(line));
  put("\r\n");
}

// Written by the processors.
volatile u32 runs[most];
volatile u64 seen_id[most], memory_types[most];
volatile u32 in_procedure, most_in_procedure;

usize who() {
  usize number = most;
  mp->who(mp, &number);
  return number < most ? number : 0;
}
void note_run(void* step) {
  const usize me = who();
  const u32 inside = __atomic_add_fetch(&in_procedure, 1, __ATOMIC_SEQ_CST);
  if (inside > most_in_procedure) most_in_procedure = inside;
  runs[me] = runs[me] + static_cast<u32>(reinterpret_cast<usize>(step));
  __atomic_sub_fetch(&in_procedure, 1, __ATOMIC_SEQ_CST);
}
void note_identity(void*) {
  const usize me = who();
  seen_id[me] = own_apic_id();
  memory_types[me] = all_memory_types();
}
void ask_forbidden(void* results) {
  usize a, b;
  Information info;
  auto* status = static_cast<Status*>(results);
  status[0] = mp->numbers(mp, &a, &b);
  status[1] = mp->information(mp, 0, &info);
  status[2] = mp->all(mp, note_run, 0, nullptr, 0, nullptr, nullptr);
  status[3] = mp->one(mp, note_run, boot, nullptr, 0, nullptr, nullptr);
  status[4] = mp->enable(mp, boot, 0, nullptr);
  status[5] = mp->switch_bsp(mp, boot, 0);
}
void never_return(void*) {
  for (;;) asm volatile("pause");
}
// The firmware wakes processors with this vector; this wake-up is never over.
void stay_in_service(void*) { interrupt_self(0x31, never_return); }
void touch(void* address) { *static_cast<volatile u64*>(address) = 0x5a; }

void forget_runs() {
  for (usize i = 0; i < most; i++) runs[i] = 0;
  most_in_procedure = 0;
}
bool every_ap_ran(u32 times) {
  for (usize i = 0; i < count; i++)
    if (runs[i] != (i == boot ? 0 : times)) return false;
  return true;
}

void test_information() {
  Information info{}, previous{};
  check("who", mp->who(mp, &boot) == success && boot < count);
  check("who_null", mp->who(mp, nullptr) == invalid_parameter);
  check("numbers_null", mp->numbers(mp, nullptr, &enabled) == invalid_parameter);
  check("information_null", mp->information(mp, 0, nullptr) == invalid_parameter);
  check("information_absent", mp->information(mp, count, &info) == not_found);
  for (usize i = 0; i < count; i++) {
    check("information", mp->information(mp, i | 1 << 24, &info) == success);
    check("status", info.status == (i == boot ? 7u : 6u));
    check("ascending", i == 0 || info.id > previous.id);
    check("location", info.location2[0] == info.location.package && info.location2[5] == info.location.thread);
    previous = info;
  }
}

void test_identity() {
  Information info{};
  check("all", mp->all(mp, note_identity, 0, nullptr, 0, nullptr, nullptr) == success);
  const u64 ours = all_memory_types();
  for (usize i = 0; i < count; i++) {
    if (i == boot) continue;
    mp->information(mp, i, &info);
    check("identity", seen_id[i] == info.id);
    check("memory_types", memory_types[i] == ours);
  }
}

void test_all() {
  forget_runs();
  check("all_null", mp->all(mp, nullptr, 0, nullptr, 0, nullptr, nullptr) == invalid_parameter);
  usize* list = reinterpret_cast<usize*>(1);
  check("all", mp->all(mp, note_run, 0, nullptr, 0, reinterpret_cast<void*>(1), &list) == success && !list);
  check("all_ran", every_ap_ran(1));
  forget_runs();
  check("one_by_one", mp->all(mp, note_run, 1, nullptr, 0, reinterpret_cast<void*>(3), nullptr) == success);
  check("one_by_one_ran", every_ap_ran(3));
  check("one_by_one_alone", most_in_procedure == 1);
}

void test_one(usize ap) {
  Boolean finished = 0;
  forget_runs();
  check("one_null", mp->one(mp, nullptr, ap, nullptr, 0, nullptr, nullptr) == invalid_parameter);
  check("one_boot", mp->one(mp, note_run, boot, nullptr, 0, nullptr, nullptr) == invalid_parameter);
  check("one_absent", mp->one(mp, note_run, count, nullptr, 0, nullptr, nullptr) == not_found);
  check("one", mp->one(mp, note_run, ap, nullptr, 0, reinterpret_cast<void*>(1), &finished) == success);
  check("one_ran", runs[ap] == 1);
  Status forbidden[6] = {};
  check("one", mp->one(mp, ask_forbidden, ap, nullptr, 0, forbidden, nullptr) == success);
  for (Status s : forbidden) check("only_boot_processor", s == device_error);
  check("switch_self", mp->switch_bsp(mp, boot, 1) == invalid_parameter);
}

void test_event(usize ap) {
  Event event;
  Boolean finished = 0;
  usize index, *list = nullptr;
  check("event", bs->create_event(event_plain, 0, nullptr, nullptr, &event) == success);
  forget_runs();
  check("background_all", mp->all(mp, note_run, 0, event, 0, reinterpret_cast<void*>(1), &list) == success);
  check("background_wait", bs->wait_for_event(1, &event, &index) == success);
  check("background_ran", every_ap_ran(1) && !list);
  check("background_one", mp->one(mp, note_run, ap, event, 0, reinterpret_cast<void*>(1), &finished) == success);
  bs->wait_for_event(1, &event, &index);
  check("background_finished", finished == 1 && runs[ap] == 2);

  check("background_late", mp->one(mp, never_return, ap, event, 50 * milliseconds, nullptr, &finished) == success);
  check("background_busy", mp->one(mp, note_run, ap, nullptr, 0, nullptr, nullptr) == not_ready);
  check("background_busy_all", mp->all(mp, note_run, 0, nullptr, 0, nullptr, nullptr) == not_ready);
  check("background_wait", bs->wait_for_event(1, &event, &index) == success);
  check("background_not_finished", finished == 0);
  check("after_late", mp->one(mp, note_run, ap, nullptr, 0, reinterpret_cast<void*>(1), nullptr) == success && runs[ap] == 3);
  bs->close_event(event);
}

void test_timeout(usize ap) {
  usize* list = nullptr;
  Boolean finished = 1;
  check("late_one", mp->one(mp, never_return, ap, nullptr, 20 * milliseconds, nullptr, &finished) == timed_out);
  check("late_all", mp->all(mp, never_return, 0, nullptr, 20 * milliseconds, nullptr, &list) == timed_out && list);
  usize n = 0;
  while (list && list[n] != 0xffff'ffff && n < most) n++;
  check("late_all_list", n == count - 1);
  if (list) check("late_all_free", bs->free_pool(list) == success);
  check("late_in_service", mp->one(mp, stay_in_service, ap, nullptr, 20 * milliseconds, nullptr, &finished) == timed_out);
  forget_runs();
  check("after_late_all", mp->all(mp, note_run, 0, nullptr, 0, reinterpret_cast<void*>(1), nullptr) == success && every_ap_ran(1));
}

void test_enable(usize ap) {
  Information info{};
  u32 health = 4;
  usize all, now;
  check("disable_boot", mp->enable(mp, boot, 0, nullptr) == invalid_parameter);
  check("disable_absent", mp->enable(mp, count, 0, nullptr) == not_found);
  check("disable", mp->enable(mp, ap, 0, nullptr) == success);
  check("disabled_count", mp->numbers(mp, &all, &now) == success && all == count && now == count - 1);
  check("disabled_status", mp->information(mp, ap, &info) == success && info.status == 4);
  check("disabled_one", mp->one(mp, note_run, ap, nullptr, 0, nullptr, nullptr) == invalid_parameter);
  forget_runs();
  const Status some = mp->all(mp, note_run, 0, nullptr, 0, reinterpret_cast<void*>(1), nullptr);
  check("disabled_all", some == (count == 2 ? not_started : success) && runs[ap] == 0);
  check("enable", mp->enable(mp, ap, 1, &health) == success);
  check("enabled_status", mp->information(mp, ap, &info) == success && info.status == 6);
}

// Memory that the boot processor has allocated, and mapped, since a processor last ran.
void test_memory(usize ap) {
  u64 page = 0;
  check("memory", bs->allocate_pages(any_pages, boot_data, 1, &page) == success);
  check("memory_one", mp->one(mp, touch, ap, nullptr, 0, reinterpret_cast<void*>(page), nullptr) == success);
  check("memory_seen", *reinterpret_cast<volatile u64*>(page) == 0x5a);
  bs->free_pages(page, 1);
}

// The tick of the clock goes along: what waits for an event sleeps until one.
bool clock_ticks() {
  Event event;
  usize index;
  bs->create_event(event_timer, 0, nullptr, nullptr, &event);
  bs->set_timer(event, 1, 30'0000);
  const bool ticks = bs->wait_for_event(1, &event, &index) == success;
  bs->close_event(event);
  return ticks;
}
void test_switch_to(usize next, bool keep_old) {
  Information info{};
  const usize old = boot;
  asm volatile("movq %0, %%xmm6" : : "r"(next + 0x1234));
  const Status switched = mp->switch_bsp(mp, next, keep_old);
  const u64 kept = read_xmm6();
  if (switched == unsupported) return;
  check("switch", switched == success && kept == next + 0x1234);
  boot = next;
  check("switch_who", who() == next);
  check("switch_new", mp->information(mp, next, &info) == success && info.status == 7 && info.id == own_apic_id());
  check("switch_old", mp->information(mp, old, &info) == success && info.status == (keep_old ? 6 : 4));
  check("switch_clock", clock_ticks());
  if (!keep_old) check("switch_enable", mp->enable(mp, old, 1, nullptr) == success);
  test_identity();
  forget_runs();
  check("switch_all", mp->all(mp, note_run, 0, nullptr, 0, reinterpret_cast<void*>(1), nullptr) == success && every_ap_ran(1));
  put("MP switched\r\n");
}
// Round and back again, and at last away: ExitBootServices goes back by itself.
void test_switch(usize ap) {
  const usize first = boot;
  test_switch_to(ap, true);
  if (boot == first) return;
  if (count > 2) test_switch_to(ap == 1 ? 2 : 1, false);
  if (boot != first) test_switch_to(first, false);
  test_switch_to(ap, true);
}
void leave(Handle image, u32 first_apic_id) {
  static u8 map[65536];
  for (int tries = 0; tries < 4; ++tries) {
    usize bytes = sizeof map, key, entry;
    u32 version;
    if (bs->get_memory_map(&bytes, map, &key, &entry, &version) != success) break;
    if (bs->exit_boot_services(image, key) == success) return check("leave", own_apic_id() == first_apic_id);
  }
  check("leave", false);
}

void stress() {
  forget_runs();
  u32 expected = 0;
  for (usize starts = 0; starts < stress_starts; starts += 2 * (count - 1)) {
    if (mp->all(mp, note_run, 0, nullptr, 0, reinterpret_cast<void*>(1), nullptr) != success) return check("stress_all", false);
    for (usize i = 0; i < count; i++)
      if (i != boot && mp->one(mp, note_run, i, nullptr, 0, reinterpret_cast<void*>(1), nullptr) != success) return check("stress_one", false);
    expected += 2;
    if (!every_ap_ran(expected)) return check("stress_ran", false);
  }
  check("stress", every_ap_ran(expected));
  put("MP starts ");
  put_number(expected * (count - 1));
  put("\r\n");
}

void report_totals() {
  put("MP processors ");
  put_number(count);
  put(": ");
  put_number(passed);
  put(" passed, ");
  put_number(failed);
  put(" failed\r\n");
}

}  // namespace

extern "C" void* memcpy(void* to, const void* from, usize size) {
  for (usize i = 0; i < size; i++) static_cast<volatile u8*>(to)[i] = static_cast<const u8*>(from)[i];
  return to;
}

extern "C" Status efi_main(Handle image, SystemTable* table) {
  const u32 first_apic_id = own_apic_id();
  bs = table->boot;
  put("\r\nMP begins\r\n");
  check("protocol", bs->locate_protocol(&guid_mp, nullptr, &mp) == success);
  check("numbers", mp->numbers(mp, &count, &enabled) == success && enabled == count && count <= most);
  test_information();
  if (count > 1) {
    const usize ap = boot == count - 1 ? 0 : count - 1;
    test_identity();
    test_all();
    test_one(ap);
    test_event(ap);
    test_timeout(ap);
    test_enable(ap);
    test_memory(ap);
    stress();
    test_switch(ap);
    leave(image, first_apic_id);
  } else {
    check("nobody", mp->all(mp, note_run, 0, nullptr, 0, nullptr, nullptr) == not_started);
  }
  report_totals();
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}
