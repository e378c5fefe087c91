// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/smbios/smbios.hpp"

#include "lib/base/byte_sum.hpp"
#include "lib/base/endian.hpp"
#include "lib/log/log.hpp"
#include "lib/smbios/wire.hpp"

namespace smbios {
namespace {

constexpr u32 max_table_bytes = 1u << 20;
constexpr usize max_text = 64;
constexpr u32 table_offset = 32;  // behind the entry point
constexpr u32 bios_bytes_max = sizeof(BiosInformation) + 3 * (max_text + 1) + 1;
constexpr u32 end_bytes = sizeof(StructureHeader) + 2;

bool accept_21(const u8* raw, u32 have, Source& source) {
  if (have < sizeof(EntryPoint21) || __builtin_memcmp(raw, "_SM_", 4) != 0) return false;
  const auto e = load_le<EntryPoint21>(raw);
  if (e.length < sizeof e - 1 || e.length > have || __builtin_memcmp(e.intermediate_anchor, "_DMI_", 5) != 0) return false;
  if (e.table_bytes < source.table_bytes) source.table_bytes = e.table_bytes;
  source.major = e.major;
  source.minor = e.minor;
  return true;
}

bool accept_30(const u8* raw, u32 have, Source& source) {
  if (have < sizeof(EntryPoint30) || __builtin_memcmp(raw, "_SM3_", 5) != 0) return false;
  const auto e = load_le<EntryPoint30>(raw);
  if (e.length < sizeof e || e.length > have) return false;
  if (e.max_table_bytes < source.table_bytes) source.table_bytes = e.max_table_bytes;
  source.major = e.major;
  source.minor = e.minor;
  return true;
}

// The host's anchor tells version and length. It carries neither address nor checksum: QEMU leaves both to the firmware.
bool read_anchor(Source& source) {
  auto anchor = fw_cfg::find("etc/smbios/smbios-anchor");
  auto tables = fw_cfg::find("etc/smbios/smbios-tables");
  if (!anchor || !tables) return true;
  u8 raw[64] = {};
  const u32 have = anchor->size < sizeof raw ? anchor->size : sizeof raw;
  fw_cfg::read(anchor->key, {raw, have});
  source.tables = tables->key;
  source.table_bytes = tables->size;
  if (tables->size > max_table_bytes) return false;
  return accept_30(raw, have, source) || accept_21(raw, have, source);
}

u8* put_text(u8* at, std::string_view text) {
  // An empty string would end the string set.
  if (text.empty()) text = " ";
  if (text.size() > max_text) text = text.substr(0, max_text);
  __builtin_memcpy(at, text.data(), text.size());
  at[text.size()] = 0;
  return at + text.size() + 1;
}

u32 put_bios_information(u8* at, const Bios& bios, u16 handle) {
  const BiosInformation info{{type_bios_information, sizeof(BiosInformation), handle},
                             1,
                             2,
                             0,
                             3,
                             0,
                             characteristics_not_supported,
                             {0, extension_uefi | extension_virtual_machine},
                             bios.major,
                             bios.minor,
                             0xff,
                             0xff};
  __builtin_memcpy(at, &info, sizeof info);
  u8* end = put_text(at + sizeof info, bios.vendor);
  end = put_text(end, bios.version);
  end = put_text(end, bios.release_date);
  *end++ = 0;
  return static_cast<u32>(end - at);
}

void put_entry_point(u8* at, const Source& source, const u8* table, u32 bytes) {
  EntryPoint30 e{{'_', 'S', 'M', '3', '_'}, 0, sizeof(EntryPoint30), source.major, source.minor, 0, 1, 0, bytes, reinterpret_cast<u64>(table)};
  e.checksum = static_cast<u8>(0 - byte_sum({reinterpret_cast<const u8*>(&e), sizeof e}));
  __builtin_memcpy(at, &e, sizeof e);
}

}  // namespace

Source find_source() {
  Source source;
  if (!read_anchor(source)) {
    log::warning("smbios: the host's entry point is damaged, its tables are not used");
    source = {};
  }
  // The 64-bit entry point exists since version 3.0; older structures are valid in it [smbios §5.2].
  if (source.major < 3) source.major = 3, source.minor = 0;
  source.output_bytes = table_offset + bios_bytes_max + source.table_bytes + end_bytes;
  return source;
}

Walk walk(std::span<const u8> table) {
  Walk w;
  usize at = 0;
  while (table.size() - at >= sizeof(StructureHeader)) {
    const auto header = load_le<StructureHeader>(&table[at]);
    if (header.type == type_end_of_table) return w;
    usize end = at + header.length;
    if (header.length < sizeof header || end > table.size()) break;
    // The string set: up to two zero bytes in a row.
    while (end + 2 <= table.size() && (table[end] || table[end + 1])) ++end;
    if (end + 2 > table.size()) break;
    at = end + 2;
    w.bytes = static_cast<u32>(at);
    ++w.structures;
    if (header.handle > w.highest_handle) w.highest_handle = header.handle;
    if (header.type == type_bios_information) w.has_bios_information = true;
  }
  w.intact = at == table.size();
  return w;
}

Result<Gpa> build(const Source& source, std::span<u8> memory, const Bios& bios) {
  const Gpa base(reinterpret_cast<u64>(memory.data()));
  if (memory.size() < source.output_bytes || source.output_bytes < table_offset || !base.aligned(16)) return Error::invalid_parameter;
  u8* const table = memory.data() + table_offset;
  u8* const incoming = table + bios_bytes_max;
  if (source.table_bytes) fw_cfg::read(source.tables, {incoming, source.table_bytes});
  const Walk found = walk({incoming, source.table_bytes});
  if (!found.intact) log::warning("smbios: the host's tables are damaged after structure ", found.structures);

  // Handles 0xff00 and up have meanings of their own [smbios §6.1.2].
  const u32 handle = found.structures ? found.highest_handle + 1u : 0;
  u32 bytes = 0;
  if (!found.has_bios_information && handle < 0xff00) bytes = put_bios_information(table, bios, static_cast<u16>(handle));
  __builtin_memmove(table + bytes, incoming, found.bytes);
  bytes += found.bytes;
  const u8 end[end_bytes] = {type_end_of_table, sizeof(StructureHeader), 0xfe, 0xfe, 0, 0};
  __builtin_memcpy(table + bytes, end, sizeof end);
  put_entry_point(memory.data(), source, table, bytes + end_bytes);
  return base;
}

}  // namespace smbios
