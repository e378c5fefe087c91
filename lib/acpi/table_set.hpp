// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/acpi/table_loader.hpp"
#include "lib/acpi/wire.hpp"

namespace acpi {

// The tables that the OS will find, and the root tables that list them. Tables stay where they are; the
// RSDP, XSDT and RSDT are ours, so that also an ACPI 1.0 set (QEMU's pc and q35) becomes an ACPI 2.0 one.
class TableSet {
 public:
  static constexpr unsigned max_tables = 64;
  // Room for the root tables of a full set.
  static constexpr u64 root_bytes = page_bytes;

  // Collects what the host's RSDP leads to, through the XSDT if there is one, else the RSDT.
  // crc_error, volume_corrupted: the root tables are damaged. A damaged entry is left out, with a line.
  Result<> open(const Loaded& loaded);

  // The n-th table of a kind, all of it in memory that was checked; empty if there is none.
  std::span<const u8> find(u32 table_signature, unsigned n = 0) const;

  // Our own tables: complete, sealed, at their final address. out_of_resources: the set is full.
  Result<> add(Gpa table);
  void remove(Gpa table);
  unsigned count() const { return count_; }
  Gpa table(unsigned index) const { return tables_[index]; }

  // Writes RSDP, XSDT and RSDT (when addresses allow it) into memory at its final, 16-byte aligned address.
  // Gives the address of the RSDP. May be repeated after add() and remove().
  Result<Gpa> publish(std::span<u8> memory) const;

 private:
  Result<> read_root(const Loaded& loaded, Gpa address, u32 expected, unsigned entry_bytes);

  u8 oem_id_[6] = {};
  u8 oem_table_id_[8] = {};
  unsigned count_ = 0;
  Gpa tables_[max_tables];
};

}  // namespace acpi
