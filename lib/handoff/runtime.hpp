// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/cc/platform.hpp"
#include "lib/efi/boot_services.hpp"
#include "lib/efi/system_table.hpp"
#include "lib/variable/non_volatile.hpp"
#include "lib/variable/policy.hpp"
#include "lib/virtual_map/virtual_map.hpp"

// The contract between DXE and the runtime services, an image of its own. Everything named here that outlives
// boot services lies in memory of type runtime_services_code (the image) or runtime_services_data (the rest).
namespace handoff {

using namespace base;

// How this machine turns itself off: ACPI's PM1a control register and what \_S5 puts into SLP_TYP.
struct PowerOff {
  u16 pm1a_control;  // 0: none
  u8 sleep_type;
};

struct AddressChange {
  efi::EventNotify notify;
  efi::Event event;
  void* context;
};

// What DXE knows only when ExitBootServices succeeds. The arrays stay in use until SetVirtualAddressMap.
struct RuntimeExit {
  std::span<const AddressChange> address_changes;   // in the order in which to call them
  std::span<const virtual_map::Region> memory_map;  // all of it
};

struct RuntimeHooks;

struct RuntimeStart {
  static constexpr u64 magic_value = 0x3154'5253'4c41'4853;  // "SHALSRT1" in memory
  u64 magic;
  PowerOff power_off;
  PageRange image;                   // where the image was loaded, all segments
  std::span<const u32> relocations;  // offsets in the image of quadwords that hold one of its addresses
  efi::SystemTable* system_table;
  efi::RuntimeServices* services;    // every function and the header are filled in
  Gpa flash_end;                     // a flash for variables would end here; 0: none may be used
  std::span<u8> non_volatile;        // the variable stores; page aligned
  std::span<u8> volatile_variables;
  RuntimeHooks* hooks;               // filled in by the image
};

// Calls from DXE into the image; all before ExitBootServices returns to its caller.
struct RuntimeHooks {
  variable::NonVolatile variables;  // what became of the flash
  // As SetVariable, for the variables that are read-only to everyone else.
  Result<> (*set_firmware_variable)(const char16_t* name, const Guid& vendor, u32 attributes, std::span<const u8> data);
  // GetNextMonotonicCount's work.
  Result<u64> (*next_monotonic_count)();
  // The point of no return.
  void (*exit_boot_services)(const RuntimeExit& exit);
};

// The image's entry, in the System V convention. On failure the table is untouched.
using RuntimeEntry = efi::Status (*)(const RuntimeStart& start);

}  // namespace handoff
