// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

struct CpuPhysicalLocation {
  u32 package;
  u32 core;
  u32 thread;
};
struct CpuPhysicalLocation2 {
  u32 package;
  u32 module;
  u32 tile;
  u32 die;
  u32 core;
  u32 thread;
};

namespace processor_status {
inline constexpr u32 bootstrap = 1;
inline constexpr u32 enabled = 2;
inline constexpr u32 healthy = 4;
}  // namespace processor_status

// Set in the processor number to have `location2` filled as well.
inline constexpr u64 cpu_v2_extended_topology = 1ull << 24;

struct ProcessorInformation {
  u64 processor_id;  // APIC id
  u32 status_flag;
  CpuPhysicalLocation location;
  CpuPhysicalLocation2 location2;
};
static_assert(sizeof(ProcessorInformation) == 48 && offsetof(ProcessorInformation, location2) == 24);

using ApProcedure = void(EFIAPI*)(void* argument);
inline constexpr u64 end_of_cpu_list = 0xffff'ffff;

// EFI_MP_SERVICES_PROTOCOL [pi vol. 2 §13.4].
struct MpServices {
  static constexpr Guid guid = "3fdda605-a76e-4f46-ad29-12f4531b3d08"_guid;

  Status(EFIAPI* get_number_of_processors)(MpServices* self, u64* number, u64* enabled);
  Status(EFIAPI* get_processor_info)(MpServices* self, u64 processor, ProcessorInformation* information);
  Status(EFIAPI* startup_all_aps)(MpServices* self, ApProcedure procedure, Boolean single_thread, Event wait_event,
                                  u64 timeout_microseconds, void* argument, u64** failed_cpus);
  Status(EFIAPI* startup_this_ap)(MpServices* self, ApProcedure procedure, u64 processor, Event wait_event,
                                  u64 timeout_microseconds, void* argument, Boolean* finished);
  Status(EFIAPI* switch_bsp)(MpServices* self, u64 processor, Boolean enable_old_bsp);
  Status(EFIAPI* enable_disable_ap)(MpServices* self, u64 processor, Boolean enable, u32* health);
  Status(EFIAPI* who_am_i)(MpServices* self, u64* processor);
};
static_assert(sizeof(MpServices) == 56);

}  // namespace efi
