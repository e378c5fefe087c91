// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/svm/views.hpp"

#include "tests/machine/host/pool.hpp"

namespace svm::views {

namespace {

// User, accessed and dirty stay set: QEMU 7.2 walks as a user and probes for a store.
constexpr u64 table_flags = 0x27, page_flags = 0x67, read_only_flags = 0x65, large_flags = 0xe7;
constexpr u64 no_execute = 1ull << 63;  // fetches are private: code in a shared page cannot run
constexpr u64 address_mask = 0x000f'ffff'ffff'f000;

u64* half[2];  // shared, private: a level-3 table each
u64* paged_root;
u64* unpaged_root;

u64* table_at(u64& entry) {
  if (!(entry & 1)) entry = reinterpret_cast<u64>(host::pool_array<u64>(512)) | table_flags;
  return reinterpret_cast<u64*>(entry & address_mask);
}

u64& leaf(bool encrypted, u64 gpa) {
  u64* directory = table_at(half[encrypted][gpa >> 30 & 511]);
  return table_at(directory[gpa >> 21 & 511])[gpa >> 12 & 511];
}

u64 private_address(u64 gpa) { return gpa + host::private_offset(host::parameters().memory); }

// Devices are reached directly, but for the interrupt controller.
void map_devices() {
  const auto& p = host::parameters();
  for (u64 gpa = host::low_ram_end; gpa < rom_start(); gpa += 4096)
    if (gpa >> 12 != 0xfee00) leaf(false, gpa) = gpa | page_flags;
  // Whatever is not RAM of this machine above is PCI's.
  const u64 devices = (host::pool_base(p.memory) + host::pool_bytes + 1_GiB - 1) >> 30;
  for (u64 gib = devices; gib < 512; ++gib) half[false][gib] = gib << 30 | large_flags;
  for (u64 slot = 1; slot < 256; ++slot) {
    auto* table = host::pool_array<u64>(512);
    for (u64 i = 0; i < 512; ++i) table[i] = slot << 39 | i << 30 | large_flags;
    paged_root[slot] = reinterpret_cast<u64>(table) | table_flags;
  }
}

// The guest's RAM where QEMU has it, and the image in place of our ROM.
void map_plain_memory() {
  const auto& p = host::parameters();
  for (u64 gpa = 0; gpa < host::guest_low(p.memory); gpa += 4096) leaf(false, gpa) = gpa | page_flags;
  for (u64 gpa = 4_GiB; gpa < 4_GiB + host::guest_high(p.memory); gpa += 4096) leaf(false, gpa) = gpa | page_flags;
  for (u64 gpa = rom_start(); gpa < 4_GiB; gpa += 4096) leaf(false, gpa) = private_address(gpa) | page_flags;
}

}  // namespace

u64 rom_start() { return 4_GiB - host::parameters().image_size; }
bool is_private_rom(u64 gpa) { return gpa >= rom_start() && gpa < 4_GiB; }
bool is_ram(u64 gpa) {
  const u64 memory = host::parameters().memory;
  return gpa < host::guest_low(memory) || (gpa >= 4_GiB && gpa < 4_GiB + host::guest_high(memory));
}

void init(Kind kind) {
  half[0] = host::pool_array<u64>(512);
  half[1] = host::pool_array<u64>(512);
  paged_root = host::pool_array<u64>(512);
  unpaged_root = host::pool_array<u64>(512);
  if (host::parameters().mode < host::Mode::es) map_devices();
  if (kind == Kind::plain) {
    map_plain_memory();
    paged_root[0] = unpaged_root[0] = reinterpret_cast<u64>(half[0]) | table_flags;
    return;
  }
  paged_root[0] = reinterpret_cast<u64>(half[0]) | table_flags;
  paged_root[256] = unpaged_root[0] = reinterpret_cast<u64>(half[1]) | table_flags;
}

void* pointer(u64 gpa, bool encrypted) {
  if (host::parameters().mode == host::Mode::plain) encrypted = is_private_rom(gpa);
  if (encrypted && (is_ram(gpa) || is_private_rom(gpa))) return reinterpret_cast<void*>(private_address(gpa));
  if (!encrypted && is_ram(gpa)) return reinterpret_cast<void*>(gpa);
  return nullptr;
}
void* table_pointer(u64 gpa) { return pointer(gpa, true); }

u64 root(bool paging) { return reinterpret_cast<u64>(paging ? paged_root : unpaged_root); }
void map_private(u64 gpa) { leaf(true, gpa) = private_address(gpa & ~4095ull) | page_flags; }
void unmap_private(u64 gpa) { leaf(true, gpa) = 0; }
void map_shared(u64 gpa) { leaf(false, gpa) = (gpa & ~4095ull) | page_flags | no_execute; }
void unmap_shared(u64 gpa) { leaf(false, gpa) = 0; }
void alias_for_walk(u64 gpa, bool fetch_too) {
  leaf(false, gpa) = private_address(gpa & ~4095ull) | page_flags | (fetch_too ? 0 : no_execute);
}
void alias_for_fetch(u64 gpa) { leaf(false, gpa) = private_address(gpa & ~4095ull) | read_only_flags; }

}  // namespace svm::views
