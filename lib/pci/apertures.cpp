// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/apertures.hpp"

#include "lib/cc/platform.hpp"
#include "lib/base/endian.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/pci/host_bridge.hpp"

namespace pci {
namespace {

// Below 4 GiB from here: I/O APIC, HPET, RCBA and TPM (0xfed00000), local APIC and MSI, firmware flash.
constexpr u64 fixed_devices = 0xfc00'0000;
constexpr u64 least_base = 2_GiB;
constexpr u64 low_alignment = 16_MiB, high_alignment = 1_GiB;
constexpr unsigned least_bits = 36, most_bits = 46, most_bits_without_1g = 40;

Aperture make(u64 base, u64 limit) { return base < limit ? Aperture{base, limit, base} : Aperture{}; }

u64 read_u64(std::string_view name) {
  auto file = fw_cfg::find(name);
  u8 raw[8] = {};
  if (!file || file->size != sizeof raw) return 0;
  fw_cfg::read(file->key, raw);
  return load_le<u64>(raw);
}

// A decimal number of MiB, as text.
u64 read_megabytes(std::string_view name) {
  auto file = fw_cfg::find(name);
  u8 raw[12] = {};
  if (!file || file->size == 0 || file->size >= sizeof raw) return 0;
  fw_cfg::read(file->key, {raw, file->size});
  u64 value = 0;
  for (u32 i = 0; i < file->size && raw[i] != 0 && raw[i] != '\n'; ++i) {
    if (raw[i] < '0' || raw[i] > '9') return 0;
    value = value * 10 + (raw[i] - '0');
  }
  return value << 20;
}

}  // namespace

void read_host_wishes(Machine& machine) {
  machine.reserved_memory_end = read_u64("etc/reserved-memory-end");
  machine.extra_roots = read_u64("etc/extra-pci-roots");
  machine.wanted_memory64 = read_megabytes("opt/ovmf/X-PciMmio64Mb");
}

unsigned usable_address_bits() {
  constexpr u32 address_sizes = 0x8000'0008, features = 0x8000'0001;
  const u32 highest = cc::cpuid(0x8000'0000, 0).eax;
  if (highest < address_sizes) return least_bits;
  const u32 sizes = cc::cpuid(address_sizes, 0).eax;
  const unsigned host = sizes & 0xff, guest = sizes >> 16 & 0xff;
  const unsigned bits = guest ? guest : host;
  const bool gigabyte_pages = cc::cpuid(features, 0).edx >> 26 & 1;
  const unsigned most = gigabyte_pages ? most_bits : most_bits_without_1g;
  return bits < least_bits ? least_bits : bits > most ? most : bits;
}

// The chipsets' own ports lie below, QEMU's hotplug registers of the pc machine at 0xae00 to 0xafff.
Aperture io_aperture(Chipset chipset) { return make(chipset == Chipset::q35 ? 0x6000 : 0xc000, 0x10000); }

Aperture memory_aperture(Chipset chipset, const Machine& machine) {
  u64 base = align_up(machine.top_of_low_ram.raw(), low_alignment);
  if (base < least_base) base = least_base;
  const u64 behind_ecam = (q35_ecam + ecam_bytes).raw();
  if (chipset == Chipset::q35 && base < behind_ecam) base = behind_ecam;
  return make(base, fixed_devices);
}

// An eighth of the address space, directly above all that is or may become RAM: close enough for IOMMUs that
// reach less far than the processor says.
Aperture memory64_aperture(const Machine& machine) {
  const u64 bits = 1ull << machine.address_bits, reserved = machine.device_space.end().raw(), space = bits < reserved ? bits : reserved;
  u64 base = machine.top_of_ram > machine.device_space.start() ? machine.top_of_ram.raw() : machine.device_space.start().raw();
  if (machine.reserved_memory_end > base) base = machine.reserved_memory_end;
  if (base >= space) return {};
  base = align_up(base, high_alignment);
  if (base >= space) return {};
  const u64 size = align_up(machine.wanted_memory64 ? machine.wanted_memory64 : bits / 8, high_alignment);
  return make(base, size < space - base ? base + size : space);
}

}  // namespace pci
