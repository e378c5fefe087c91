// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/device_path/grammar.hpp"

#include "lib/efi/device_path_nodes.hpp"

namespace device_path {
namespace {

namespace acpi = efi::acpi_path;
namespace bios = efi::bios_boot_path;
namespace hw = efi::hardware_path;
namespace media = efi::media_path;
namespace msg = efi::messaging_path;
using namespace efi::device_path_type;

constexpr Field hex(usize offset, u8 bytes) { return {Form::hex, static_cast<u8>(offset), bytes}; }
constexpr Field decimal(usize offset, u8 bytes) { return {Form::decimal, static_cast<u8>(offset), bytes}; }
constexpr Field guid(usize offset) { return {Form::guid, static_cast<u8>(offset), sizeof(Guid)}; }
constexpr Field named(usize offset, u8 bytes, Names names) { return {Form::name, static_cast<u8>(offset), bytes, names}; }
constexpr Field of(Form form, usize offset, u8 bytes) { return {form, static_cast<u8>(offset), bytes}; }
constexpr Field rest(Form form) { return {form}; }
constexpr Field detail(Field field) {
  field.detail = true;
  return field;
}

constexpr Grammar with_name(const char* name, Grammar g) {
  for (unsigned i = 0; name[i]; ++i) g.name[i] = name[i];
  return g;
}
// A HID of its own, the UID as argument.
constexpr Grammar hid(const char* name, u16 pnp) {
  using H = acpi::Hid;
  return with_name(name, {{},
                          efi::device_path_type::acpi,
                          H::subtype,
                          sizeof(H),
                          {hex(offsetof(H, uid), 4)},
                          Condition::always,
                          offsetof(H, hid),
                          4,
                          {acpi::pnp(pnp), 0, 0, {}}});
}
constexpr Grammar terminal(const char* name, Guid guid) {
  using V = msg::Vendor;
  return with_name(name, {{}, messaging, V::subtype, sizeof(V), {}, Condition::with_shortcuts, offsetof(V, vendor), sizeof(Guid), guid});
}
constexpr Grammar usb_class(const char* name, u8 number) {
  using C = msg::UsbClass;
  return with_name(name, {{},
                          messaging,
                          C::subtype,
                          sizeof(C),
                          {hex(offsetof(C, vendor_id), 2), hex(offsetof(C, product_id), 2), hex(offsetof(C, device_subclass), 1),
                           hex(offsetof(C, device_protocol), 1)},
                          Condition::always,
                          offsetof(C, device_class),
                          1,
                          {number, 0, 0, {}}});
}
constexpr Grammar ram_disk(const char* name, Guid kind) {
  using R = media::RamDisk;
  return with_name(name, {{},
                          efi::device_path_type::media,
                          R::subtype,
                          sizeof(R),
                          {hex(offsetof(R, start), 8), hex(offsetof(R, end), 8), decimal(offsetof(R, instance), 2)},
                          Condition::always,
                          offsetof(R, disk_type),
                          sizeof(Guid),
                          kind});
}

using acpi::Adr, acpi::Expanded, acpi::Hid, bios::Bbs;
constexpr u8 media_type = efi::device_path_type::media, acpi_type = efi::device_path_type::acpi;

// clang-format off
constexpr Grammar table[] = {
  {"Pci", hardware, hw::Pci::subtype, sizeof(hw::Pci), {hex(offsetof(hw::Pci, device), 1), hex(offsetof(hw::Pci, function), 1)}},
  {"PcCard", hardware, hw::PcCard::subtype, sizeof(hw::PcCard), {hex(offsetof(hw::PcCard, function), 1)}},
  {"MemoryMapped", hardware, hw::MemoryMapped::subtype, sizeof(hw::MemoryMapped),
   {hex(offsetof(hw::MemoryMapped, memory_type), 4), hex(offsetof(hw::MemoryMapped, start), 8), hex(offsetof(hw::MemoryMapped, end), 8)}},
  {"VenHw", hardware, hw::Vendor::subtype, sizeof(hw::Vendor), {guid(offsetof(hw::Vendor, vendor)), rest(Form::data)}},
  {"Ctrl", hardware, hw::Controller::subtype, sizeof(hw::Controller), {hex(offsetof(hw::Controller, controller), 4)}},
  {"BMC", hardware, hw::Bmc::subtype, sizeof(hw::Bmc), {hex(offsetof(hw::Bmc, interface_type), 1), hex(offsetof(hw::Bmc, base_address), 8)}},

  hid("PciRoot", 0x0a03), hid("PcieRoot", 0x0a08), hid("Floppy", 0x0604), hid("Keyboard", 0x0301), hid("Serial", 0x0501), hid("ParallelPort", 0x0401),
  {"Acpi", acpi_type, Hid::subtype, sizeof(Hid), {of(Form::eisa_id, offsetof(Hid, hid), 4), hex(offsetof(Hid, uid), 4)}},
  {"AcpiExp", acpi_type, Expanded::subtype, sizeof(Expanded),
   {of(Form::eisa_id, offsetof(Expanded, hid), 4), of(Form::eisa_id, offsetof(Expanded, cid), 4), of(Form::zero, offsetof(Expanded, uid), 4), rest(Form::only_uid)}},
  {"AcpiEx", acpi_type, Expanded::subtype, sizeof(Expanded),
   {of(Form::eisa_id, offsetof(Expanded, hid), 4), of(Form::eisa_id, offsetof(Expanded, cid), 4), hex(offsetof(Expanded, uid), 4), rest(Form::hid_cid_uid)}},
  {"AcpiAdr", acpi_type, Adr::subtype, sizeof(Adr), {hex(offsetof(Adr, adr), 4), rest(Form::numbers)}},

  {"Ata", messaging, msg::Atapi::subtype, sizeof(msg::Atapi),
   {detail(named(offsetof(msg::Atapi, secondary), 1, Names::channel)), detail(named(offsetof(msg::Atapi, slave), 1, Names::drive)), hex(offsetof(msg::Atapi, lun), 2)}},
  {"Scsi", messaging, msg::Scsi::subtype, sizeof(msg::Scsi), {hex(offsetof(msg::Scsi, target), 2), hex(offsetof(msg::Scsi, lun), 2)}},
  {"USB", messaging, msg::Usb::subtype, sizeof(msg::Usb), {hex(offsetof(msg::Usb, parent_port), 1), hex(offsetof(msg::Usb, interface), 1)}},
  usb_class("UsbAudio", 1), usb_class("UsbCDCControl", 2), usb_class("UsbHID", 3), usb_class("UsbImage", 6), usb_class("UsbPrinter", 7),
  usb_class("UsbMassStorage", 8), usb_class("UsbHub", 9), usb_class("UsbCDCData", 10), usb_class("UsbSmartCard", 11), usb_class("UsbVideo", 14),
  usb_class("UsbDiagnostic", 220), usb_class("UsbWireless", 224),
  {"UsbClass", messaging, msg::UsbClass::subtype, sizeof(msg::UsbClass),
   {hex(offsetof(msg::UsbClass, vendor_id), 2), hex(offsetof(msg::UsbClass, product_id), 2), hex(offsetof(msg::UsbClass, device_class), 1),
    hex(offsetof(msg::UsbClass, device_subclass), 1), hex(offsetof(msg::UsbClass, device_protocol), 1)}},
  terminal("VenPcAnsi", msg::pc_ansi_guid), terminal("VenVt100", msg::vt100_guid), terminal("VenVt100Plus", msg::vt100_plus_guid), terminal("VenUtf8", msg::vt_utf8_guid),
  {"VenMsg", messaging, msg::Vendor::subtype, sizeof(msg::Vendor), {guid(offsetof(msg::Vendor, vendor)), rest(Form::data)}},
  {"MAC", messaging, msg::Mac::subtype, sizeof(msg::Mac), {of(Form::mac, offsetof(msg::Mac, address), sizeof(efi::MacAddress)), hex(offsetof(msg::Mac, interface_type), 1)}},
  {"IPv4", messaging, msg::Ipv4::subtype, sizeof(msg::Ipv4),
   {of(Form::ipv4, offsetof(msg::Ipv4, remote), 4), detail(named(offsetof(msg::Ipv4, protocol), 2, Names::ip_protocol)),
    detail(named(offsetof(msg::Ipv4, static_address), 1, Names::ipv4_origin)), detail(of(Form::ipv4, offsetof(msg::Ipv4, local), 4)),
    detail(of(Form::ipv4, offsetof(msg::Ipv4, gateway), 4)), detail(of(Form::ipv4, offsetof(msg::Ipv4, subnet_mask), 4)),
    of(Form::zero, offsetof(msg::Ipv4, local_port), 4)}},
  {"IPv6", messaging, msg::Ipv6::subtype, sizeof(msg::Ipv6),
   {of(Form::ipv6, offsetof(msg::Ipv6, remote), 16), detail(named(offsetof(msg::Ipv6, protocol), 2, Names::ip_protocol)),
    detail(named(offsetof(msg::Ipv6, address_origin), 1, Names::ipv6_origin)), detail(of(Form::ipv6, offsetof(msg::Ipv6, local), 16)),
    detail(hex(offsetof(msg::Ipv6, prefix_length), 1)), detail(of(Form::ipv6, offsetof(msg::Ipv6, gateway), 16)),
    of(Form::zero, offsetof(msg::Ipv6, local_port), 4)}},
  {"Uart", messaging, msg::Uart::subtype, sizeof(msg::Uart),
   {of(Form::zero, offsetof(msg::Uart, reserved), 4), of(Form::or_default, offsetof(msg::Uart, baud_rate), 8), of(Form::or_default, offsetof(msg::Uart, data_bits), 1),
    named(offsetof(msg::Uart, parity), 1, Names::parity), named(offsetof(msg::Uart, stop_bits), 1, Names::stop_bits)}},
  {"Unit", messaging, msg::LogicalUnit::subtype, sizeof(msg::LogicalUnit), {hex(offsetof(msg::LogicalUnit, lun), 1)}},
  {"Sata", messaging, msg::Sata::subtype, sizeof(msg::Sata),
   {hex(offsetof(msg::Sata, hba_port), 2), hex(offsetof(msg::Sata, multiplier_port), 2), hex(offsetof(msg::Sata, lun), 2)}},
  {"NVMe", messaging, msg::NvmeNamespace::subtype, sizeof(msg::NvmeNamespace),
   {hex(offsetof(msg::NvmeNamespace, namespace_id), 4), of(Form::eui64, offsetof(msg::NvmeNamespace, eui64), 8)}},
  {"Uri", messaging, msg::Uri::subtype, sizeof(msg::Uri), {rest(Form::ascii)}},

  {"HD", media_type, media::HardDrive::subtype, sizeof(media::HardDrive),
   {decimal(offsetof(media::HardDrive, partition_number), 4), of(Form::partition, offsetof(media::HardDrive, signature), 18),
    hex(offsetof(media::HardDrive, partition_start), 8), hex(offsetof(media::HardDrive, partition_size), 8)}},
  {"CDROM", media_type, media::Cdrom::subtype, sizeof(media::Cdrom),
   {hex(offsetof(media::Cdrom, boot_entry), 4), detail(hex(offsetof(media::Cdrom, partition_start), 8)), detail(hex(offsetof(media::Cdrom, partition_size), 8))}},
  {"VenMedia", media_type, media::Vendor::subtype, sizeof(media::Vendor), {guid(offsetof(media::Vendor, vendor)), rest(Form::data)}},
  {"Media", media_type, media::Protocol::subtype, sizeof(media::Protocol), {guid(offsetof(media::Protocol, protocol))}},
  {"FvFile", media_type, media::FirmwareFile::subtype, sizeof(media::FirmwareFile), {guid(offsetof(media::FirmwareFile, name))}},
  {"Fv", media_type, media::FirmwareVolume::subtype, sizeof(media::FirmwareVolume), {guid(offsetof(media::FirmwareVolume, name))}},
  {"Offset", media_type, media::RelativeOffset::subtype, sizeof(media::RelativeOffset),
   {of(Form::zero, offsetof(media::RelativeOffset, reserved), 4), hex(offsetof(media::RelativeOffset, start), 8), hex(offsetof(media::RelativeOffset, end), 8)}},
  ram_disk("VirtualDisk", "77ab535a-45fc-624b-5560-f7b281d1f96e"_guid), ram_disk("VirtualCD", "3d5abd30-4175-87ce-6d64-d2ade523c4bb"_guid),
  ram_disk("PersistentVirtualDisk", "5cea02c9-4d07-69d3-269f-4496fbe096f9"_guid), ram_disk("PersistentVirtualCD", "08018188-42cd-bb48-100f-5387d53ded3d"_guid),
  {"RamDisk", media_type, media::RamDisk::subtype, sizeof(media::RamDisk),
   {hex(offsetof(media::RamDisk, start), 8), hex(offsetof(media::RamDisk, end), 8), decimal(offsetof(media::RamDisk, instance), 2), guid(offsetof(media::RamDisk, disk_type))}},

  {"BBS", bios_boot, Bbs::subtype, sizeof(Bbs),
   {named(offsetof(Bbs, device_type), 2, Names::boot_device), rest(Form::ascii_nul), detail(hex(offsetof(Bbs, status_flag), 2))}},
};
// clang-format on

// A list in one string: the image then holds no pointers to relocate.
std::string_view nth(std::string_view list, u64 index) {
  usize start = 0, end = 0;
  for (;; start = ++end) {
    while (end < list.size() && list[end] != ',') ++end;
    if (index-- == 0) return {list.data() + start, end - start};
    if (end == list.size()) return {};
  }
}

}  // namespace

std::span<const Grammar> grammars() { return table; }

std::string_view type_name(u8 type) {
  switch (type) {
    case hardware:
      return "HardwarePath";
    case acpi_type:
      return "AcpiPath";
    case messaging:
      return "Msg";
    case media_type:
      return "MediaPath";
    case bios_boot:
      return "BbsPath";
    default:
      return {};  // any byte
  }
}

std::string_view name_of(Names list, u64 value) {
  switch (list) {
    case Names::none:
      return {};
    case Names::channel:
      return nth("Primary,Secondary", value);
    case Names::drive:
      return nth("Master,Slave", value);
    case Names::ip_protocol:
      return value == 6 ? "TCP" : value == 17 ? "UDP" : "";
    case Names::ipv4_origin:
      return nth("DHCP,Static", value);
    case Names::ipv6_origin:
      return nth("Static,StatelessAutoConfigure,StatefulAutoConfigure", value);
    case Names::parity:
      return nth("D,N,E,O,M,S", value);
    case Names::stop_bits:
      return nth("D,1,1.5,2", value);
    case Names::boot_device:
      return nth(",Floppy,HD,CDROM,PCMCIA,USB,Network", value);
  }
  return {};
}

}  // namespace device_path
