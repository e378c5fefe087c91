// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/pci_bus.hpp"

namespace fakes {

PciFunction& PciFunction::bar(unsigned index, u64 size, u32 flags) {
  const unsigned offset = 0x10 + 4 * index;
  put<u32>(offset, flags);
  allow<u32>(offset, static_cast<u32>(0 - size) & ((flags & 1) ? 0xfffc : ~0xfu));
  if ((flags & 7) == 4) allow<u32>(offset + 4, static_cast<u32>((0 - size) >> 32));
  return *this;
}
PciFunction& PciFunction::rom(u64 size) {
  allow<u32>(config[0x0e] & 1 ? 0x38 : 0x30, static_cast<u32>(0 - size) | 1);
  return *this;
}
PciFunction& PciFunction::pin(u8 number) {
  config[0x3d] = number;
  writable[0x3c] = 0xff;
  return *this;
}
PciFunction& PciFunction::multi_function() {
  config[0x0e] |= 0x80;
  return *this;
}
unsigned PciFunction::capability(u8 id, const std::vector<u8>& body) {
  const u8 at = free_;
  config[at] = id;
  for (usize i = 0; i < body.size(); ++i) config[at + 2 + i] = body[i];
  config[last_ ? last_ + 1 : 0x34] = at;
  config[0x06] |= 0x10;
  last_ = at;
  free_ = static_cast<u8>((at + 2 + body.size() + 3) & ~3);
  return at;
}
u64 PciFunction::bar_address(unsigned index) const {
  const unsigned offset = 0x10 + 4 * index;
  const u32 low = get<u32>(offset);
  if (low & 1) return low & ~3u;
  return (low & ~0xfu) | ((low & 6) == 4 ? u64{get<u32>(offset + 4)} << 32 : 0);
}

void PciBus::plug() {
  attach(static_cast<PortDevice&>(*this), 0xcf8, 0xcff);
  attach(static_cast<MmioDevice&>(*this), 0xb0000000, 256 << 20);
}

PciFunction& PciBus::add(u8 device, u8 function, u16 vendor, u16 id, u32 class_code, PciFunction* parent, u8 root_bus) {
  auto& f = *functions_.emplace_back(std::make_unique<PciFunction>());
  f.devfn = static_cast<u8>(device << 3 | function);
  f.parent = parent;
  f.root_bus = root_bus;
  f.put<u16>(0, vendor);
  f.put<u16>(2, id);
  f.put<u32>(8, class_code << 8);
  f.allow<u16>(4, 0x0547);
  return f;
}

PciFunction& PciBus::add_bridge(u8 device, u8 function, PciFunction* parent, u8 root_bus) {
  PciFunction& f = add(device, function, 0x1b36, 0x000c, 0x060400, parent, root_bus);
  f.config[0x0e] = 1;
  f.allow<u32>(0x18, ~0u);
  f.allow<u16>(0x1c, 0xf0f0);
  f.put<u16>(0x1c, 0x0101);
  f.allow<u32>(0x20, 0xfff0fff0);
  f.allow<u32>(0x24, 0xfff0fff0);
  f.put<u32>(0x24, 0x00010001);
  f.allow<u64>(0x28, ~0ull);
  f.allow<u32>(0x30, ~0u);
  f.allow<u16>(0x3e, 0xffff);
  return f;
}

void PciBus::make_q35() {
  add(0, 0, 0x8086, 0x29c0, 0x060000).allow<u64>(0x60, 0xf'f000'0007);
  PciFunction& lpc = add(31, 0, 0x8086, 0x2918, 0x060100).multi_function();
  for (unsigned i = 0x40; i < 0x100; ++i) lpc.writable[i] = 0xff;
}
void PciBus::make_i440fx() {
  add(0, 0, 0x8086, 0x1237, 0x060000);
  add(1, 0, 0x8086, 0x7000, 0x060100).multi_function().allow<u32>(0x60, ~0u);
  add(1, 1, 0x8086, 0x7010, 0x010180).bar(4, 16, 1).allow<u32>(0x40, ~0u);
  PciFunction& pm = add(1, 3, 0x8086, 0x7113, 0x068000).pin(1);
  pm.allow<u32>(0x40, 0xffc1);
  pm.writable[0x80] = 0xff;
}

// A bridge answers for one bus: the numbers in its registers decide, as on a machine.
PciFunction* PciBus::route(u8 bus, u8 devfn) {
  for (auto& f : functions_) {
    if (f->devfn != devfn) continue;
    const bool here = f->parent ? bus != 0 && f->parent->config[0x19] == bus : f->root_bus == bus;
    if (here) return f.get();
  }
  return nullptr;
}

u32 PciBus::config_read(u16 bdf, unsigned offset, unsigned bytes) {
  const PciFunction* f = route(static_cast<u8>(bdf >> 8), static_cast<u8>(bdf));
  if (!f) return ~0u;
  u32 value = 0;
  __builtin_memcpy(&value, &f->config[offset], bytes);
  return value;
}
void PciBus::config_write(u16 bdf, unsigned offset, unsigned bytes, u32 value) {
  PciFunction* f = route(static_cast<u8>(bdf >> 8), static_cast<u8>(bdf));
  for (unsigned i = 0; f && i < bytes; ++i) {
    const u8 mask = f->writable[offset + i];
    f->config[offset + i] = static_cast<u8>((f->config[offset + i] & ~mask) | (value >> 8 * i & mask));
  }
}

u32 PciBus::in(u16 port, unsigned bytes) {
  if (port < 0xcfc) return address_;
  if (!(address_ >> 31)) return ~0u;
  return config_read(static_cast<u16>(address_ >> 8), (address_ & 0xfc) + (port & 3), bytes);
}
void PciBus::out(u16 port, unsigned bytes, u32 value) {
  if (port == 0xcf8 && bytes == 4) address_ = value;
  if (port >= 0xcfc && address_ >> 31) config_write(static_cast<u16>(address_ >> 8), (address_ & 0xfc) + (port & 3), bytes, value);
}

// ECAM is there when PCIEXBAR says so.
u64 PciBus::read(u64 offset, unsigned bytes) {
  const PciFunction* host = route(0, 0);
  if (!host || host->get<u64>(0x60) != 0xb0000001) return ~0ull;
  return bytes == 8 ? ~0ull : config_read(static_cast<u16>(offset >> 12), offset & 0xfff, bytes);
}
void PciBus::write(u64 offset, unsigned bytes, u64 value) {
  const PciFunction* host = route(0, 0);
  if (host && host->get<u64>(0x60) == 0xb0000001 && bytes <= 4)
    config_write(static_cast<u16>(offset >> 12), offset & 0xfff, bytes, static_cast<u32>(value));
}

}  // namespace fakes
