// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/host/hidden_ram.hpp"

#include "lib/arch/io.hpp"
#include "lib/base/endian.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/svm/views.hpp"

namespace host::hidden_ram {

namespace {

constexpr u16 port_select = 0x510, port_data = 0x511, port_dma_high = 0x514, port_dma_low = 0x518;
constexpr u16 key_ram_size = 3, key_directory = 0x19;
constexpr u32 dma_read = 2, dma_skip = 4, dma_select = 8;

struct [[gnu::packed]] E820 {
  u64 base, length;
  u32 type;
};
struct DmaRequest {
  u32 control, length;
  u64 address;
};

// Bytes that replace those of an item.
struct Patch {
  u16 key;
  u32 offset, length;
  const u8* bytes;
};
E820 e820[16];
u32 e820_size_be;
u64 ram_size;
Patch patches[3];
unsigned patch_count;

u16 selected;
u32 position;
u8 cmos_index;
u64 dma_address;
bool dma_triggered;

void add(u16 key, u32 offset, u32 length, const void* bytes) {
  patches[patch_count++] = {key, offset, length, static_cast<const u8*>(bytes)};
}

u8 patched(u16 key, u32 offset, u8 value) {
  for (unsigned i = 0; i < patch_count; ++i)
    if (patches[i].key == key && offset - patches[i].offset < patches[i].length) value = patches[i].bytes[offset - patches[i].offset];
  return lies::chosen().item ? lies::chosen().item(key, offset, value) : value;
}

void read_item(void* to, usize bytes) {
  for (usize i = 0; i < bytes; ++i) static_cast<u8*>(to)[i] = arch::in8(port_data);
}

u32 rewrite(u32 bytes) {
  E820 old[16];
  const u32 count = bytes / sizeof(E820) < 12 ? bytes / sizeof(E820) : 12;
  read_item(old, count * sizeof(E820));
  const u64 memory = parameters().memory;
  u32 n = 0;
  for (u32 i = 0; i < count; ++i)
    if (old[i].type != 1) e820[n++] = old[i];
  e820[n++] = {0, guest_low(memory), 1};
  if (guest_high(memory)) e820[n++] = {4_GiB, guest_high(memory), 1};
  // Where the host's RAM is no device can answer: reserved, so that no firmware puts a BAR there.
  const u64 hidden = 4_GiB + guest_high(memory);
  e820[n++] = {hidden, pool_base(memory) + pool_bytes - hidden, 2};
  return n * static_cast<u32>(sizeof(E820));
}

u8 cmos(u8 index, u8 value) {
  const u64 low = guest_low(parameters().memory), high = guest_high(parameters().memory);
  const u64 above_16m = low > 16_MiB ? (low - 16_MiB) >> 16 : 0;
  switch (index) {
    case 0x34: return static_cast<u8>(above_16m);
    case 0x35: return static_cast<u8>(above_16m >> 8);
    case 0x5b: return static_cast<u8>(high >> 16);
    case 0x5c: return static_cast<u8>(high >> 24);
    case 0x5d: return static_cast<u8>(high >> 32);
  }
  return value;
}

// QEMU has done the transfer by the time its port write returns.
void finish_dma(const DmaRequest& request) {
  const u32 control = swap_be(request.control), length = swap_be(request.length);
  if (control & dma_select) {
    selected = static_cast<u16>(control >> 16);
    position = 0;
  }
  const u64 to = swap_be(request.address);
  for (u32 i = 0; (control & dma_read) && i < length; ++i) {
    auto* at = static_cast<u8*>(svm::views::pointer(to + i, false));
    bool wanted = lies::chosen().item;
    for (unsigned p = 0; p < patch_count; ++p) wanted |= patches[p].key == selected;
    if (!wanted || !at) break;
    *at = patched(selected, position + i, *at);
  }
  if (control & (dma_read | dma_skip)) position += length;
}

DmaRequest pending;

}  // namespace

void init() {
  arch::out16(port_select, key_directory);
  Be<u32> count;
  read_item(&count, 4);
  u32 directory_offset = 4, size = 0;
  u16 key = 0;
  for (u32 i = 0; i < count && i < 256; ++i, directory_offset += 64) {
    struct [[gnu::packed]] {
      Be<u32> size;
      Be<u16> key;
      u16 reserved;
      char name[56];
    } file;
    static_assert(sizeof file == 64);
    read_item(&file, 64);
    if (__builtin_memcmp(file.name, "etc/e820", 9)) continue;
    size = file.size;
    key = file.key;
    break;
  }
  if (!key) report::end(End::host_fault, "no etc/e820 in fw_cfg");
  arch::out16(port_select, key);
  const u32 length = rewrite(size);
  e820_size_be = swap_be(length);
  ram_size = parameters().memory;
  add(key, 0, length, e820);
  add(key_directory, directory_offset, 4, &e820_size_be);
  add(key_ram_size, 0, 8, &ram_size);
  arch::out16(port_select, 0);
}

u32 in(u16 port, unsigned bytes, u32 value) {
  if (port == 0x71 && bytes == 1) return cmos(cmos_index, static_cast<u8>(value));
  if (port == port_data && bytes == 1) return patched(selected, position++, static_cast<u8>(value));
  return value;
}

void before_out(u16 port, unsigned bytes, u32 value) {
  if (port == 0x70) cmos_index = value & 0x7f;
  if (port == port_select && bytes == 2) {
    selected = static_cast<u16>(value);
    position = 0;
  }
  if (port == port_dma_high && bytes == 4) dma_address = u64{swap_be(value)} << 32;
  if (port != port_dma_low || bytes != 4) return;
  const auto* request = static_cast<const DmaRequest*>(svm::views::pointer(dma_address | swap_be(value), false));
  dma_triggered = request;
  if (request) __builtin_memcpy(&pending, request, sizeof pending);
  dma_address = 0;
}

void after_out(u16 port) {
  if (port != port_dma_low || !dma_triggered) return;
  dma_triggered = false;
  finish_dma(pending);
}

}  // namespace host::hidden_ram
