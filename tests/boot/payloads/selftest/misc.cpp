// SPDX-License-Identifier: BSD-2-Clause-Patent
// Tables, clock, checksums, memory helpers, protocols a firmware may leave out.
#include "selftest.hpp"

namespace {

bool crc_holds(TableHeader* header) {
  const u32 stated = header->crc32;
  u32 computed = 0;
  header->crc32 = 0;
  bs->crc32(header, header->size, &computed);
  header->crc32 = stated;
  return computed == stated;
}

void* configuration(const Guid& guid) {
  for (usize i = 0; i < st->table_count; i++)
    if (st->tables[i].guid == guid) return st->tables[i].table;
  return nullptr;
}

bool sums_to_zero(const void* table, usize size) {
  u8 sum = 0;
  for (usize i = 0; i < size; i++) sum = static_cast<u8>(sum + static_cast<const u8*>(table)[i]);
  return sum == 0;
}

void test_configuration() {
  auto* const rsdp = static_cast<u8*>(configuration(guid_acpi20));
  check("config.acpi20", rsdp && same(rsdp, "RSD PTR ", 8) && sums_to_zero(rsdp, 20));
  auto* const smbios3 = static_cast<u8*>(configuration(guid_smbios3));
  auto* const smbios = static_cast<u8*>(configuration(guid_smbios));
  check("config.smbios", (smbios3 && same(smbios3, "_SM3_", 5) && sums_to_zero(smbios3, smbios3[6])) ||
                             (smbios && same(smbios, "_SM_", 4) && sums_to_zero(smbios, smbios[5])));
  check("config.memory_attributes", configuration(guid_memory_attributes_table) != nullptr);
  if (auto* const properties = static_cast<u16*>(configuration(guid_rt_properties)))
    check("config.rt_properties", properties[0] == 1 && properties[1] == 8);
  else
    skip("config.rt_properties", "not installed: every service is then promised");

  const Guid guid = test_guid(0x70);
  int data[2] = {};
  expect("config.delete_absent", bs->install_table(&guid, nullptr), not_found);
  const usize before = st->table_count;
  expect("config.add", bs->install_table(&guid, &data[0]), success);
  check("config.added", st->table_count == before + 1 && configuration(guid) == &data[0]);
  expect("config.replace", bs->install_table(&guid, &data[1]), success);
  check("config.replaced", st->table_count == before + 1 && configuration(guid) == &data[1]);
  check("config.crc_follows", crc_holds(&st->header));
  expect("config.delete", bs->install_table(&guid, nullptr), success);
  check("config.deleted", st->table_count == before && !configuration(guid));
}

}  // namespace

void test_tables() {
  check("table.system_signature", st->header.signature == 0x5453'5953'2049'4249);
  check("table.boot_signature", bs->header.signature == 0x5652'4553'544f'4f42);
  check("table.runtime_signature", rt->header.signature == 0x5652'4553'544e'5552);
  check("table.sizes", st->header.size >= sizeof *st && bs->header.size >= sizeof *bs && rt->header.size >= sizeof *rt);
  check("table.revision", st->header.revision >= 0x2'0046 && st->header.revision < 0x3'0000);
  check("table.crcs", crc_holds(&st->header) && crc_holds(&bs->header) && crc_holds(&rt->header));
  check("table.vendor", st->vendor && st->vendor[0]);
  bool full = true;
  for (usize at = sizeof(TableHeader); at < sizeof *bs; at += 8)
    full =
        full && (at == __builtin_offsetof(BootServices, reserved) || *reinterpret_cast<void**>(reinterpret_cast<u8*>(bs) + at));
  for (usize at = sizeof(TableHeader); at < sizeof *rt; at += 8)
    full = full && *reinterpret_cast<void**>(reinterpret_cast<u8*>(rt) + at);
  check("table.no_entry_is_null", full);
  test_configuration();
}

void test_time() {
  Time now{};
  TimeCapabilities capabilities{};
  expect("time.get", rt->get_time(&now, &capabilities), success);
  check("time.fields", now.year >= 1998 && now.year <= 2099 && now.month >= 1 && now.month <= 12 && now.day >= 1 &&
                           now.day <= 31 && now.hour < 24 && now.minute < 60 && now.second < 60 &&
                           now.nanosecond < 1'000'000'000);
  check("time.resolution", capabilities.resolution >= 1);
  expect("time.get_null", rt->get_time(nullptr, nullptr), invalid_parameter);
  expect("time.set_null", rt->set_time(nullptr), invalid_parameter);

  Time wanted = now;
  wanted.year = 2028, wanted.month = 2, wanted.day = 29, wanted.hour = 23, wanted.minute = 15, wanted.second = 30,
  wanted.nanosecond = 0;
  expect("time.set", rt->set_time(&wanted), success);
  Time read{};
  rt->get_time(&read, nullptr);
  check("time.set_sticks", read.year == 2028 && read.month == 2 && read.day == 29 && read.hour == 23 && read.minute == 15);
  rt->set_time(&now);

  struct {
    const char* name;
    Time time;
  } const bad[] = {
      {"time.month_13", {2028, 13, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"time.month_0", {2028, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"time.day_30_february", {2028, 2, 30, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"time.no_leap_day", {2027, 2, 29, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"time.hour_24", {2028, 1, 1, 24, 0, 0, 0, 0, 0, 0, 0}},
      {"time.second_60", {2028, 1, 1, 0, 0, 60, 0, 0, 0, 0, 0}},
      {"time.zone_1441", {2028, 1, 1, 0, 0, 0, 0, 0, 1441, 0, 0}},
      {"time.nanosecond", {2028, 1, 1, 0, 0, 0, 0, 1'000'000'000, 0, 0, 0}},
  };
  for (const auto& [name, value] : bad) {
    Time copy = value;
    expect(name, rt->set_time(&copy), invalid_parameter);
  }
  Boolean enabled = 0, pending = 0;
  Time wakeup{};
  const Status status = rt->get_wakeup(&enabled, &pending, &wakeup);
  check("time.get_wakeup", status == success || status == unsupported);
  if (status == success) {
    const Status armed = rt->set_wakeup(1, &wanted);
    check("time.set_wakeup", armed == success || armed == unsupported);
    expect("time.clear_wakeup", rt->set_wakeup(0, nullptr), success);
    rt->get_wakeup(&enabled, &pending, &wakeup);
    check("time.wakeup_is_clear", !enabled);
  }
}

void test_misc() {
  u32 crc = 0;
  expect("misc.crc32", bs->crc32("123456789", 9, &crc), success);
  check("misc.crc32_value", crc == 0xcbf4'3926);
  expect("misc.crc32_null", bs->crc32(nullptr, 9, &crc), invalid_parameter);
  expect("misc.crc32_nothing", bs->crc32("x", 0, &crc), invalid_parameter);
  expect("misc.crc32_no_result", bs->crc32("x", 1, nullptr), invalid_parameter);

  char text[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
  bs->copy(text + 3, text, 30);
  check("misc.copy_up_overlapping", same(text, "0120123456789abcdefghijklmnopqrst", 33));
  bs->copy(text, text + 3, 30);
  check("misc.copy_down_overlapping", same(text, "0123456789abcdefghijklmnopqrst", 30));
  bs->set(text + 1, 5, '-');
  check("misc.set", same(text, "0-----6789", 10));

  u64 first = 0, second = 0;
  expect("misc.monotonic", bs->next_monotonic(&first), success);
  bs->next_monotonic(&second);
  check("misc.monotonic_grows", second > first);
  expect("misc.monotonic_null", bs->next_monotonic(nullptr), invalid_parameter);
  u32 high = 0;
  expect("misc.high_monotonic", rt->next_high_monotonic(&high), success);
  check("misc.high_monotonic_grows", high > static_cast<u32>(second >> 32));
  expect("misc.stall", bs->stall(1000), success);
  expect("misc.watchdog_on", bs->set_watchdog(300, 0x1'0000, 0, nullptr), success);
  expect("misc.watchdog_off", bs->set_watchdog(0, 0, 0, nullptr), success);

  u64 largest = 0;
  u32 reset = 0;
  const Status capsule = rt->query_capsule(nullptr, 0, &largest, &reset);
  check("misc.capsule_refused", capsule == invalid_parameter || capsule == unsupported);
}

void test_optional_protocols() {
  Rng* rng = nullptr;
  if (bs->locate_protocol(&guid_rng, nullptr, &rng) == success) {
    usize size = 0;
    expect("rng.info_size", rng->info(rng, &size, nullptr), buffer_too_small);
    u8 one[32] = {}, two[32] = {};
    expect("rng.get", rng->get(rng, nullptr, sizeof one, one), success);
    rng->get(rng, nullptr, sizeof two, two);
    check("rng.differs", !same(one, two, sizeof one));
    expect("rng.nothing_asked", rng->get(rng, nullptr, 0, one), invalid_parameter);
    const Guid unknown = test_guid(0x7f);
    expect("rng.unknown_algorithm", rng->get(rng, &unknown, 4, one), unsupported);
  } else
    skip("rng", "no protocol");

  MemoryAttribute* memory = nullptr;
  if (bs->locate_protocol(&guid_memory_attribute, nullptr, &memory) == success) {
    constexpr u64 read_protect = 0x2000, execute_protect = 0x4000, read_only = 0x2'0000;
    u64 page = 0, flags = 0;
    bs->allocate_pages(any_pages, loader_data, 2, &page);
    expect("attribute.get", memory->get(memory, page, 4096, &flags), success);
    expect("attribute.set", memory->set(memory, page, 4096, read_only | execute_protect), success);
    memory->get(memory, page, 4096, &flags);
    check("attribute.set_sticks", (flags & (read_only | execute_protect)) == (read_only | execute_protect));
    expect("attribute.uneven_range", memory->get(memory, page, 8192, &flags), error_bit | 17);
    expect("attribute.clear", memory->clear(memory, page, 4096, read_only), success);
    *reinterpret_cast<volatile u8*>(page) = 1;
    memory->get(memory, page, 4096, &flags);
    check("attribute.cleared", (flags & (read_only | execute_protect)) == execute_protect);
    expect("attribute.clear_execute_protect", memory->clear(memory, page, 4096, execute_protect), success);
    *reinterpret_cast<volatile u8*>(page) = 0xc3;
    reinterpret_cast<void (*)()>(page)();
    check("attribute.executes", true);
    // Implementations differ on which; none may accept.
    const Status unaligned = memory->set(memory, page + 1, 4096, read_only);
    check("attribute.unaligned", unaligned == invalid_parameter || unaligned == unsupported);
    expect("attribute.empty", memory->set(memory, page, 0, read_only), invalid_parameter);
    const Status cached = memory->set(memory, page, 4096, 1 | read_protect);
    check("attribute.unknown_flags", cached == invalid_parameter || cached == unsupported);
    bs->free_pages(page, 2);
  } else
    skip("attribute", "no protocol");
}
