// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/bars.hpp"

#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace pci {
namespace {

using Kind = Resource::Kind;

// The lowest bit that can be set is the size; a device that answers nonsense gets a size that is at least a power of two.
u64 size_of(u64 mask) { return mask & (0 - mask); }

// What sticks when all ones are written.
u32 probe(Bdf bdf, u16 offset, u32 pattern = ~0u) {
  const u32 before = read32(bdf, offset);
  write32(bdf, offset, pattern);
  const u32 after = read32(bdf, offset);
  write32(bdf, offset, before);
  return after;
}

void want(Device& d, Resource& r, Kind kind, u16 offset, u64 size) {
  if (size == 0) return;
  r.kind = kind;
  r.offset = static_cast<u8>(offset);
  r.size = size;
  // Whole pages to one function, so that each can be mapped, shared or handed to a guest alone.
  r.alignment = kind != Kind::io && size < page_bytes ? page_bytes : size;
  r.owner = &d;
}

// Gives the number of registers used.
unsigned read_bar(Device& d, unsigned index, unsigned count) {
  const u16 offset = static_cast<u16>(reg::bar0 + 4 * index);
  const u32 low = probe(d.bdf, offset);
  Resource& r = d.bars[index];
  if (low == 0) return 1;
  if (low & reg::bar_io) {
    // The upper half may be hardwired to zero [pci §6.2.5.1].
    want(d, r, Kind::io, offset, size_of(low & 0xffff & ~reg::bar_io_flags));
    return 1;
  }
  r.prefetchable = low & reg::bar_prefetchable;
  const u32 mask = low & ~reg::bar_memory_flags;
  switch (low & reg::bar_type) {
    case reg::bar_type_32: want(d, r, Kind::memory32, offset, size_of(mask)); return 1;
    case reg::bar_type_64: {
      if (index + 1 == count) return 1;
      const u32 high = probe(d.bdf, static_cast<u16>(offset + 4));
      r.wide = r.prefetchable;
      want(d, r, Kind::memory64, offset, size_of(mask | u64{high} << 32));
      return 2;
    }
  }
  return 1;
}

void read_rom(Device& d, u16 offset) {
  const u32 mask = probe(d.bdf, offset, ~reg::rom_flags);
  if (mask == ~0u) return;
  want(d, d.rom, Kind::rom, offset, size_of(mask & ~reg::rom_flags));
}

// [bridge §3.2.5]: I/O and prefetchable windows are optional, and the widths are hardwired.
void read_windows(Device& d) {
  for (Resource& w : d.windows) w.owner = &d;
  d.window(Space::memory).kind = Kind::memory_window;
  if (probe(d.bdf, reg::io_window, 0xf0f0) & 0xf0f0) d.window(Space::io).kind = Kind::io_window;
  const u32 prefetch = probe(d.bdf, reg::prefetch_window, 0xfff0'fff0);
  if ((prefetch & 0xfff0'fff0) == 0) return;
  Resource& w = d.window(Space::prefetch);
  w.kind = Kind::prefetch_window;
  w.prefetchable = true;
  w.wide = (prefetch & reg::window_type) == 1 && probe(d.bdf, reg::prefetch_base_upper) == ~0u;
}

void write_bar(const Resource& r) {
  const u64 address = r.placed ? r.address : 0;
  write32(r.owner->bdf, r.offset, static_cast<u32>(address));
  if (r.kind == Kind::memory64) write32(r.owner->bdf, static_cast<u16>(r.offset + 4), static_cast<u32>(address >> 32));
}

// A window whose base lies above its limit is closed. Limits are inclusive and their low bits are ones.
void write_windows(Device& d) {
  const auto open = [](const Resource& w) { return w.placed && w.size != 0; };
  const Resource& io = d.window(Space::io);
  const u64 io_base = open(io) ? io.address : 0xf000, io_limit = open(io) ? io.end() - 1 : 0xfff;
  write16(d.bdf, reg::io_window, static_cast<u16>((io_base >> 8 & 0xf0) | (io_limit & 0xf000)));
  write32(d.bdf, reg::io_window_upper, 0);

  const auto pair = [&](const Resource& w) {
    const u64 base = open(w) ? w.address : 0xfff0'0000, limit = open(w) ? w.end() - 1 : 0;
    return static_cast<u32>((base >> 16 & 0xfff0) | (limit & 0xfff0'0000));
  };
  const Resource& prefetch = d.window(Space::prefetch);
  write32(d.bdf, reg::memory_window, pair(d.window(Space::memory)));
  write32(d.bdf, reg::prefetch_window, pair(prefetch));
  write32(d.bdf, reg::prefetch_base_upper, open(prefetch) ? static_cast<u32>(prefetch.address >> 32) : 0);
  write32(d.bdf, reg::prefetch_limit_upper, open(prefetch) ? static_cast<u32>((prefetch.end() - 1) >> 32) : 0);
}

}  // namespace

void read_bars(Device& d) {
  if (d.kind() == reg::class_host_bridge) return;
  const u16 command = read16(d.bdf, reg::command);
  if (command & (reg::command_io | reg::command_memory))
    write16(d.bdf, reg::command, command & static_cast<u16>(~(reg::command_io | reg::command_memory)));
  if (d.layout > 1) return;
  const unsigned count = d.bridge() ? 2 : Device::max_bars;
  for (unsigned i = 0; i < count;) i += read_bar(d, i, count);
  read_rom(d, d.bridge() ? reg::bridge_rom : reg::rom);
  if (d.bridge()) read_windows(d);
}

void program(Device& d) {
  if (d.kind() == reg::class_host_bridge || d.layout > 1) return;
  u16 on = 0, off = 0;
  for (const Resource& r : d.bars) {
    if (r.kind == Kind::none) continue;
    write_bar(r);
    const u16 bit = r.io() ? reg::command_io : reg::command_memory;
    (r.placed ? on : off) |= bit;
  }
  if (d.rom.kind != Kind::none) write_bar(d.rom);
  if (d.bridge()) {
    write_windows(d);
    // Transactions pass a bridge in both directions; what a device behind it may do is its own command register's matter.
    on |= reg::command_io | reg::command_memory | reg::command_bus_master;
  }
  if (off) log::warning("pci: no address space for ", log::hex(d.bdf.number(), 4), " (", log::hex(d.vendor, 4), ":", log::hex(d.device, 4), "), it stays off");
  const u16 wanted = on & static_cast<u16>(~off);
  if (wanted) write16(d.bdf, reg::command, read16(d.bdf, reg::command) | wanted);
}

}  // namespace pci
