// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §14.2, §14.4]
#include "selftest.hpp"

namespace {

constexpr Guid guid_pci_io = {0x4cf5b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a}};
constexpr Guid guid_root_bridge = {0x2f707ebb, 0x4a1a, 0x11d4, {0x9a, 0x38, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
constexpr Guid guid_path = {0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

struct PciIo {
  Status (*poll_mem)(PciIo*, u32, u8, u64, u64, u64, u64, u64*);
  Status (*poll_io)(PciIo*, u32, u8, u64, u64, u64, u64, u64*);
  Status (*mem_read)(PciIo*, u32, u8, u64, u64, void*);
  Status (*mem_write)(PciIo*, u32, u8, u64, u64, void*);
  Status (*io_read)(PciIo*, u32, u8, u64, u64, void*);
  Status (*io_write)(PciIo*, u32, u8, u64, u64, void*);
  Status (*config_read)(PciIo*, u32, u32, u64, void*);
  Status (*config_write)(PciIo*, u32, u32, u64, void*);
  Status (*copy_mem)(PciIo*, u32, u8, u64, u8, u64, u64);
  Status (*map)(PciIo*, u32, void*, u64*, u64*, void**);
  Status (*unmap)(PciIo*, void*);
  Status (*allocate)(PciIo*, u32, u32, u64, void**, u64);
  Status (*free)(PciIo*, u64, void*);
  Status (*flush)(PciIo*);
  Status (*location)(PciIo*, u64*, u64*, u64*, u64*);
  Status (*attributes)(PciIo*, u32, u64, u64*);
  Status (*bar_attributes)(PciIo*, u8, u64*, void**);
  Status (*set_bar_attributes)(PciIo*, u64, u8, u64*, u64*);
  u64 rom_size;
  void* rom;
};

struct RootBridge {
  Handle parent;
  void* poll_mem;
  void* poll_io;
  Status (*mem_read)(RootBridge*, u32, u64, u64, void*);
  void* mem_write;
  Status (*io_read)(RootBridge*, u32, u64, u64, void*);
  void* io_write;
  Status (*config_read)(RootBridge*, u32, u64, u64, void*);
  void* config_write;
  void* copy_mem;
  void* map;
  void* unmap;
  void* allocate;
  void* free;
  void* flush;
  Status (*get_attributes)(RootBridge*, u64*, u64*);
  Status (*set_attributes)(RootBridge*, u64, u64*, u64*);
  Status (*configuration)(RootBridge*, u8**);
  u32 segment;
};

u64 quad(const u8* at) {
  u64 value = 0;
  for (int i = 7; i >= 0; i--) value = value << 8 | at[i];
  return value;
}

// PciIo of a function by location.
PciIo* find(u64 bus, u64 device, u64 function, Handle* on = nullptr) {
  Handle* list = nullptr;
  usize count = 0;
  PciIo* found = nullptr;
  if (bs->locate_handle_buffer(2, &guid_pci_io, nullptr, &count, &list) != success) return nullptr;
  for (usize i = 0; i < count && !found; i++) {
    PciIo* io = nullptr;
    u64 at[4] = {1, 1, 1, 1};
    bs->handle_protocol(list[i], &guid_pci_io, &io);
    io->location(io, &at[0], &at[1], &at[2], &at[3]);
    if (at[0] == 0 && at[1] == bus && at[2] == device && at[3] == function) {
      found = io;
      if (on) *on = list[i];
    }
  }
  bs->free_pool(list);
  return found;
}

void test_root() {
  RootBridge* root = nullptr;
  expect("pci.root_bridge", bs->locate_protocol(&guid_root_bridge, nullptr, &root), success);
  u32 id = 0;
  u8 byte = 0;
  expect("pci.root_config", root->config_read(root, 2, 0, 1, &id), success);
  check("pci.root_host_bridge", id == 0x29c08086 || id == 0x12378086);
  expect("pci.root_wide_config", root->config_read(root, 3, 0, 1, &id), invalid_parameter);
  expect("pci.root_no_buffer", root->config_read(root, 2, 0, 1, nullptr), invalid_parameter);
  expect("pci.root_odd_config", root->config_read(root, 2, 2, 1, &id), unsupported);
  expect("pci.root_ram_is_not_mmio", root->mem_read(root, 2, 0x100000, 1, &id), invalid_parameter);
  expect("pci.root_port", root->io_read(root, 0, 0x3fd, 1, &byte), success);
  expect("pci.root_port_beyond", root->io_read(root, 1, 0x10000, 1, &byte), invalid_parameter);
  u64 can = 0, has = 0;
  expect("pci.root_attributes", root->get_attributes(root, &can, &has), success);
  expect("pci.root_attributes_null", root->get_attributes(root, nullptr, nullptr), invalid_parameter);
  expect("pci.root_set_unknown", root->set_attributes(root, ~can, nullptr, nullptr), unsupported);
  u8* list = nullptr;
  expect("pci.root_configuration", root->configuration(root, &list), success);
  unsigned kinds = 0;
  while (*list == 0x8a) {
    kinds |= 1u << list[3];
    check("pci.root_range", quad(list + 22) - quad(list + 14) + 1 == quad(list + 38));
    list += 46;
  }
  check("pci.root_list_ends", *list == 0x79 && kinds == 7);
}

void test_bars(PciIo* vga) {
  u32 value = 0, more[4];
  u16 words[8];
  expect("pci.mem_read", vga->mem_read(vga, 1, 2, 0x500, 8, words), success);
  check("pci.bochs_id", (words[0] & 0xfff0) == 0xb0c0);
  expect("pci.mem_fifo", vga->mem_read(vga, 5, 2, 0x500, 8, words), success);
  check("pci.fifo_stays", words[0] == words[7]);
  u32 pixels[4] = {1, 2, 3, 4};
  expect("pci.mem_write", vga->mem_write(vga, 2, 0, 0x1000, 4, pixels), success);
  expect("pci.copy_overlapping", vga->copy_mem(vga, 2, 0, 0x1004, 0, 0x1000, 4), success);
  vga->mem_read(vga, 2, 0, 0x1004, 4, more);
  check("pci.copied", same(pixels, more, sizeof more));
  u32 fill = 0x55aa55aa;
  expect("pci.mem_fill", vga->mem_write(vga, 10, 0, 0x1000, 4, &fill), success);
  u64 wide = 0;
  vga->mem_read(vga, 3, 0, 0x1008, 1, &wide);
  check("pci.filled", wide == 0x55aa55aa55aa55aa);
  expect("pci.no_such_bar", vga->mem_read(vga, 2, 5, 0, 1, &value), unsupported);
  expect("pci.bar_index_too_large", vga->mem_read(vga, 2, 6, 0, 1, &value), unsupported);
  expect("pci.behind_bar", vga->mem_read(vga, 2, 2, 0xffe, 1, &value), unsupported);
  expect("pci.offset_wraps", vga->mem_read(vga, 2, 2, ~0ull - 3, 1, &value), unsupported);
  expect("pci.count_wraps", vga->mem_read(vga, 3, 2, 0, 1ull << 61, &value), unsupported);
  expect("pci.unaligned", vga->mem_read(vga, 2, 2, 1, 1, &value), unsupported);
  expect("pci.mem_bar_is_not_io", vga->io_read(vga, 2, 2, 0, 1, &value), unsupported);
  expect("pci.bad_width", vga->mem_read(vga, 12, 2, 0, 1, &value), invalid_parameter);
  expect("pci.no_buffer", vga->mem_read(vga, 2, 2, 0, 1, nullptr), invalid_parameter);
  u64 result = 0;
  expect("pci.poll", vga->poll_mem(vga, 2, 0, 0x1000, ~0u, fill, 0, &result), success);
  expect("pci.poll_timeout", vga->poll_mem(vga, 2, 0, 0x1000, ~0u, 1, 1000, &result), u64{1} << 63 | 18);
  expect("pci.poll_fifo", vga->poll_mem(vga, 6, 0, 0x1000, ~0u, 1, 1000, &result), invalid_parameter);
  u8* list = nullptr;
  u64 supports = 1;
  expect("pci.bar_attributes", vga->bar_attributes(vga, 0, &supports, reinterpret_cast<void**>(&list)), success);
  check("pci.bar_descriptor", list[0] == 0x8a && list[3] == 0 && quad(list + 38) == 0x1000000 && list[46] == 0x79);
  u32 bar = 0;
  vga->config_read(vga, 2, 0x10, 1, &bar);
  check("pci.bar_address", (bar & ~0xfu) == quad(list + 14));
  bs->free_pool(list);
  expect("pci.bar_attributes_null", vga->bar_attributes(vga, 0, nullptr, nullptr), invalid_parameter);
  expect("pci.bar_attributes_absent", vga->bar_attributes(vga, 4, &supports, nullptr), unsupported);
}

void test_attributes(PciIo* io) {
  u64 can = 0, has = 0, after = 0;
  u16 command = 0;
  expect("pci.supported", io->attributes(io, 4, 0, &can), success);
  check("pci.decodes", (can & 0x700) == 0x700);
  expect("pci.get", io->attributes(io, 0, 0, &has), success);
  expect("pci.get_null", io->attributes(io, 0, 0, nullptr), invalid_parameter);
  expect("pci.unknown_operation", io->attributes(io, 5, 0, &has), invalid_parameter);
  expect("pci.unsupported_attribute", io->attributes(io, 2, 1ull << 40, nullptr), unsupported);
  expect("pci.enable", io->attributes(io, 2, 0x700, nullptr), success);
  io->config_read(io, 1, 4, 1, &command);
  check("pci.command_on", (command & 7) == 7);
  expect("pci.disable", io->attributes(io, 3, 0x400, nullptr), success);
  io->attributes(io, 0, 0, &after);
  io->config_read(io, 1, 4, 1, &command);
  check("pci.command_off", (command & 7) == 3 && (after & 0x700) == 0x300);
  expect("pci.dual_address", io->attributes(io, 2, 0x8000, nullptr), success);
  io->attributes(io, 0, 0, &after);
  check("pci.dual_address_noted", after & 0x8000);
  expect("pci.restore", io->attributes(io, 1, has, nullptr), success);
}

void test_dma(PciIo* io) {
  void* buffer = nullptr;
  expect("dma.allocate", io->allocate(io, 0, 4, 3, &buffer, 0), success);
  expect("dma.allocate_code", io->allocate(io, 0, 3, 3, &buffer, 0), invalid_parameter);
  expect("dma.allocate_odd_attribute", io->allocate(io, 0, 4, 3, &buffer, 1), unsupported);
  expect("dma.allocate_nowhere", io->allocate(io, 0, 4, 3, nullptr, 0), invalid_parameter);
  u64 bytes = 100, device = 0;
  void* mapping = nullptr;
  for (u32 operation = 0; operation < 3; operation++) {
    expect("dma.map", io->map(io, operation, buffer, &bytes, &device, &mapping), success);
    check("dma.mapped", device != 0 && bytes == 100);
    expect("dma.unmap", io->unmap(io, mapping), success);
  }
  expect("dma.map_unknown", io->map(io, 3, buffer, &bytes, &device, &mapping), invalid_parameter);
  expect("dma.map_null", io->map(io, 0, nullptr, &bytes, &device, &mapping), invalid_parameter);
  expect("dma.unmap_null", io->unmap(io, nullptr), invalid_parameter);
  expect("dma.free_part", io->free(io, 2, buffer), invalid_parameter);
  expect("dma.free", io->free(io, 3, buffer), success);
  expect("dma.free_twice", io->free(io, 3, buffer), invalid_parameter);
}

// Memory that a 32-bit device does not reach is copied.
void test_bounce(PciIo* io) {
  u64 high = 0x1'8000'0000;
  if (bs->allocate_pages(2, 4, 1, &high) != success) return skip("dma.bounce", "no RAM there");
  auto* data = reinterpret_cast<u8*>(high);
  u64 bytes = 4096, device = 0;
  void* mapping = nullptr;
  data[5] = 77;
  expect("dma.bounce_read", io->map(io, 0, data, &bytes, &device, &mapping), success);
  check("dma.bounce_low", device < 0x1'0000'0000 && *reinterpret_cast<u8*>(device + 5) == 77);
  io->unmap(io, mapping);
  expect("dma.bounce_write", io->map(io, 1, data, &bytes, &device, &mapping), success);
  *reinterpret_cast<u8*>(device + 6) = 88;
  expect("dma.bounce_unmap", io->unmap(io, mapping), success);
  check("dma.bounce_arrived", data[6] == 88);
  expect("dma.bounce_common", io->map(io, 2, data, &bytes, &device, &mapping), unsupported);
  io->attributes(io, 2, 0x8000, nullptr);
  expect("dma.wide", io->map(io, 2, data, &bytes, &device, &mapping), success);
  check("dma.wide_is_itself", device == high);
  io->unmap(io, mapping);
  io->attributes(io, 3, 0x8000, nullptr);
  bs->free_pages(high, 1);
}

}  // namespace

void test_pci() {
  test_root();
  Handle on = nullptr;
  PciIo* host = find(0, 0, 0, &on);
  check("pci.host_bridge", host != nullptr);
  if (!host) return;
  u32 id = 0;
  expect("pci.config", host->config_read(host, 2, 0, 1, &id), success);
  expect("pci.config_beyond", host->config_read(host, 2, 4096, 1, &id), unsupported);
  expect("pci.config_odd", host->config_read(host, 1, 1, 1, &id), unsupported);
  expect("pci.config_wide", host->config_read(host, 3, 0, 1, &id), invalid_parameter);
  expect("pci.location_null", host->location(host, nullptr, nullptr, nullptr, nullptr), invalid_parameter);
  check("pci.no_rom", host->rom_size == 0 && !host->rom);
  u8* path = nullptr;
  bs->handle_protocol(on, &guid_path, &path);
  constexpr u8 wanted[] = {2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 1, 1, 6, 0, 0, 0, 0x7f, 0xff, 4, 0};
  check("pci.path", path && same(path, wanted, sizeof wanted));
  PciIo* vga = find(0, 1, 0) ? find(0, 1, 0) : find(0, 2, 0);
  u16 class_code = 0;
  if (vga) vga->config_read(vga, 1, 10, 1, &class_code);
  if (class_code != 0x300) vga = find(0, 2, 0);
  if (vga) vga->config_read(vga, 1, 10, 1, &class_code);
  if (!vga || class_code != 0x300) return skip("pci.bars", "no display");
  test_bars(vga);
  test_attributes(vga);
  test_dma(vga);
  test_bounce(vga);
}
