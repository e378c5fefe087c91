// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §8.4]: across ExitBootServices and SetVirtualAddressMap.
#include "selftest.hpp"

namespace {

constexpr Guid ours = test_guid(0x80);
constexpr u32 runtime = var_nv | var_bs | var_rt;
constexpr u64 alias = 0xffff'8000'0000'0000;
constexpr u64 runtime_attribute = 1ull << 63;

alignas(16) u8 map[64 * 1024];
usize map_size, map_key, map_step;
u32 map_version;
volatile int exits, before_exits, moves;
void* moved_pointer;

void on_exit(Event, void*) { exits = exits + 1; }
void on_before_exit(Event, void*) { before_exits = before_exits + 1; }
void on_move(Event, void*) {
  moves = moves + 1;
  rt->convert_pointer(0, &moved_pointer);
}

Status read_map() {
  map_size = sizeof map;
  return bs->get_memory_map(&map_size, map, &map_key, &map_step, &map_version);
}

MemoryDescriptor& entry(usize at) { return *reinterpret_cast<MemoryDescriptor*>(map + at); }

// Every physical address once more in the upper half, so that the services can move there.
bool map_upper_half(u64 root) {
  u64 cr3, cr4;
  asm volatile("mov %%cr3, %0" : "=r"(cr3));
  asm volatile("mov %%cr4, %0" : "=r"(cr4));
  if (cr4 & 1u << 12) return false;
  auto* const fresh = reinterpret_cast<u64*>(root);
  const auto* const old = reinterpret_cast<const u64*>(cr3 & ~0xfffull);
  for (unsigned i = 0; i < 512; i++) fresh[i] = old[i];
  fresh[256] = old[0];
  asm volatile("mov %0, %%cr3" : : "r"(root) : "memory");
  return true;
}

Status leave_boot_services() {
  for (int tries = 0; tries < 4; tries++) {
    read_map();
    if (bs->exit_boot_services(self, map_key) == success) return success;
  }
  return invalid_parameter;
}

Status move_services(u64 offset) {
  usize kept = 0;
  for (usize at = 0; at < map_size; at += map_step) {
    MemoryDescriptor one = entry(at);
    if (!(one.attributes & runtime_attribute)) continue;
    one.virtual_start = one.physical + offset;
    entry(kept) = one;
    kept += map_step;
  }
  return rt->set_virtual_map(kept, map_step, map_version, map);
}

// Whether variables can be set at run time: the table of runtime properties may say no [uefi §4.6.2].
bool sets_variables = true;

void read_properties() {
  const Guid properties{0xeb66918a, 0x7eef, 0x402a, {0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9}};
  for (usize i = 0; i < st->table_count; i++)
    if (st->tables[i].guid == properties) sets_variables = static_cast<const u32*>(st->tables[i].table)[1] & 0x40;
}

void test_services(const char* absent, const char* present, const char* written, const char* clock) {
  u8 data[16] = {};
  usize size = sizeof data;
  expect(absent, rt->get_variable(L"AshlarBootOnly", &ours, nullptr, &size, data), not_found);
  size = sizeof data;
  u32 attributes = 0;
  const Status status = rt->get_variable(L"AshlarRuntime", &ours, &attributes, &size, data);
  check(present, status == success && size == 4 && data[0] == 'k' && attributes == runtime);
  const Status append = rt->set_variable(L"AshlarRuntime", &ours, runtime | var_append, 1, "t");
  size = sizeof data;
  bool good = append == success && rt->get_variable(L"AshlarRuntime", &ours, nullptr, &size, data) == success && size == 5 && data[4] == 't';
  good = good && rt->set_variable(L"AshlarRuntime", &ours, runtime, 4, "kept") == success;
  check(written, sets_variables ? good : append == unsupported);
  Time now{};
  expect(clock, rt->get_time(&now, nullptr), success);
}

void test_after_exit() {
  const Status refused = sets_variables ? invalid_parameter : unsupported;
  expect("runtime.new_boot_only_variable", rt->set_variable(L"AshlarLate", &ours, var_bs, 1, "x"), refused);
  const Status volatile_one = rt->set_variable(L"AshlarLate", &ours, var_bs | var_rt, 1, "x");
  check("runtime.volatile_is_read_only", volatile_one == refused || volatile_one == write_protected);
  static Char found[256];
  Guid guid{};
  found[0] = 0;
  bool boot_only = false, kept = false;
  for (unsigned i = 0; i < 2000; i++) {
    usize bytes = sizeof found;
    if (rt->next_variable(&bytes, found, &guid) != success) break;
    boot_only = boot_only || (guid == ours && same_text(found, L"AshlarBootOnly"));
    kept = kept || (guid == ours && same_text(found, L"AshlarRuntime"));
  }
  check("runtime.listing_has_runtime_only", kept && !boot_only);
  u64 total, left, largest;
  expect("runtime.query_variable_info", rt->query_variable(runtime, &total, &left, &largest), success);
  check("runtime.console_is_gone", st->con_out == nullptr && st->con_in == nullptr && st->boot == nullptr);
}

}  // namespace

void test_runtime() {
  rt->set_variable(L"AshlarBootOnly", &ours, var_nv | var_bs, 1, "b");
  rt->set_variable(L"AshlarRuntime", &ours, runtime, 4, "kept");
  Event event;
  const Guid before_exit{0x8be0e274, 0x3970, 0x4b44, {0x80, 0xc5, 0x1a, 0xb9, 0x50, 0x2f, 0x3b, 0xfc}};
  expect("exit.event", bs->create_event(event_exit_boot, tpl_notify, on_exit, nullptr, &event), success);
  expect("exit.before_event",
         bs->create_event_ex(event_notify_signal, tpl_callback, on_before_exit, nullptr, &before_exit, &event), success);
  expect("exit.virtual_change_event", bs->create_event(event_virtual_change, tpl_notify, on_move, nullptr, &event), success);
  void* nowhere = &event;
  check("exit.convert_pointer_too_early", rt->convert_pointer(0, &nowhere) != success);
  u64 root = 0;
  bs->allocate_pages(any_pages, loader_data, 1, &root);

  read_properties();
  read_map();
  const usize stale = map_key;
  u64 page = 0;
  bs->allocate_pages(any_pages, loader_data, 1, &page);
  expect("exit.stale_key", bs->exit_boot_services(self, stale), invalid_parameter);
  expect("exit.boot_services", leave_boot_services(), success);
  asm volatile("cli");
  check("exit.notified_once", exits == 1);
  // Optional before UEFI 2.9; a refused attempt may have run it already.
  if (before_exits)
    check("exit.before_notified", before_exits >= 1);
  else
    skip("exit.before_notified", "no such event group");
  test_services("runtime.boot_only_is_hidden", "runtime.read", "runtime.write", "runtime.clock");
  test_after_exit();

  const bool upper = map_upper_half(root);
  moved_pointer = reinterpret_cast<void*>(rt->get_time);
  void* const before = moved_pointer;
  expect("virtual.set_map", move_services(upper ? alias : 0), success);
  check("virtual.notified", moves == 1);
  check("virtual.convert_pointer", reinterpret_cast<u64>(moved_pointer) == reinterpret_cast<u64>(before) + (upper ? alias : 0));
  rt = st->runtime;
  check("virtual.table_moved", !upper || reinterpret_cast<u64>(rt) >= alias);
  check("virtual.entries_moved", !upper || reinterpret_cast<u64>(rt->get_variable) >= alias);
  test_services("virtual.boot_only_is_hidden", "virtual.read", "virtual.write", "virtual.clock");
  expect("virtual.set_map_twice", rt->set_virtual_map(map_step, map_step, map_version, map), unsupported);
  rt->set_variable(L"AshlarRuntime", &ours, runtime, 0, nullptr);
  print_totals();
  rt->reset(2, success, 0, nullptr);
  put("FAIL virtual.power_off: still running\r\n");
  for (;;) asm volatile("hlt");
}
