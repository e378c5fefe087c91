// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Configuration space as the specifications name it: [pci] PCI Local Bus 3.0 §6, [bridge] PCI-to-PCI Bridge 1.2 §3.2,
// [pcie] PCI Express Base 5.0 §7.5.
namespace pci::reg {

using namespace base;

inline constexpr u16 vendor_id = 0x00;
inline constexpr u16 command = 0x04;
inline constexpr u16 status = 0x06;
inline constexpr u16 class_revision = 0x08;
inline constexpr u16 header_type = 0x0e;
inline constexpr u16 bar0 = 0x10;
inline constexpr u16 rom = 0x30;
inline constexpr u16 capabilities = 0x34;
inline constexpr u16 interrupt_line = 0x3c;
inline constexpr u16 interrupt_pin = 0x3d;

inline constexpr u16 command_io = 1u << 0;
inline constexpr u16 command_memory = 1u << 1;
inline constexpr u16 command_bus_master = 1u << 2;
inline constexpr u16 status_capabilities = 1u << 4;

inline constexpr u8 header_multi_function = 0x80;
inline constexpr u8 header_layout = 0x7f;

inline constexpr u32 bar_io = 1u << 0;
inline constexpr u32 bar_type = 3u << 1;
inline constexpr u32 bar_type_32 = 0u << 1;
inline constexpr u32 bar_type_64 = 2u << 1;
inline constexpr u32 bar_prefetchable = 1u << 3;
inline constexpr u32 bar_io_flags = 0x3;
inline constexpr u32 bar_memory_flags = 0xf;
inline constexpr u32 rom_flags = 0x7ff;

// Type 1 header.
inline constexpr u16 bus_numbers = 0x18;  // primary, secondary, subordinate, latency
inline constexpr u16 io_window = 0x1c;    // base, limit: bits 7:4 are address bits 15:12
inline constexpr u16 memory_window = 0x20;
inline constexpr u16 prefetch_window = 0x24;
inline constexpr u16 prefetch_base_upper = 0x28;
inline constexpr u16 prefetch_limit_upper = 0x2c;
inline constexpr u16 io_window_upper = 0x30;
inline constexpr u16 bridge_rom = 0x38;
inline constexpr u16 bridge_control = 0x3e;
inline constexpr u16 bridge_control_vga = 1u << 3;
inline constexpr u16 bridge_control_vga_16bit = 1u << 4;
inline constexpr u32 window_type = 0xf;  // 1: the upper registers exist

inline constexpr u8 capability_vendor = 0x09;
inline constexpr u8 capability_shpc = 0x0c;
inline constexpr u8 capability_pcie = 0x10;

// PCI Express capability.
inline constexpr u16 pcie_flags = 2;
inline constexpr u16 pcie_flags_slot = 1u << 8;
constexpr unsigned pcie_port_type(u16 flags) { return flags >> 4 & 15; }
inline constexpr unsigned pcie_root_port = 4, pcie_downstream_port = 6;

inline constexpr u32 class_host_bridge = 0x0600;
inline constexpr u32 class_vga = 0x0300;

}  // namespace pci::reg
