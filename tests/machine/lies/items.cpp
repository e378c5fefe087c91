// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/io.hpp"
#include "lib/base/endian.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/svm/views.hpp"

// What fw_cfg holds, and how its DMA interface answers.
namespace lies {

namespace {

using svm::Vcpu;

constexpr u16 key_signature = 0, key_cpus = 5, key_kernel_size = 8, key_initrd_size = 0xb, key_max_cpus = 0xf, key_kernel = 0x11,
              key_cmdline_size = 0x14, key_cmdline = 0x15, key_setup_size = 0x17, key_setup = 0x18, key_directory = 0x19;
constexpr u32 entry_bytes = 64, max_files = 64;

struct [[gnu::packed]] Entry {
  Be<u32> size;
  Be<u16> key;
  u16 reserved;
  char name[56];
};
static_assert(sizeof(Entry) == entry_bytes);
Entry directory[max_files];

void read_directory() {
  constexpr u16 select = 0x510, data = 0x511;
  arch::out16(select, key_directory);
  for (u32 i = 0; i < 4; ++i) arch::in8(data);
  for (u32 i = 0; i < sizeof directory; ++i) reinterpret_cast<u8*>(directory)[i] = arch::in8(data);
  arch::out16(select, 0);
}

using Change = u8 (*)(u32 offset, u8 value);

u8 told_byte(u8 honest, u8 said) {
  if (honest != said) told();
  return said;
}

// The bytes of one item, replaced.
template <u16 which, Change change>
u8 item(u16 key, u32 offset, u8 value) { return key == which ? told_byte(value, change(offset, value)) : value; }

// The bytes of a file, by its name.
template <usize length>
struct Name {
  char text[length];
  consteval Name(const char (&from)[length]) { __builtin_memcpy(text, from, length); }
};
template <Name name>
u16 key_of() {
  static u16 key;
  if (!directory[0].key) read_directory();
  for (const Entry& e : directory)
    if (!key && !__builtin_memcmp(e.name, name.text, sizeof name.text)) key = e.key;
  return key;
}
template <Name name>
void find() { (void)key_of<name>(); }
template <Name name, Change change>
u8 file(u16 key, u32 offset, u8 value) { return key == key_of<name>() ? told_byte(value, change(offset, value)) : value; }

// A file's directory entry.
template <Name name, u32 size>
u8 size_of(u16 key, u32 offset, u8 value) {
  if (key != key_directory || offset < 4) return value;
  const Entry& e = directory[(offset - 4) / entry_bytes % max_files];
  const u32 at = (offset - 4) % entry_bytes;
  if (at >= 4 || e.key != key_of<name>()) return value;
  return told_byte(value, static_cast<u8>(size >> (24 - 8 * at)));
}

u8 ones(u32, u8) { return 0xff; }
u8 zeros(u32, u8) { return 0; }
template <u32 at>
u8 flipped_at(u32 offset, u8 value) { return offset == at ? value ^ 1 : value; }
template <u64 number>
u8 little(u32 offset, u8) { return offset < 8 ? static_cast<u8>(number >> 8 * offset) : u8{0}; }
template <u32 number>
u8 big(u32 offset, u8 value) { return offset < 4 ? static_cast<u8>(number >> (24 - 8 * offset)) : value; }
// Another byte at every reading.
u8 changing(u32, u8 value) {
  static u8 reading;
  return static_cast<u8>(value + ++reading);
}
template <u64 seed>
u8 random(u32, u8) {
  static u64 state = seed;
  state = state * 6364136223846793005 + 1442695040888963407;
  return static_cast<u8>(state >> 33);
}

// Parts of directory entries.
u8 names_unterminated(u32 offset, u8 value) { return offset >= 4 && (offset - 4) % entry_bytes >= 8 ? u8{'A'} : value; }
u8 sizes_huge(u32 offset, u8 value) { return offset >= 4 && (offset - 4) % entry_bytes < 4 ? u8{0xff} : value; }
u8 keys_same(u32 offset, u8 value) {
  const u32 at = (offset - 4) % entry_bytes;
  return offset < 4 ? value : at == 4 ? u8{0} : at == 5 ? static_cast<u8>(key_directory) : value;
}
// What PEI read is not what DXE reads.
u8 other_later(u32 offset, u8 value) {
  static unsigned readings;
  if (offset == 0) ++readings;
  return readings > 1 && offset >= 4 && (offset - 4) % entry_bytes < 6 ? static_cast<u8>(value ^ 0x11) : value;
}

// The memory map, said in place of the honest one; it keeps its length.
struct [[gnu::packed]] Ram {
  u64 base, bytes;
  u32 type;
};
constexpr Ram honest{0, 128_MiB, 1};
template <Ram second, Ram first = honest>
u8 map(u32 offset, u8) {
  static constexpr Ram list[] = {first, second};
  return offset < sizeof list ? reinterpret_cast<const u8*>(list)[offset] : u8{0};
}

// Commands of the table loader [qemu hw/acpi/bios-linker-loader.c], in place of the n-th.
struct [[gnu::packed]] Command {
  u32 command;
  char first[56];
  union {
    struct { u32 align; u8 zone; } allocate;
    struct [[gnu::packed]] { char source[56]; u32 offset; u8 bytes; } pointer;
    struct { u32 result, start, length; } checksum;
    struct [[gnu::packed]] { char source[56]; u32 destination_offset, source_offset; u8 bytes; } write;
    u8 raw[68];
  };
};
static_assert(sizeof(Command) == 128);
template <void (*make)(Command&), u32 nth>
u8 command(u32 offset, u8 value) {
  static Command c;
  if (offset / sizeof(Command) != nth) return value;
  if (!c.command) make(c);
  return reinterpret_cast<const u8*>(&c)[offset % sizeof(Command)];
}
void set_name(char* to, const char* name) { __builtin_memcpy(to, name, __builtin_strlen(name)); }
constexpr const char* tables = "etc/acpi/tables";
constexpr u32 secrets_page = 0x80b000;
void pointer_into_secrets(Command& c) { c.command = 2, set_name(c.first, tables), set_name(c.pointer.source, tables), c.pointer.offset = secrets_page, c.pointer.bytes = 8; }
void pointer_at_end(Command& c) { c.command = 2, set_name(c.first, tables), set_name(c.pointer.source, tables), c.pointer.offset = 0xffff'fffc, c.pointer.bytes = 8; }
void pointer_of_3_bytes(Command& c) { c.command = 2, set_name(c.first, tables), set_name(c.pointer.source, tables), c.pointer.bytes = 3; }
void pointer_unknown_file(Command& c) { c.command = 2, set_name(c.first, "etc/no such file"), set_name(c.pointer.source, tables), c.pointer.bytes = 8; }
void name_unterminated(Command& c) { c.command = 2, __builtin_memset(c.first, 'A', 56), __builtin_memset(c.pointer.source, 'A', 56), c.pointer.bytes = 8; }
void checksum_outside(Command& c) { c.command = 3, set_name(c.first, tables), c.checksum.result = 9, c.checksum.start = 0, c.checksum.length = 0xffff'ffff; }
void checksum_result_outside(Command& c) { c.command = 3, set_name(c.first, tables), c.checksum.result = secrets_page, c.checksum.length = 16; }
void allocate_kernel(Command& c) { c.command = 1, set_name(c.first, "etc/e820"), c.allocate.align = 0x4000'0000, c.allocate.zone = 1; }
void allocate_odd(Command& c) { c.command = 1, set_name(c.first, tables), c.allocate.align = 3, c.allocate.zone = 1; }
void write_outside(Command& c) { c.command = 4, set_name(c.first, "etc/vmgenid_addr"), set_name(c.write.source, tables), c.write.source_offset = 0xffff'ff00, c.write.bytes = 8; }
void unknown_command(Command& c) { c.command = 0xdead'beef; }

// fw_cfg's DMA interface: what the structure says once QEMU has done the work.
struct DmaAccess {
  Be<u32> control, length;
  Be<u64> address;
};
template <void (*change)(DmaAccess&)>
void after_dma(Vcpu& v, u16 port, unsigned bytes, u32 value) {
  static u64 address;
  if (bytes == 4 && port == 0x514) address = u64{swap_be(value)} << 32;
  if (bytes != 4 || port != 0x518) return;
  auto* access = static_cast<DmaAccess*>(svm::views::pointer(address | swap_be(value), false));
  address = 0;
  if (!access) return;
  change(*access);
  told(v);
}
void fails(DmaAccess& a) { a.control = 1; }
void stands(DmaAccess& a) { a.control = 2; }
void every_bit(DmaAccess& a) { a.control = ~0u; }
void moves(DmaAccess& a) { a.address = secrets_page, a.length = 4096; }
void writes_nothing(DmaAccess& a) {
  const u64 to = a.address;
  for (u32 i = 0; i < a.length; ++i)
    if (auto* at = static_cast<u8*>(svm::views::pointer(to + i, false))) *at = 0x5a;
}

// The table of kernel hashes [qemu target/i386/sev.c].
constexpr u32 hashes_at = 0xc00;
template <void (*change)(u8* table)>
void hashes(u8* page) { change(page + hashes_at), told(); }
void another_guid(u8* t) { t[0] ^= 1; }
template <u16 length>
void table_length(u8* t) { t[16] = static_cast<u8>(length), t[17] = length >> 8; }
void entry_guid(u8* t) { t[18] ^= 1; }
template <u16 length>
void first_entry_length(u8* t) { t[18 + 16] = static_cast<u8>(length), t[18 + 17] = length >> 8; }
void entries_same(u8* t) { __builtin_memcpy(t + 18 + 50, t + 18, 50); }
void command_line_hash(u8* t) { t[18 + 18] ^= 1; }

}  // namespace

#define E820_LIE(text, ...) {.name = text, .start = find<"etc/e820">, .item = file<"etc/e820", map<__VA_ARGS__>>}
#define LOADER_LIE(text, make, nth) {.name = text, .start = find<"etc/table-loader">, .item = file<"etc/table-loader", command<make, nth>>}

const Scenario item_lies[] = {
    {.name = "fw-cfg-missing", .item = item<key_signature, ones>},
    {.name = "directory-4g-files", .item = item<key_directory, big<~0u>>},
    {.name = "directory-empty", .item = item<key_directory, big<0>>},
    {.name = "directory-names-unterminated", .item = item<key_directory, names_unterminated>},
    {.name = "directory-sizes-4g", .item = item<key_directory, sizes_huge>},
    {.name = "directory-keys-same", .item = item<key_directory, keys_same>},
    {.name = "directory-changes", .item = item<key_directory, other_later>},
    {.name = "directory-random", .item = item<key_directory, random<1>>},
    {.name = "dma-fails", .port_out = after_dma<fails>},
    {.name = "dma-stands", .port_out = after_dma<stands>},
    {.name = "dma-every-bit", .port_out = after_dma<every_bit>},
    {.name = "dma-moves", .port_out = after_dma<moves>},
    {.name = "dma-writes-nothing", .port_out = after_dma<writes_nothing>},
    E820_LIE("e820-wraps", Ram{4096, ~0ull - 4095, 1}),
    E820_LIE("e820-wraps-reserved", Ram{0x80'0000, ~0ull, 2}),
    E820_LIE("e820-sec-reserved", Ram{0x80'0000, 0x4'0000, 2}),
    E820_LIE("e820-sec-twice", Ram{0x80'0000, 0x4'0000, 1}),
    E820_LIE("e820-secrets-reserved", Ram{0x80'b000, 0x2000, 2}),
    E820_LIE("e820-secrets-absent", Ram{0x80'd000, 128_MiB - 0x80'd000, 1}, Ram{0, 0x80'b000, 1}),
    E820_LIE("e820-flash", Ram{0xffc0'0000, 4_MiB, 1}),
    E820_LIE("e820-apic", Ram{0xfec0'0000, 0x30'0000, 1}),
    E820_LIE("e820-pci-window", Ram{0xc000'0000, 0x1000'0000, 1}),
    E820_LIE("e820-ecam", Ram{0xb000'0000, 0x1000'0000, 1}),
    E820_LIE("e820-beyond-c-bit", Ram{1ull << 47, 1_GiB, 1}),
    E820_LIE("e820-beyond-processor", Ram{1ull << 45, 1_GiB, 1}),
    E820_LIE("e820-more-than-there-is", Ram{128_MiB, 3_GiB - 128_MiB, 1}),
    E820_LIE("e820-high-that-is-not", Ram{4_GiB, 64_GiB, 1}),
    E820_LIE("e820-no-low-ram", Ram{4_GiB, 1_GiB, 1}, Ram{0, 0, 1}),
    E820_LIE("e820-tiny", Ram{0, 0, 1}, Ram{0, 4_MiB, 1}),
    E820_LIE("e820-unaligned", Ram{64_MiB + 123, 456, 2}),
    {.name = "e820-random", .start = find<"etc/e820">, .item = file<"etc/e820", random<2>>},
    {.name = "e820-size-4g", .start = find<"etc/e820">, .item = size_of<"etc/e820", ~0u>},
    {.name = "e820-size-7", .start = find<"etc/e820">, .item = size_of<"etc/e820", 7>},
    {.name = "cpus-none", .item = item<key_cpus, zeros>},
    {.name = "cpus-65535", .item = item<key_cpus, ones>},
    {.name = "max-cpus-65535", .item = item<key_max_cpus, ones>},
    {.name = "kernel-byte", .item = item<key_kernel, flipped_at<0x1000>>},
    {.name = "kernel-changing", .item = item<key_kernel, changing>},
    {.name = "setup-byte", .item = item<key_setup, flipped_at<0x3c>>},
    {.name = "kernel-hidden", .item = item<key_kernel_size, little<0>>},
    {.name = "kernel-size-4g", .item = item<key_kernel_size, little<~0u>>},
    {.name = "kernel-size-1", .item = item<key_kernel_size, little<1>>},
    {.name = "setup-size-4g", .item = item<key_setup_size, little<~0u>>},
    {.name = "setup-size-0", .item = item<key_setup_size, little<0>>},
    {.name = "initrd-made-up", .item = item<key_initrd_size, little<4096>>},
    {.name = "initrd-size-4g", .item = item<key_initrd_size, little<~0u>>},
    {.name = "command-line-byte", .item = item<key_cmdline, flipped_at<5>>},
    {.name = "command-line-hidden", .item = item<key_cmdline_size, little<0>>},
    {.name = "command-line-longer", .item = item<key_cmdline_size, little<4096>>},
    {.name = "command-line-4g", .item = item<key_cmdline_size, little<~0u>>},
    {.name = "hashes-another-guid", .hashes_page = hashes<another_guid>},
    {.name = "hashes-length-0", .hashes_page = hashes<table_length<0>>},
    {.name = "hashes-length-huge", .hashes_page = hashes<table_length<0xffff>>},
    {.name = "hashes-entry-unknown", .hashes_page = hashes<entry_guid>},
    {.name = "hashes-entry-length-0", .hashes_page = hashes<first_entry_length<0>>},
    {.name = "hashes-entry-length-huge", .hashes_page = hashes<first_entry_length<0xfff0>>},
    {.name = "hashes-entry-twice", .hashes_page = hashes<entries_same>},
    {.name = "hashes-of-another", .hashes_page = hashes<command_line_hash>},
    LOADER_LIE("loader-pointer-into-secrets", pointer_into_secrets, 3),
    LOADER_LIE("loader-pointer-at-end", pointer_at_end, 3),
    LOADER_LIE("loader-pointer-of-3-bytes", pointer_of_3_bytes, 3),
    LOADER_LIE("loader-pointer-to-nothing", pointer_unknown_file, 3),
    LOADER_LIE("loader-name-unterminated", name_unterminated, 3),
    LOADER_LIE("loader-checksum-outside", checksum_outside, 3),
    LOADER_LIE("loader-checksum-into-secrets", checksum_result_outside, 3),
    LOADER_LIE("loader-allocates-1g-aligned", allocate_kernel, 0),
    LOADER_LIE("loader-allocates-odd", allocate_odd, 0),
    LOADER_LIE("loader-write-outside", write_outside, 3),
    LOADER_LIE("loader-unknown-command", unknown_command, 3),
    {.name = "loader-random", .start = find<"etc/table-loader">, .item = file<"etc/table-loader", random<4>>},
    {.name = "loader-size-4g", .start = find<"etc/table-loader">, .item = size_of<"etc/table-loader", ~0u>},
    {.name = "loader-size-odd", .start = find<"etc/table-loader">, .item = size_of<"etc/table-loader", 129>},
    {.name = "tables-random", .start = find<"etc/acpi/tables">, .item = file<"etc/acpi/tables", random<5>>},
    {.name = "tables-changing", .start = find<"etc/acpi/tables">, .item = file<"etc/acpi/tables", changing>},
    {.name = "tables-size-4g", .start = find<"etc/acpi/tables">, .item = size_of<"etc/acpi/tables", ~0u>},
    {.name = "rsdp-random", .start = find<"etc/acpi/rsdp">, .item = file<"etc/acpi/rsdp", random<6>>},
    {.name = "rsdp-size-1", .start = find<"etc/acpi/rsdp">, .item = size_of<"etc/acpi/rsdp", 1>},
    {.name = "smbios-anchor-random", .start = find<"etc/smbios/smbios-anchor">, .item = file<"etc/smbios/smbios-anchor", random<7>>},
    {.name = "smbios-tables-random", .start = find<"etc/smbios/smbios-tables">, .item = file<"etc/smbios/smbios-tables", random<8>>},
    {.name = "smbios-tables-ones", .start = find<"etc/smbios/smbios-tables">, .item = file<"etc/smbios/smbios-tables", ones>},
    {.name = "smbios-tables-zeros", .start = find<"etc/smbios/smbios-tables">, .item = file<"etc/smbios/smbios-tables", zeros>},
    {.name = "smbios-size-4g", .start = find<"etc/smbios/smbios-tables">, .item = size_of<"etc/smbios/smbios-tables", ~0u>},
    {},
};

}  // namespace lies
