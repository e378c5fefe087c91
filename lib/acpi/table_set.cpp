// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/acpi/table_set.hpp"

#include "lib/log/log.hpp"

namespace acpi {
namespace {

constexpr u64 four_gib = 4_GiB;

const u8* at(Gpa address) { return reinterpret_cast<const u8*>(address.raw()); }
u32 length_of(Gpa table) { return load_le<u32>(at(table) + __builtin_offsetof(Header, length)); }

Result<Rsdp> read_rsdp(const Loaded& loaded) {
  Rsdp rsdp{};
  const u8* raw = at(loaded.rsdp);
  if (loaded.rsdp_bytes < rsdp_v0_bytes) return Error::volume_corrupted;
  __builtin_memcpy(&rsdp, raw, rsdp_v0_bytes);
  if (rsdp.signature != rsdp_signature) return Error::volume_corrupted;
  if (byte_sum({raw, rsdp_v0_bytes}) != 0) return Error::crc_error;
  if (rsdp.revision < 2) return rsdp;
  if (loaded.rsdp_bytes < sizeof rsdp) return Error::volume_corrupted;
  __builtin_memcpy(&rsdp, raw, sizeof rsdp);
  if (rsdp.length < sizeof rsdp || rsdp.length > loaded.rsdp_bytes) return Error::volume_corrupted;
  if (byte_sum({raw, rsdp.length}) != 0) return Error::crc_error;
  return rsdp;
}

}  // namespace

Result<> TableSet::open(const Loaded& loaded) {
  count_ = 0;
  const Rsdp rsdp = TRY(read_rsdp(loaded));
  if (rsdp.revision >= 2 && rsdp.xsdt != 0) return read_root(loaded, Gpa(rsdp.xsdt), signature("XSDT"), 8);
  return read_root(loaded, Gpa(rsdp.rsdt), signature("RSDT"), 4);
}

Result<> TableSet::read_root(const Loaded& loaded, Gpa address, u32 expected, unsigned entry_bytes) {
  if (!loaded.holds(address, sizeof(Header))) return Error::volume_corrupted;
  const auto header = load_le<Header>(at(address));
  if (header.signature != expected || header.length < sizeof(Header)) return Error::volume_corrupted;
  if (!loaded.holds(address, header.length)) return Error::volume_corrupted;
  if (byte_sum({at(address), header.length}) != 0) return Error::crc_error;
  __builtin_memcpy(oem_id_, header.oem_id, sizeof oem_id_);
  __builtin_memcpy(oem_table_id_, header.oem_table_id, sizeof oem_table_id_);

  for (u32 offset = sizeof(Header); offset + entry_bytes <= header.length; offset += entry_bytes) {
    u64 raw = 0;
    __builtin_memcpy(&raw, at(address) + offset, entry_bytes);
    const Gpa entry(raw);
    if (!loaded.holds(entry, sizeof(Header)) || length_of(entry) < sizeof(Header) || !loaded.holds(entry, length_of(entry))) {
      log::warning("acpi: left out a table at ", entry, ", which is not in the host's table files");
      continue;
    }
    TRY(add(entry));
  }
  return {};
}

std::span<const u8> TableSet::find(u32 table_signature, unsigned n) const {
  for (unsigned i = 0; i < count_; ++i)
    if (load_le<u32>(at(tables_[i])) == table_signature && n-- == 0) return {at(tables_[i]), length_of(tables_[i])};
  return {};
}

Result<> TableSet::add(Gpa table) {
  if (count_ == max_tables) return Error::out_of_resources;
  tables_[count_++] = table;
  return {};
}

void TableSet::remove(Gpa table) {
  unsigned kept = 0;
  for (unsigned i = 0; i < count_; ++i)
    if (tables_[i] != table) tables_[kept++] = tables_[i];
  count_ = kept;
}

// One page: RSDP, then the XSDT, then the RSDT.
Result<Gpa> TableSet::publish(std::span<u8> memory) const {
  constexpr usize xsdt_offset = 64;
  constexpr usize rsdt_offset = xsdt_offset + sizeof(Header) + 8 * max_tables + 12;
  static_assert(rsdt_offset % 16 == 0 && rsdt_offset + sizeof(Header) + 4 * max_tables <= root_bytes);
  const Gpa base(reinterpret_cast<u64>(memory.data()));
  if (memory.size() < root_bytes || !base.aligned(16)) return Error::invalid_parameter;
  __builtin_memset(memory.data(), 0, root_bytes);

  Header header{signature("XSDT"), static_cast<u32>(sizeof(Header) + 8 * count_), 1, 0, {}, {}, 1, creator_id, 1};
  __builtin_memcpy(header.oem_id, oem_id_, sizeof oem_id_);
  __builtin_memcpy(header.oem_table_id, oem_table_id_, sizeof oem_table_id_);
  bool all_low = base.raw() + root_bytes <= four_gib;
  u8* xsdt = memory.data() + xsdt_offset;
  u8* rsdt = memory.data() + rsdt_offset;
  __builtin_memcpy(xsdt, &header, sizeof header);
  header.signature = signature("RSDT");
  header.length = static_cast<u32>(sizeof(Header) + 4 * count_);
  __builtin_memcpy(rsdt, &header, sizeof header);
  for (unsigned i = 0; i < count_; ++i) {
    const u64 address = tables_[i].raw();
    store_le(xsdt + sizeof(Header) + 8 * i, address);
    store_le(rsdt + sizeof(Header) + 4 * i, static_cast<u32>(address));
    all_low = all_low && address < four_gib;
  }
  seal({xsdt, sizeof(Header) + 8 * count_}, xsdt[__builtin_offsetof(Header, checksum)]);
  seal({rsdt, sizeof(Header) + 4 * count_}, rsdt[__builtin_offsetof(Header, checksum)]);

  Rsdp rsdp{rsdp_signature, 0, {}, 2, all_low ? static_cast<u32>(base.raw() + rsdt_offset) : 0, sizeof(Rsdp), base.raw() + xsdt_offset, 0, {}};
  __builtin_memcpy(rsdp.oem_id, oem_id_, sizeof oem_id_);
  u8* raw = memory.data();
  __builtin_memcpy(raw, &rsdp, sizeof rsdp);
  seal({raw, rsdp_v0_bytes}, raw[__builtin_offsetof(Rsdp, checksum)]);
  seal({raw, sizeof(Rsdp)}, raw[__builtin_offsetof(Rsdp, extended_checksum)]);
  return base;
}

}  // namespace acpi
