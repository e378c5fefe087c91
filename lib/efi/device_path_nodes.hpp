// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"
#include "lib/efi/memory.hpp"

// The node structs. `subtype` is what goes into the header beside the type of the surrounding namespace;
// text and data of variable length follow the struct.
namespace efi {

// Type 1 [uefi §10.3.2].
namespace hardware_path {
struct [[gnu::packed]] Pci {
  static constexpr u8 subtype = 1;
  DevicePath header;
  u8 function;
  u8 device;
};
struct [[gnu::packed]] PcCard {
  static constexpr u8 subtype = 2;
  DevicePath header;
  u8 function;
};
struct [[gnu::packed]] MemoryMapped {
  static constexpr u8 subtype = 3;
  DevicePath header;
  MemoryType memory_type;
  u64 start;
  u64 end;
};
struct [[gnu::packed]] Vendor {
  static constexpr u8 subtype = 4;
  DevicePath header;
  Guid vendor;
};
struct [[gnu::packed]] Controller {
  static constexpr u8 subtype = 5;
  DevicePath header;
  u32 controller;
};
struct [[gnu::packed]] Bmc {
  static constexpr u8 subtype = 6;
  DevicePath header;
  u8 interface_type;
  u64 base_address;
};
static_assert(sizeof(Pci) == 6 && sizeof(PcCard) == 5 && sizeof(MemoryMapped) == 24 && sizeof(Vendor) == 20);
static_assert(sizeof(Controller) == 8 && sizeof(Bmc) == 13);
}  // namespace hardware_path

// Type 2 [uefi §10.3.3].
namespace acpi_path {
// EISA identifier as a number: PNPxxxx.
constexpr u32 pnp(u16 id) { return static_cast<u32>(id) << 16 | 0x41d0; }

struct [[gnu::packed]] Hid {
  static constexpr u8 subtype = 1;
  DevicePath header;
  u32 hid;
  u32 uid;
};
struct [[gnu::packed]] Expanded {  // then three NUL-terminated strings: HIDSTR, UIDSTR, CIDSTR
  static constexpr u8 subtype = 2;
  DevicePath header;
  u32 hid;
  u32 uid;
  u32 cid;
};
struct [[gnu::packed]] Adr {  // then further _ADR values
  static constexpr u8 subtype = 3;
  DevicePath header;
  u32 adr;
};
static_assert(sizeof(Hid) == 12 && sizeof(Expanded) == 16 && sizeof(Adr) == 8 && pnp(0x0a03) == 0x0a0341d0);
}  // namespace acpi_path

// Type 3 [uefi §10.3.4].
namespace messaging_path {
struct [[gnu::packed]] Atapi {
  static constexpr u8 subtype = 1;
  DevicePath header;
  u8 secondary;
  u8 slave;
  u16 lun;
};
struct [[gnu::packed]] Scsi {
  static constexpr u8 subtype = 2;
  DevicePath header;
  u16 target;
  u16 lun;
};
struct [[gnu::packed]] Usb {
  static constexpr u8 subtype = 5;
  DevicePath header;
  u8 parent_port;
  u8 interface;
};
struct [[gnu::packed]] Vendor {
  static constexpr u8 subtype = 10;
  DevicePath header;
  Guid vendor;
};
struct [[gnu::packed]] Mac {
  static constexpr u8 subtype = 11;
  DevicePath header;
  MacAddress address;
  u8 interface_type;
};
struct [[gnu::packed]] Ipv4 {
  static constexpr u8 subtype = 12;
  DevicePath header;
  Ipv4Address local;
  Ipv4Address remote;
  u16 local_port;
  u16 remote_port;
  u16 protocol;
  Boolean static_address;
  Ipv4Address gateway;
  Ipv4Address subnet_mask;
};
struct [[gnu::packed]] Ipv6 {
  static constexpr u8 subtype = 13;
  DevicePath header;
  Ipv6Address local;
  Ipv6Address remote;
  u16 local_port;
  u16 remote_port;
  u16 protocol;
  u8 address_origin;
  u8 prefix_length;
  Ipv6Address gateway;
};
struct [[gnu::packed]] Uart {
  static constexpr u8 subtype = 14;
  DevicePath header;
  u32 reserved;
  u64 baud_rate;
  u8 data_bits;
  u8 parity;
  u8 stop_bits;
};
struct [[gnu::packed]] UsbClass {
  static constexpr u8 subtype = 15;
  DevicePath header;
  u16 vendor_id;
  u16 product_id;
  u8 device_class;
  u8 device_subclass;
  u8 device_protocol;
};
struct [[gnu::packed]] LogicalUnit {
  static constexpr u8 subtype = 17;
  DevicePath header;
  u8 lun;
};
struct [[gnu::packed]] Sata {
  static constexpr u8 subtype = 18;
  static constexpr u16 no_multiplier = 0xffff;
  DevicePath header;
  u16 hba_port;
  u16 multiplier_port;
  u16 lun;
};
struct [[gnu::packed]] NvmeNamespace {
  static constexpr u8 subtype = 23;
  DevicePath header;
  u32 namespace_id;
  u64 eui64;
};
struct [[gnu::packed]] Uri {  // then the URI, without a NUL
  static constexpr u8 subtype = 24;
  DevicePath header;
};
static_assert(sizeof(Atapi) == 8 && sizeof(Scsi) == 8 && sizeof(Usb) == 6 && sizeof(Vendor) == 20 && sizeof(Mac) == 37);
static_assert(sizeof(Ipv4) == 27 && sizeof(Ipv6) == 60 && sizeof(Uart) == 19 && sizeof(UsbClass) == 11);
static_assert(sizeof(LogicalUnit) == 5 && sizeof(Sata) == 10 && sizeof(NvmeNamespace) == 16 && sizeof(Uri) == 4);

// Terminal types of a console, as messaging vendor nodes [uefi §10.3.4.17].
inline constexpr Guid pc_ansi_guid = "e0c14753-f9be-11d2-9a0c-0090273fc14d"_guid;
inline constexpr Guid vt100_guid = "dfa66065-b419-11d3-9a2d-0090273fc14d"_guid;
inline constexpr Guid vt100_plus_guid = "7baec70b-57e0-4c76-8e87-2f9e28088343"_guid;
inline constexpr Guid vt_utf8_guid = "ad15a0d6-8bec-4acf-a073-d01de77e2d88"_guid;
}  // namespace messaging_path

// Type 4 [uefi §10.3.5].
namespace media_path {
struct [[gnu::packed]] HardDrive {
  static constexpr u8 subtype = 1;
  static constexpr u8 format_mbr = 1, format_gpt = 2;
  static constexpr u8 signature_none = 0, signature_mbr = 1, signature_guid = 2;
  DevicePath header;
  u32 partition_number;
  u64 partition_start;
  u64 partition_size;
  u8 signature[16];
  u8 format;
  u8 signature_type;
};
struct [[gnu::packed]] Cdrom {
  static constexpr u8 subtype = 2;
  DevicePath header;
  u32 boot_entry;
  u64 partition_start;
  u64 partition_size;
};
struct [[gnu::packed]] Vendor {
  static constexpr u8 subtype = 3;
  DevicePath header;
  Guid vendor;
};
struct [[gnu::packed]] FilePath {  // then a NUL-terminated path
  static constexpr u8 subtype = 4;
  DevicePath header;
};
struct [[gnu::packed]] Protocol {
  static constexpr u8 subtype = 5;
  DevicePath header;
  Guid protocol;
};
struct [[gnu::packed]] FirmwareFile {  // PIWG, named by the PI specification
  static constexpr u8 subtype = 6;
  DevicePath header;
  Guid name;
};
struct [[gnu::packed]] FirmwareVolume {
  static constexpr u8 subtype = 7;
  DevicePath header;
  Guid name;
};
struct [[gnu::packed]] RelativeOffset {
  static constexpr u8 subtype = 8;
  DevicePath header;
  u32 reserved;
  u64 start;
  u64 end;
};
struct [[gnu::packed]] RamDisk {
  static constexpr u8 subtype = 9;
  DevicePath header;
  u64 start;
  u64 end;
  Guid disk_type;
  u16 instance;
};
static_assert(sizeof(HardDrive) == 42 && sizeof(Cdrom) == 24 && sizeof(Vendor) == 20 && sizeof(FilePath) == 4);
static_assert(sizeof(Protocol) == 20 && sizeof(FirmwareFile) == 20 && sizeof(FirmwareVolume) == 20);
static_assert(sizeof(RelativeOffset) == 24 && sizeof(RamDisk) == 38);
}  // namespace media_path

// Type 5 [uefi §10.3.6].
namespace bios_boot_path {
struct [[gnu::packed]] Bbs {  // then a NUL-terminated ASCII description
  static constexpr u8 subtype = 1;
  DevicePath header;
  u16 device_type;
  u16 status_flag;
};
static_assert(sizeof(Bbs) == 8);
}  // namespace bios_boot_path

}  // namespace efi
