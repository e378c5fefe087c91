// SPDX-License-Identifier: BSD-2-Clause-Patent
// Counts the processors that serve, also after one of them had to be taken back, leaves boot services and turns off.
#include "mp_services.hpp"
#include "serial.hpp"

namespace {

constexpr usize long_enough = 5'000'000, not_enough = 50'000;

volatile u32 served;

void serve(void*) { __atomic_add_fetch(&served, 1, __ATOMIC_SEQ_CST); }
void never_return(void*) {
  for (;;) asm volatile("pause");
}

usize everyone(MpServices* mp) {
  served = 1;
  mp->all(mp, serve, 0, nullptr, long_enough, nullptr, nullptr);
  return served;
}

void leave(SystemTable* table, Handle image) {
  static u8 map[32768];
  for (int tries = 0; tries < 4; ++tries) {
    usize bytes = sizeof map, key, entry;
    u32 version;
    if (table->boot->get_memory_map(&bytes, map, &key, &entry, &version) != success) return;
    if (table->boot->exit_boot_services(image, key) == success) return;
  }
}

}  // namespace

extern "C" Status efi_main(Handle image, SystemTable* table) {
  MpServices* mp = nullptr;
  usize count = 0, enabled = 0;
  if (table->boot->locate_protocol(&guid_mp, nullptr, &mp) != success) return 1;
  mp->numbers(mp, &count, &enabled);
  const usize before = everyone(mp);
  if (count > 1) mp->one(mp, never_return, count - 1, nullptr, not_enough, nullptr, nullptr);
  if (count > 1) mp->enable(mp, count - 1, 1, nullptr);  // in vain, if it did not come back
  const usize after = everyone(mp);
  put("\r\nPROCESSORS ");
  put_number(count);
  put(" serve ");
  put_number(before);
  put(", then ");
  put_number(after);
  put("\r\n");
  leave(table, image);
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}
