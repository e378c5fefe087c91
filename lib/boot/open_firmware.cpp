// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/boot/open_firmware.hpp"

#include "lib/efi/device_path_nodes.hpp"

namespace boot {
namespace {

using device_path::ByteSink;
namespace type = efi::device_path_type;
namespace messaging = efi::messaging_path;

constexpr unsigned max_bridges = 32;

// driver@unit
struct Node {
  std::string_view driver, unit;
};

// The first of some characters, or the end.
usize find(std::string_view text, char a, char b) {
  usize at = 0;
  while (at < text.size() && text[at] != a && text[at] != b) ++at;
  return at;
}

struct Halves {
  std::string_view first, second;  // second: without data when there was no separator
  bool both() const { return second.data() != nullptr; }
};
Halves split(std::string_view text, char separator) {
  const usize at = find(text, separator, separator);
  if (at == text.size()) return {text, {}};
  return {{text.data(), at}, {text.data() + at + 1, text.size() - at - 1}};
}

// The next node of "/a@1/b@2", or one without a driver: the end.
Node next_node(std::string_view& path) {
  if (path.empty() || path.front() != '/') return {};
  path.remove_prefix(1);
  const std::string_view text(path.data(), find(path, '/', '/'));
  path.remove_prefix(text.size());
  const auto [driver, unit] = split(text, '@');
  return {driver, unit};
}

Result<u64> parse_hex(std::string_view digits) {
  if (digits.empty() || digits.size() > 16) return Error::invalid_parameter;
  u64 value = 0;
  for (char c : digits) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return Error::invalid_parameter;
    value = value << 4 | static_cast<u64>(digit);
  }
  return value;
}

struct Numbers {
  u64 first, second;  // second: 0 when it is not there
};

// "5" or "5,1", each no larger than its limit.
Result<Numbers> numbers_of(std::string_view unit, u64 first_limit, u64 second_limit) {
  const Halves halves = split(unit, ',');
  const u64 first = TRY(parse_hex(halves.first));
  const u64 second = halves.both() ? TRY(parse_hex(halves.second)) : 0;
  if (first > first_limit || second > second_limit) return Error::invalid_parameter;
  return Numbers{first, second};
}

template <class T>
void put(ByteSink& to, const T& node) {
  to.put({reinterpret_cast<const u8*>(&node), sizeof node});
}

template <class T>
efi::DevicePath messaging_header() {
  return efi::node_header<T>(type::messaging, T::subtype);
}

// "i0cf8" is the main root; "i0cf8,2" the second of the extra ones, by bus number.
Result<> put_root(Node node, std::span<const u8> root_buses, ByteSink& to) {
  if (node.driver != "pci") return Error::not_found;
  const Halves halves = split(node.unit, ',');
  const u64 position = halves.both() ? TRY(parse_hex(halves.second)) : 0;
  if (position >= root_buses.size()) return Error::invalid_parameter;
  put(to, efi::acpi_path::Hid{efi::node_header<efi::acpi_path::Hid>(type::acpi, efi::acpi_path::Hid::subtype), efi::acpi_path::pnp(0x0a03),
                              root_buses[position]});
  return {};
}

Result<> put_pci(Node node, ByteSink& to) {
  const auto [device, function] = TRY(numbers_of(node.unit, 31, 7));
  put(to, efi::hardware_path::Pci{efi::node_header<efi::hardware_path::Pci>(type::hardware, efi::hardware_path::Pci::subtype),
                                  static_cast<u8>(function), static_cast<u8>(device)});
  return {};
}

// drive@1/disk@0: channel and unit of an IDE controller; the port of an AHCI controller.
Result<> put_drive(bool ide, Node drive, Node disk, ByteSink& to) {
  const u64 channel = TRY(numbers_of(drive.unit, ide ? 1 : 31, 0)).first;
  const u64 unit = TRY(numbers_of(disk.unit, 1, 0)).first;
  if (ide)
    put(to, messaging::Atapi{messaging_header<messaging::Atapi>(), static_cast<u8>(channel), static_cast<u8>(unit), 0});
  else
    put(to, messaging::Sata{messaging_header<messaging::Sata>(), static_cast<u16>(channel), messaging::Sata::no_multiplier, 0});
  return {};
}

// channel@0/disk@2,3: target and logical unit.
Result<> put_scsi(Node disk, ByteSink& to) {
  const auto [target, lun] = TRY(numbers_of(disk.unit, 0xffff, 0xffff));
  put(to, messaging::Scsi{messaging_header<messaging::Scsi>(), static_cast<u16>(target), static_cast<u16>(lun)});
  return {};
}

// namespace@1,1122334455667788: identifier and EUI-64.
Result<> put_namespace(Node node, ByteSink& to) {
  const auto [id, eui64] = TRY(numbers_of(node.unit, 0xffff'fffe, ~u64{0}));
  if (id == 0) return Error::invalid_parameter;
  put(to, messaging::NvmeNamespace{messaging_header<messaging::NvmeNamespace>(), static_cast<u32>(id), eui64});
  return {};
}

// hub@1/storage@3: one-based ports.
Result<> put_usb(Node node, std::string_view rest, ByteSink& to) {
  for (unsigned depth = 0; depth < 6 && (node.driver == "hub" || node.driver == "storage"); ++depth) {
    const u64 port = TRY(numbers_of(node.unit, 0xff, 0)).first;
    if (port == 0) return Error::invalid_parameter;
    put(to, messaging::Usb{messaging_header<messaging::Usb>(), static_cast<u8>(port - 1), 0});
    if (node.driver == "storage") break;
    node = next_node(rest);
  }
  return {};
}

Result<> put_unit(Node controller, std::string_view rest, ByteSink& to) {
  const Node child = next_node(rest);
  std::string_view behind = rest;
  const Node grandchild = next_node(behind);
  if (child.driver == "drive" && grandchild.driver == "disk") return put_drive(controller.driver == "ide", child, grandchild, to);
  if (child.driver == "channel" && grandchild.driver == "disk") return put_scsi(grandchild, to);
  if (child.driver == "namespace") return put_namespace(child, to);
  if (controller.driver == "usb") return put_usb(child, rest, to);
  if (controller.driver == "isa") return Error::not_found;  // floppy drives
  return {};  // the function says it all
}

}  // namespace

bool BootOrderLines::next(std::string_view& line) {
  while (!rest_.empty() && !halts_) {
    const usize length = find(rest_, '\n', '\0');
    line = {rest_.data(), length};
    const bool ends = length == rest_.size() || rest_[length] == '\0';
    rest_ = ends ? std::string_view() : std::string_view(rest_.data() + length + 1, rest_.size() - length - 1);
    halts_ = line == "HALT";
    if (!line.empty() && !halts_) return true;
  }
  return false;
}

Result<> device_path_of(std::string_view open_firmware, std::span<const u8> root_buses, ByteSink& to) {
  std::string_view rest = open_firmware;
  TRY(put_root(next_node(rest), root_buses, to));
  Node node = next_node(rest);
  for (unsigned depth = 0; node.driver == "pci-bridge" && depth < max_bridges; ++depth) {
    TRY(put_pci(node, to));
    node = next_node(rest);
  }
  TRY(put_pci(node, to));
  TRY(put_unit(node, rest, to));
  put(to, efi::end_device_path);
  return {};
}

}  // namespace boot
