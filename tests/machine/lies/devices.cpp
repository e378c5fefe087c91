// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/svm/views.hpp"

// Devices: PCI configuration space, clocks, the interrupt controller, the serial port.
namespace lies {

namespace {

using svm::Vcpu;

u64 random(u64 seed) {
  static u64 state = seed;
  state = state * 6364136223846793005 + 1442695040888963407;
  return state >> 20;
}
u64 truncated(u64 value, unsigned bytes) { return bytes >= 8 ? value : value & ((1ull << 8 * bytes) - 1); }

// ---- PCI configuration space, by ports and by ECAM ----
struct Config {
  u32 bus, device, function, offset;
  bool is(u32 d, u32 f) const { return bus == 0 && device == d && function == f; }
  bool in_bars() const { return offset >= 0x10 && offset < 0x28; }
};
using Read = u64 (*)(const Config& at, unsigned bytes, u64 value);
constexpr u64 ecam = 0xb000'0000, ecam_bytes = 0x1000'0000;
u32 config_address;

void note_address(Vcpu&, u16 port, unsigned bytes, u32 value) {
  if (port == 0xcf8 && bytes == 4) config_address = value;
}
u64 answer(const Config& at, unsigned bytes, u64 value, Read read) {
  const u64 said = truncated(read(at, bytes, value), bytes);
  if (said != value) told();
  return said;
}
template <Read read>
void config_port(Vcpu&, u16 port, unsigned bytes, u32& value) {
  if ((port & ~3) != 0xcfc) return;
  const Config at{config_address >> 16 & 255, config_address >> 11 & 31, config_address >> 8 & 7, (config_address & 0xfc) | (port & 3u)};
  value = static_cast<u32>(answer(at, bytes, value, read));
}
template <Read read>
void config_ecam(Vcpu&, u64 gpa, unsigned bytes, u64& value) {
  if (gpa - ecam >= ecam_bytes) return;
  const u32 at = static_cast<u32>(gpa - ecam);
  value = answer({at >> 20, at >> 15 & 31, at >> 12 & 7, at & 0xfff}, bytes, value, read);
}

// A field of the header, wherever the read that covers it begins.
u64 with_field(const Config& at, unsigned bytes, u64 value, u32 field, unsigned size, u64 said) {
  for (unsigned i = 0; i < size; ++i) {
    const u32 byte = field + i - at.offset;
    if (byte < bytes) value = (value & ~(0xffull << 8 * byte)) | (said >> 8 * i & 0xff) << 8 * byte;
  }
  return value;
}

u64 all_ones(const Config&, unsigned, u64) { return ~0ull; }
u64 all_zeros(const Config&, unsigned, u64) { return 0; }
u64 changing_bars(const Config& at, unsigned, u64 value) { return at.in_bars() && at.device ? random(11) : value; }
u64 huge_bars(const Config& at, unsigned, u64 value) {
  if (!at.in_bars() || !at.device) return value;
  return at.offset % 8 ? 0x8000'0000 : 0xc;  // 64 bits, prefetchable, 2^63 bytes
}
u64 zero_bars(const Config& at, unsigned, u64 value) { return at.in_bars() ? 0 : value; }
u64 bars_that_stay(const Config& at, unsigned, u64 value) { return at.in_bars() && at.device ? 0x80b000 : value; }  // the secrets page
u64 capability_circle(const Config& at, unsigned bytes, u64 value) {
  if (!at.device) return value;
  value = with_field(at, bytes, value, 6, 1, 0x10);  // status: there is a list
  value = with_field(at, bytes, value, 0x34, 1, 0x40);
  return with_field(at, bytes, value, 0x40, 2, 0x4009);  // vendor capability, next: itself
}
u64 capability_chain(const Config& at, unsigned bytes, u64 value) {
  if (!at.device || at.offset < 0x34) return value;
  if (at.offset >= 0x100) return 0x1001'0001 | u64{(at.offset + 4) & 0xffc} << 20;  // extended ones, one every four bytes
  return with_field(at, bytes, value, at.offset & ~3u, 2, u64{(at.offset + 4) & 0xfc} << 8 | 9);
}
u64 ghosts(const Config& at, unsigned bytes, u64 value) {
  if (at.bus || truncated(value, bytes) != truncated(~0ull, bytes)) return at.bus ? value : with_field(at, bytes, value, 0xe, 1, 0x80);
  value = 0;
  value = with_field(at, bytes, value, 0, 4, 0x5678'1af4);
  return with_field(at, bytes, value, 0xe, 1, 0x80);
}
u64 bridges_everywhere(const Config& at, unsigned bytes, u64 value) {
  if (at.bus == 0 && (at.device == 0 || at.device == 31)) return value;
  if (at.function) return ~0ull;
  value = with_field(at, bytes, 0, 0, 4, 0x0001'1b36);
  value = with_field(at, bytes, value, 0xa, 2, 0x0604);
  return with_field(at, bytes, value, 0xe, 1, 1);
}
u64 bridge_numbers_stand(const Config& at, unsigned bytes, u64 value) {
  return with_field(at, bytes, bridges_everywhere(at, bytes, value), 0x18, 3, 0);  // every bus is bus 0
}
u64 random_space(const Config& at, unsigned, u64 value) { return at.is(0, 0) || at.is(31, 0) ? value : random(12); }
u64 random_chipset(const Config& at, unsigned, u64 value) { return (at.is(0, 0) || at.is(31, 0)) && at.offset >= 4 ? random(13) : value; }
u64 no_chipset(const Config& at, unsigned bytes, u64 value) { return at.is(0, 0) ? with_field(at, bytes, value, 0, 4, 0x1237'1234) : value; }

// ---- Ports ----
template <u16 which, u32 (*change)(u32 value)>
void port(Vcpu& v, u16 port, unsigned, u32& value) {
  if (port != which) return;
  value = change(value);
  told(v);
}
constexpr u16 pm_timer = 0x608, cmos = 0x71, serial_status = 0x3fd, serial_scratch = 0x3ff, debug_console = 0x402;
u32 zeros(u32) { return 0; }
u32 ones(u32) { return ~0u; }
u32 stands(u32) { return 0x1234; }
u32 backwards(u32 value) { return 0 - value; }
u32 jumps(u32) { return static_cast<u32>(random(14)); }
u32 any(u32) { return static_cast<u32>(random(15)); }

// The clock's registers, by the index last written to port 0x70.
u8 cmos_index;
void note_index(Vcpu&, u16 port, unsigned, u32 value) {
  if (port == 0x70) cmos_index = value & 0x7f;
}
template <u8 first, u8 last, u32 (*change)(u32 value)>
void clock(Vcpu& v, u16 port, unsigned, u32& value) {
  if (port != cmos || cmos_index < first || cmos_index > last) return;
  value = change(value) & 0xff;
  told(v);
}
u32 updating(u32 value) { return value | 0x80; }

// ---- The local interrupt controller ----
template <u64 (*change)(u64 value)>
void apic(Vcpu& v, u64 gpa, unsigned, u64& value) {
  if (gpa >> 12 != 0xfee00) return;
  value = change(value);
  told(v);
}
u64 ones_64(u64) { return ~0ull; }
u64 zeros_64(u64) { return 0; }
u64 any_64(u64) { return random(16); }

// ---- virtio-rng: its registers, and its used ring when it is notified [virtio §2.7.8, §4.1.4.3] ----
bool of_virtio(u64 gpa) { return gpa >= 4_GiB; }
template <u64 (*change)(u64 value)>
void virtio(Vcpu& v, u64 gpa, unsigned, u64& value) {
  if (!of_virtio(gpa)) return;
  value = change(value);
  told(v);
}
u64 needs_reset(u64 value) { return value | 0x40; }

struct [[gnu::packed]] UsedRing {
  u16 flags, index;
  struct { u32 id, length; } ring[8];
};
u64 used_ring;
bool notified;
void note_ring(Vcpu&, u64 exit_code, cc::sev::Ghcb& ghcb) {
  constexpr u64 queue_device = 0x30, notify = 0x3000;  // as QEMU lays the BAR out
  if (exit_code != static_cast<u64>(cc::sev::Exit::mmio_write) || !of_virtio(ghcb.exit_info_1)) return;
  const u64 offset = ghcb.exit_info_1 & 0x3fff, value = *reinterpret_cast<const u32*>(ghcb.shared_buffer);
  if (offset == queue_device) used_ring = (used_ring & ~0xffff'ffffull) | value;
  if (offset == queue_device + 4) used_ring = (used_ring & 0xffff'ffff) | value << 32;
  notified |= offset >= notify;
}
// At every exit from the first notification on: QEMU's own answer may come in between.
template <void (*change)(UsedRing& used)>
void used(Vcpu& v, u64, cc::sev::Ghcb&) {
  auto* at = static_cast<UsedRing*>(svm::views::pointer(used_ring, false));
  if (!notified || !at) return;
  change(*at);
  told(v);
}
void index_jumps(UsedRing& r) { r.index = 0x7fff; }
void index_back(UsedRing& r) { r.index = 0xffff; }
void id_outside(UsedRing& r) { r.index = 1, r.ring[0] = {0xffff'fff0, 16}; }
void longer(UsedRing& r) { r.index = 1, r.ring[0] = {0, 0xffff'ffff}; }

// ---- Private memory, called a device's ----
void mmio_of_private(Vcpu& v, u64 exit_code, cc::sev::Ghcb& ghcb) {
  if (exit_code != static_cast<u64>(cc::sev::Exit::mmio_read)) return;
  ghcb.scratch = 0x80b000;
  told(v);
}

}  // namespace

#define CONFIG_LIE(text, read) {.name = text, .port_in = config_port<read>, .port_out = note_address, .mmio_read = config_ecam<read>}
#define CLOCK_LIE(text, ...) {.name = text, .port_in = clock<__VA_ARGS__>, .port_out = note_index}

const Scenario device_lies[] = {
    CONFIG_LIE("pci-all-ones", all_ones),
    CONFIG_LIE("pci-all-zeros", all_zeros),
    CONFIG_LIE("pci-no-chipset", no_chipset),
    CONFIG_LIE("pci-bars-change", changing_bars),
    CONFIG_LIE("pci-bars-huge", huge_bars),
    CONFIG_LIE("pci-bars-zero", zero_bars),
    CONFIG_LIE("pci-bars-at-secrets", bars_that_stay),
    CONFIG_LIE("pci-capability-circle", capability_circle),
    CONFIG_LIE("pci-capability-chain", capability_chain),
    CONFIG_LIE("pci-ghosts", ghosts),
    CONFIG_LIE("pci-bridges-everywhere", bridges_everywhere),
    CONFIG_LIE("pci-bridge-numbers-stand", bridge_numbers_stand),
    CONFIG_LIE("pci-random", random_space),
    CONFIG_LIE("pci-chipset-random", random_chipset),
    {.name = "timer-stands", .port_in = port<pm_timer, stands>},
    {.name = "timer-all-ones", .port_in = port<pm_timer, ones>},
    {.name = "timer-backwards", .port_in = port<pm_timer, backwards>},
    {.name = "timer-jumps", .port_in = port<pm_timer, jumps>},
    CLOCK_LIE("clock-always-updating", 0x0a, 0x0a, updating),
    CLOCK_LIE("clock-all-ones", 0x00, 0x0d, ones),
    CLOCK_LIE("clock-all-zeros", 0x00, 0x0d, zeros),
    CLOCK_LIE("clock-random", 0x00, 0x0d, any),
    {.name = "apic-all-ones", .mmio_read = apic<ones_64>},
    {.name = "apic-all-zeros", .mmio_read = apic<zeros_64>},
    {.name = "apic-random", .mmio_read = apic<any_64>},
    {.name = "serial-never-ready", .port_in = port<serial_status, zeros>},
    {.name = "serial-all-ones", .port_in = port<serial_status, ones>},
    {.name = "serial-random", .port_in = port<serial_status, any>},
    {.name = "serial-missing", .port_in = port<serial_scratch, zeros>},
    {.name = "debug-console-made-up", .port_in = port<debug_console, [](u32) { return 0xe9u; }>},
    {.name = "virtio-all-ones", .mmio_read = virtio<ones_64>},
    {.name = "virtio-all-zeros", .mmio_read = virtio<zeros_64>},
    {.name = "virtio-random", .mmio_read = virtio<any_64>},
    {.name = "virtio-needs-reset", .mmio_read = virtio<needs_reset>},
    {.name = "virtio-used-jumps", .page_request = note_ring, .page_reply = used<index_jumps>},
    {.name = "virtio-used-back", .page_request = note_ring, .page_reply = used<index_back>},
    {.name = "virtio-used-id", .page_request = note_ring, .page_reply = used<id_outside>},
    {.name = "virtio-used-length", .page_request = note_ring, .page_reply = used<longer>},
    {.name = "mmio-answer-at-secrets", .page_reply = mmio_of_private},
    {},
};

}  // namespace lies
