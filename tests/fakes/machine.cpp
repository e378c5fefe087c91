// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/machine.hpp"

#include <map>
#include <utility>
#include <vector>

#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"

namespace fakes {
static bool interrupts_on = false;
u64 descriptor_table = 0;

Counters counters;

namespace {
struct Ports {
  PortDevice* device;
  u16 first, last;
};
struct Window {
  MmioDevice* device;
  u64 base, bytes;
};
std::vector<Ports> ports;
std::vector<Window> windows;
std::map<std::pair<u32, u32>, arch::CpuidResult> cpuids;
std::map<u32, u64> msrs;
u64 clock = 0;
u64 cr3 = 0;

PortDevice* port_device(u16 port) {
  for (auto i = ports.rbegin(); i != ports.rend(); ++i)
    if (port >= i->first && port <= i->last) return i->device;
  return nullptr;
}
const Window* window(u64 address) {
  for (auto i = windows.rbegin(); i != windows.rend(); ++i)
    if (address >= i->base && address - i->base < i->bytes) return &*i;
  return nullptr;
}

template <class T>
T in(u16 port) {
  ++counters.port_reads;
  PortDevice* device = port_device(port);
  return static_cast<T>(device ? device->in(port, sizeof(T)) : ~0u);
}
template <class T>
void out(u16 port, T value) {
  ++counters.port_writes;
  if (PortDevice* device = port_device(port)) device->out(port, sizeof(T), value);
}
template <class T>
T read(u64 address) {
  ++counters.mmio_reads;
  const Window* w = window(address);
  return static_cast<T>(w ? w->device->read(address - w->base, sizeof(T)) : ~0ull);
}
template <class T>
void write(u64 address, T value) {
  ++counters.mmio_writes;
  if (const Window* w = window(address)) w->device->write(address - w->base, sizeof(T), value);
}
}  // namespace

void attach(PortDevice& device, u16 first, u16 last) { ports.push_back({&device, first, last}); }
void attach(MmioDevice& device, u64 base, u64 bytes) { windows.push_back({&device, base, bytes}); }
void detach(MmioDevice& device) {
  std::erase_if(windows, [&](const Window& w) { return w.device == &device; });
}
void forget_devices() {
  ports.clear();
  windows.clear();
  cpuids.clear();
  counters = {};
}
void set_cr3(u64 root) { cr3 = root; }
void set_cpuid(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx) { cpuids[{leaf, subleaf}] = {eax, ebx, ecx, edx}; }

}  // namespace fakes

namespace arch {

u8 in8(u16 port) { return fakes::in<u8>(port); }
u16 in16(u16 port) { return fakes::in<u16>(port); }
u32 in32(u16 port) { return fakes::in<u32>(port); }
void out8(u16 port, u8 value) { fakes::out(port, value); }
void out16(u16 port, u16 value) { fakes::out(port, value); }
void out32(u16 port, u32 value) { fakes::out(port, value); }
u8 read8(u64 a) { return fakes::read<u8>(a); }
u16 read16(u64 a) { return fakes::read<u16>(a); }
u32 read32(u64 a) { return fakes::read<u32>(a); }
u64 read64(u64 a) { return fakes::read<u64>(a); }
void write8(u64 a, u8 v) { fakes::write(a, v); }
void write16(u64 a, u16 v) { fakes::write(a, v); }
void write32(u64 a, u32 v) { fakes::write(a, v); }
void write64(u64 a, u64 v) { fakes::write(a, v); }

CpuidResult cpuid(u32 leaf, u32 subleaf) {
  auto found = fakes::cpuids.find({leaf, subleaf});
  return found == fakes::cpuids.end() ? CpuidResult{} : found->second;
}
u64 read_msr(u32 index) { return fakes::msrs[index]; }
void write_msr(u32 index, u64 value) { fakes::msrs[index] = value; }
u64 read_tsc() { return fakes::clock += 1000; }
bool read_random(u64& value) {
  value = fakes::clock++ * 0x9e3779b97f4a7c15;
  return true;
}
u64 read_cr0() { return 0; }
u64 read_cr3() { return fakes::cr3; }
DescriptorTable read_gdt() { return {0, fakes::descriptor_table}; }
u64 read_cr4() { return 0; }
u64 read_xcr0() { return 1; }
u64 read_rflags() { return fakes::interrupts_on ? 1 << 9 : 0; }
void halt() {}
void pause() {}
void fence() {}
void enable_interrupts() { fakes::interrupts_on = true; }
void disable_interrupts() { fakes::interrupts_on = false; }
void stop() { throw fakes::Stopped(); }

}  // namespace arch
