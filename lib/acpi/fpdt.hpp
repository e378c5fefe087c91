// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/acpi/wire.hpp"
#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

// Firmware performance data [acpi §5.2.24]: when the phases of this boot were reached. The table points to a boot
// performance table that the OS maps, so that one lives in reserved or runtime memory.
namespace acpi {

// [acpi §5.2.24.5] Nanoseconds since reset; zero: not reached or not known.
struct [[gnu::packed]] BootTimes {
  u64 reset_end;
  u64 os_loader_load_image_start;
  u64 os_loader_start_image_start;
  u64 exit_boot_services_entry;
  u64 exit_boot_services_exit;
};

struct [[gnu::packed]] BootPerformance {
  u32 signature;  // "FBPT"
  u32 length;
  u16 record_type;  // 2: firmware basic boot performance data
  u8 record_length;
  u8 record_revision;
  u32 reserved;
  BootTimes times;
};
static_assert(sizeof(BootPerformance) == 56 && __builtin_offsetof(BootPerformance, times) == 16);

struct [[gnu::packed]] Fpdt {
  Header header;
  u16 record_type;  // 0: pointer to the basic boot performance table
  u8 record_length;
  u8 record_revision;
  u32 reserved;
  u64 boot_performance;
};
static_assert(sizeof(Fpdt) == 52);

// Lays out an empty boot performance table; its times are filled in as the boot goes on, the last two in
// ExitBootServices, when nothing else may be allocated or called.
Result<BootPerformance*> make_boot_performance(std::span<u8> memory);
// Lays out the FPDT for it; add it to the TableSet. Gives its address.
Result<Gpa> make_fpdt(std::span<u8> memory, const BootPerformance& boot_performance);

}  // namespace acpi
