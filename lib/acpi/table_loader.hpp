// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

// QEMU's ACPI tables come as files and a script that says where they point to each other
// [qemu hw/acpi/bios-linker-loader.c]. Both are host input.
namespace acpi {

using namespace base;

// What table memory is for. [uefi §2.3.4]: the FACS must be in ACPI NVS memory, tables may be; QEMU puts both into
// one file, and other files are written by the host or the OS for ever (vmgenid, TPM log). So every file is NVS.
enum class Use : u8 { nvs, scratch };

// Pages below 4 GiB that the program reaches at their own address. Failing is allowed.
struct Allocator {
  void* context = nullptr;
  Result<PageRange> (*allocate)(void* context, u64 pages, Use use) = nullptr;
  void (*release)(void* context, PageRange range) = nullptr;
};

// Where the script's files ended up.
struct Blob {
  PageRange pages;
  u32 size = 0;
};
struct Loaded {
  static constexpr unsigned max_blobs = 16;
  Gpa rsdp;
  u32 rsdp_bytes = 0;  // to the end of its file
  unsigned count = 0;
  Blob blobs[max_blobs];

  // Whether all of a range lies in one file: nothing else may be read through a table's pointer.
  bool holds(Gpa address, u64 bytes) const { return room_at(address) >= bytes && bytes != 0; }
  // Bytes from an address to the end of its file; 0: in no file.
  u64 room_at(Gpa address) const;
};

// Runs the script. Either everything is linked, or nothing is left allocated, the host got no pointer, and one line
// says why. not_found: this machine has no such script.
Result<Loaded> load_tables(const Allocator& allocator);

}  // namespace acpi
