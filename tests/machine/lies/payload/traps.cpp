// SPDX-License-Identifier: BSD-2-Clause-Patent
// An EFI application that is third-party code to the firmware: what it does traps, and what it gets is checked. Its status
// names the first check that failed.
using u8 = unsigned char;
using u32 = unsigned;
using u64 = unsigned long long;

// QEMU takes a kernel for at least five sectors long.
[[gnu::used]] static const char padding[8192] = {1};

namespace {

struct Cpuid {
  u32 eax, ebx, ecx, edx;
};
Cpuid cpuid(u32 leaf, u32 subleaf = 0) {
  Cpuid r;
  asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}
u64 read_msr(u32 index) {
  u32 low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
  return u64{high} << 32 | low;
}
void write_msr(u32 index, u64 value) {
  asm volatile("wrmsr" : : "c"(index), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)));
}

constexpr u32 default_memory_type = 0x2ff;
constexpr u32 vendor_auth = 0x68747541;  // "Auth"

u64 check_cpuid() {
  if (cpuid(0).ebx != vendor_auth) return 1;
  u64 cr4;
  asm volatile("mov %%cr4, %0" : "=r"(cr4));
  if ((cpuid(1).ecx >> 27 & 1) != (cr4 >> 18 & 1)) return 2;
  const Cpuid sev = cpuid(0x8000'001f);
  if ((sev.eax & 0x1a) != 0x1a || (sev.ebx & 63) != 47) return 3;
  const Cpuid state = cpuid(0xd);
  if (state.ebx != 0x240) return 4;
  cpuid(0xb);
  cpuid(0x8000'001e);
  const Cpuid unknown = cpuid(0x4321'0000);
  return unknown.eax | unknown.ebx | unknown.ecx | unknown.edx ? 5 : 0;
}

u64 check_registers() {
  const u64 type = read_msr(default_memory_type);
  write_msr(default_memory_type, type);
  if (read_msr(default_memory_type) != type) return 6;
  u64 dr7;
  asm volatile("mov %%dr7, %0" : "=r"(dr7));
  if (dr7 != 0x400) return 7;
  asm volatile("mov %0, %%dr7" : : "r"(dr7));
  asm volatile("wbinvd" : : : "memory");
  return 0;
}

u64 check_ports() {
  constexpr unsigned short diagnostic = 0x80, cmos_index = 0x70, cmos_data = 0x71;
  u8 text[] = {1, 2, 3, 4};
  const u8* from = text;
  u64 count = sizeof text;
  asm volatile("outb %b0, %w1" : : "a"(0xa5), "Nd"(diagnostic));
  asm volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(diagnostic) : "memory");
  if (count || from != text + sizeof text) return 8;
  u8 value = 0;
  asm volatile("outb %b0, %w1" : : "a"(0x0f), "Nd"(cmos_index));
  asm volatile("inb %w1, %b0" : "=a"(value) : "Nd"(cmos_data));
  return value ? 9 : 0;
}

// A device's registers by plain and by string instructions: the HPET's capabilities, and its counter, which stands.
u32 read(u64 address) {
  u32 value;
  asm volatile("movl (%1), %0" : "=r"(value) : "r"(address));
  return value;
}
u64 check_device() {
  constexpr u64 hpet = 0xfed0'0000, counter = hpet + 0xf0;
  const u32 capabilities = read(hpet);
  u32 copies[2] = {}, loaded = 0;
  u64 from = hpet, to = reinterpret_cast<u64>(copies), count = 2;
  asm volatile("rep movsl" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
  if (count || from != hpet + 8 || copies[0] != capabilities || copies[1] != read(hpet + 4)) return 10;
  from = hpet;
  asm volatile("lodsl" : "+S"(from), "=a"(loaded) : : "memory");
  if (loaded != capabilities || capabilities >> 16 != 0x8086) return 11;
  to = counter;
  asm volatile("stosl" : "+D"(to) : "a"(0x1234'5678) : "memory");
  if (read(counter) != 0x1234'5678) return 12;
  copies[0] = 0x9abc'def0;
  from = reinterpret_cast<u64>(copies), to = counter;
  asm volatile("movsl" : "+S"(from), "+D"(to) : : "memory");
  return read(counter) == 0x9abc'def0 ? 0 : 13;
}

// What takes the host's clocks: whatever they say, it comes back [uefi §7.5, §8.3].
template <class Function>
Function service(const u8* table, unsigned offset) {
  return reinterpret_cast<Function>(*reinterpret_cast<void* const*>(table + offset));
}
u64 check_clocks(const u8* system_table) {
  constexpr unsigned runtime_services = 88, boot_services = 96, get_time = 24, stall = 248;
  u8 time[16];
  const u64 status = service<u64 (*)(u8*, void*)>(service<const u8*>(system_table, runtime_services), get_time)(time, nullptr);
  if (!status && (time[2] < 1 || time[2] > 12 || time[3] < 1 || time[3] > 31)) return 14;  // month and day
  return service<u64 (*)(u64)>(service<const u8*>(system_table, boot_services), stall)(2000) ? 15 : 0;
}

// Random numbers, where there are any [uefi §37.5].
u64 check_random(const u8* system_table) {
  constexpr unsigned boot_services = 96, locate_protocol = 320;
  static const u8 rng_guid[16] = {0xa5, 0xbc, 0x52, 0x31, 0xde, 0xea, 0x3d, 0x43, 0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44};
  const u8* rng = nullptr;
  if (service<u64 (*)(const u8*, void*, const u8**)>(service<const u8*>(system_table, boot_services), locate_protocol)(rng_guid, nullptr, &rng)) return 0;
  u64 numbers[4] = {};
  if (service<u64 (*)(const u8*, const u8*, u64, void*)>(rng, sizeof(void*))(rng, nullptr, sizeof numbers, numbers)) return 0;
  return numbers[0] == numbers[1] && numbers[2] == numbers[3] ? 16 : 0;
}

}  // namespace

extern "C" u64 efi_main(void*, const u8* system_table) {
  if (const u64 wrong = check_cpuid()) return wrong;
  if (const u64 wrong = check_registers()) return wrong;
  if (const u64 wrong = check_ports()) return wrong;
  if (const u64 wrong = check_device()) return wrong;
  if (const u64 wrong = check_clocks(system_table)) return wrong;
  if (const u64 wrong = check_random(system_table)) return wrong;
  asm volatile("outb %b0, %w1" : : "a"(0), "Nd"(0xed));  // for who has no serial port
  return 0;
}
