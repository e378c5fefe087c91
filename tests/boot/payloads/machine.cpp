// SPDX-License-Identifier: BSD-2-Clause-Patent
// Reports the memory map's totals and the ACPI tables as `MACHINE key=value` lines, touches the top of memory, and ends.
#include "efi.hpp"
#include "serial.hpp"

namespace {

void say(const char* key, u64 value) {
  put("MACHINE ");
  put(key);
  put("=");
  put_number(value);
  put("\r\n");
}

template <class T>
T load(u64 address) {
  return *reinterpret_cast<const T*>(address);
}

bool sums_to_zero(u64 address, u32 size) {
  u8 sum = 0;
  for (u32 i = 0; i < size; i++) sum = static_cast<u8>(sum + load<u8>(address + i));
  return sum == 0;
}

bool is_memory(u32 type) { return type != reserved_memory && type != mapped_io && type != mapped_io_ports && type != unusable; }

alignas(8) u8 map[65536];

void report_memory(BootServices* bs) {
  usize size = sizeof map, key = 0, stride = 0;
  u32 version = 0;
  if (bs->get_memory_map(&size, map, &key, &stride, &version)) return put("MACHINE map=refused\r\n");
  u64 pages = 0, high_pages = 0, top = 0;
  for (usize at = 0; at < size; at += stride) {
    const auto& d = *reinterpret_cast<const MemoryDescriptor*>(map + at);
    if (!is_memory(d.type)) continue;
    pages += d.pages;
    if (d.physical >= 1ull << 32) high_pages += d.pages;
    if (d.type == conventional && d.physical + d.pages * 4096 > top) top = d.physical + d.pages * 4096;
  }
  say("descriptors", size / stride);
  say("ram_kib", pages * 4);
  say("high_ram_kib", high_pages * 4);
  say("top_mib", top >> 20);
  // The last page must be memory, not only be listed.
  auto* last = reinterpret_cast<volatile u64*>(top - 4096);
  *last = 0x4153'484c'4152'0001;
  say("top_works", *last == 0x4153'484c'4152'0001);
}

void report_table(u64 address) {
  put("MACHINE table=");
  for (unsigned i = 0; i < 4; i++) put_byte(load<char>(address + i));
  put(sums_to_zero(address, load<u32>(address + 4)) ? " sound\r\n" : " damaged\r\n");
}

void report_acpi(SystemTable* table) {
  u64 rsdp = 0;
  for (usize i = 0; i < table->table_count; i++)
    if (table->tables[i].guid == guid_acpi20) rsdp = reinterpret_cast<u64>(table->tables[i].table);
  say("rsdp", rsdp ? 1 : 0);
  if (!rsdp) return;
  say("rsdp_sound", load<u64>(rsdp) == 0x2052'5450'2044'5352 && sums_to_zero(rsdp, 20) && sums_to_zero(rsdp, 36));
  const u64 xsdt = load<u64>(rsdp + 24);
  report_table(xsdt);
  for (u32 at = 36; at + 8 <= load<u32>(xsdt + 4); at += 8) report_table(load<u64>(xsdt + at));
}

}  // namespace

extern "C" Status efi_main(Handle, SystemTable* table) {
  put("\r\nMACHINE begins=1\r\n");
  report_memory(table->boot);
  report_acpi(table);
  put("MACHINE ends=1\r\n");
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}
