// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/acpi/wire.hpp"

namespace acpi {

// [acpi §5.2.3.2] Generic address structure.
struct [[gnu::packed]] GenericAddress {
  enum Space : u8 { system_memory = 0, system_io = 1 };
  u8 space;
  u8 bit_width;
  u8 bit_offset;
  u8 access_size;
  u64 address;
};
static_assert(sizeof(GenericAddress) == 12);

// [acpi §5.2.9] Fixed ACPI description table, revision 1 to 6. Older ones are shorter.
struct [[gnu::packed]] Fadt {
  Header header;
  u32 firmware_ctrl;
  u32 dsdt;
  u8 reserved0;
  u8 preferred_pm_profile;
  u16 sci_int;
  u32 smi_cmd;
  u8 acpi_enable;
  u8 acpi_disable;
  u8 s4bios_req;
  u8 pstate_cnt;
  u32 pm1a_evt_blk;
  u32 pm1b_evt_blk;
  u32 pm1a_cnt_blk;
  u32 pm1b_cnt_blk;
  u32 pm2_cnt_blk;
  u32 pm_tmr_blk;
  u32 gpe0_blk;
  u32 gpe1_blk;
  u8 pm1_evt_len;
  u8 pm1_cnt_len;
  u8 pm2_cnt_len;
  u8 pm_tmr_len;
  u8 gpe0_blk_len;
  u8 gpe1_blk_len;
  u8 gpe1_base;
  u8 cst_cnt;
  u16 p_lvl2_lat;
  u16 p_lvl3_lat;
  u16 flush_size;
  u16 flush_stride;
  u8 duty_offset;
  u8 duty_width;
  u8 day_alrm;
  u8 mon_alrm;
  u8 century;
  u16 iapc_boot_arch;
  u8 reserved1;
  u32 flags;
  GenericAddress reset_reg;
  u8 reset_value;
  u16 arm_boot_arch;
  u8 minor_version;
  u64 x_firmware_ctrl;
  u64 x_dsdt;
  GenericAddress x_pm1a_evt_blk;
  GenericAddress x_pm1b_evt_blk;
  GenericAddress x_pm1a_cnt_blk;
  GenericAddress x_pm1b_cnt_blk;
  GenericAddress x_pm2_cnt_blk;
  GenericAddress x_pm_tmr_blk;
  GenericAddress x_gpe0_blk;
  GenericAddress x_gpe1_blk;
  GenericAddress sleep_control_reg;
  GenericAddress sleep_status_reg;
  u64 hypervisor_vendor;
};
static_assert(sizeof(Fadt) == 276);
static_assert(__builtin_offsetof(Fadt, pm1a_cnt_blk) == 64 && __builtin_offsetof(Fadt, pm_tmr_blk) == 76);
static_assert(__builtin_offsetof(Fadt, century) == 108 && __builtin_offsetof(Fadt, flags) == 112);
static_assert(__builtin_offsetof(Fadt, reset_reg) == 116 && __builtin_offsetof(Fadt, x_firmware_ctrl) == 132);

inline constexpr u32 fadt_reset_reg_supported = 1u << 10;
inline constexpr u32 fadt_hw_reduced = 1u << 20;

// A copy of full length; what the table does not have is zero.
inline Fadt read_fadt(std::span<const u8> table) {
  Fadt fadt{};
  __builtin_memcpy(&fadt, table.data(), table.size() < sizeof fadt ? table.size() : sizeof fadt);
  return fadt;
}

}  // namespace acpi
