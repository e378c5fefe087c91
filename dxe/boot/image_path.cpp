// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/device.hpp"
#include "dxe/boot/path.hpp"
#include "dxe/core/connect.hpp"
#include "dxe/core/handle.hpp"
#include "lib/base/endian.hpp"
#include "lib/efi/block_io.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/file.hpp"
#include "lib/efi/load_file.hpp"

namespace boot {
namespace {

using efi::DevicePath;
using efi::media_path::HardDrive;
namespace type = efi::device_path_type;
namespace media = efi::media_path;
namespace messaging = efi::messaging_path;

struct [[gnu::packed]] RemovableMediaPath {
  media::FilePath file = {efi::node_header<media::FilePath>(type::media, media::FilePath::subtype, sizeof name)};
  char16_t name[22] = u"\\EFI\\BOOT\\BOOTX64.EFI";
};
constexpr RemovableMediaPath removable_media_path;

bool is(const DevicePath& node, u8 wanted_type, u8 subtype) { return node.type == wanted_type && node.subtype == subtype; }

// Removable-media paths of what is behind a device, and what boots without a file system (the network).
Missing images_behind(Bytes device, Images& to) {
  for (efi::Handle h : Handles(efi::SimpleFileSystem::guid)) {
    const Bytes at = device_path::body(path_of(h));
    if (begins_with(at, device))
      to.add(at, {reinterpret_cast<const u8*>(&removable_media_path), sizeof removable_media_path});
  }
  for (efi::Handle h : Handles(efi::LoadFile::guid)) {
    const Bytes at = device_path::body(path_of(h));
    if (begins_with(at, device)) to.add(at, {});
  }
  return to.count ? Missing::none : Missing::no_file_system;
}

Missing images_of_full_path(const DevicePath* path, Images& to) {
  auto nearest = connect_path(path);
  if (!nearest) return Missing::no_device;
  if (nearest->whole()) {
    if (!core::interface_of(nearest->handle, efi::LoadFile::guid)) {
      (void)!core::connect_controller(nearest->handle, nullptr, nullptr, true);
      return images_behind(device_path::body(path), to);
    }
  } else if (!is(*nearest->rest, type::media, media::FilePath::subtype) && !core::interface_of(nearest->handle, efi::LoadFile::guid)) {
    return Missing::no_device;
  }
  to.add(device_path::body(path), {});
  return Missing::none;
}

// A signature of an MBR is the whole disk's; there the number of the partition counts, too.
bool same_partition(const HardDrive& a, const HardDrive& b) {
  return a.signature_type == b.signature_type && a.format == b.format && __builtin_memcmp(a.signature, b.signature, sizeof a.signature) == 0 &&
         (a.signature_type != HardDrive::signature_mbr || a.partition_number == b.partition_number);
}

bool add_partitions(const HardDrive& wanted, const DevicePath* rest, Images& to) {
  bool any = false;
  for (efi::Handle h : Handles(efi::BlockIo::guid)) {
    if (!is_partition(path_of(h), &wanted.header)) continue;
    any = true;
    OwnPath full;
    if (full.join(device_path::body(path_of(h)), device_path::body(rest))) (void)images_of_full_path(full.get(), to);
  }
  return any;
}

// HD(...): the disk can be anywhere. One that is connected already is looked at first.
Missing images_of_partition(const DevicePath* path, Images& to) {
  if (path->size() != sizeof(HardDrive)) return Missing::no_partition;
  const auto wanted = load_le<HardDrive>(path);
  if (!add_partitions(wanted, device_path::next(path), to)) {
    connect_disks();
    if (!add_partitions(wanted, device_path::next(path), to)) return Missing::no_partition;
  }
  return to.count ? Missing::none : Missing::no_file_system;
}

// \\file: on every file system.
Missing images_of_file(const DevicePath* path, Images& to) {
  connect_disks();
  for (efi::Handle h : Handles(efi::SimpleFileSystem::guid)) to.add(device_path::body(path_of(h)), device_path::body(path));
  return to.count ? Missing::none : Missing::no_file_system;
}

bool has_usb_node(const DevicePath* path) {
  for (; path && !device_path::ends_path(*path); path = device_path::next(path))
    if (is(*path, type::messaging, messaging::Usb::subtype)) return true;
  return false;
}

// UsbClass(...) of any mass storage. What asks for one product is not served.
Missing images_of_usb_class(const DevicePath* path, Images& to) {
  if (path->size() != sizeof(messaging::UsbClass)) return Missing::no_usb_device;
  const auto wanted = load_le<messaging::UsbClass>(path);
  const bool storage = wanted.device_class == 0xff || wanted.device_class == 0x08;
  if (!storage || wanted.vendor_id != 0xffff || wanted.product_id != 0xffff) return Missing::no_usb_device;
  connect_disks();
  const Bytes rest = device_path::body(device_path::next(path));
  for (efi::Handle h : Handles(efi::SimpleFileSystem::guid))
    if (has_usb_node(path_of(h)))
      to.add(device_path::body(path_of(h)),
             rest.empty() ? Bytes{reinterpret_cast<const u8*>(&removable_media_path), sizeof removable_media_path} : rest);
  return to.count ? Missing::none : Missing::no_usb_device;
}

}  // namespace

bool is_partition(const DevicePath* path, const DevicePath* hard_drive) {
  if (hard_drive->size() != sizeof(HardDrive)) return false;
  const auto wanted = load_le<HardDrive>(hard_drive);
  for (const DevicePath* node = path; node && !device_path::ends_path(*node); node = device_path::next(node))
    if (is(*node, type::media, HardDrive::subtype) && node->size() == sizeof(HardDrive) && device_path::ends_path(*device_path::next(node)) &&
        same_partition(load_le<HardDrive>(node), wanted))
      return true;
  return false;
}

void Images::add(Bytes first, Bytes second) {
  if (count < max && paths[count].join(first, second)) ++count;
}

const char* words_for(Missing missing) {
  switch (missing) {
    case Missing::none: return "";
    case Missing::no_device: return "the device is not there";
    case Missing::no_file_system: return "nothing on it to load from";
    case Missing::no_partition: return "no disk has the partition";
    case Missing::no_uri: return "booting from a URI is not supported";
    case Missing::no_usb_device: return "no USB device is like that";
  }
  return "";
}

Missing find_images(const DevicePath* path, Images& to) {
  if (is(*path, type::media, HardDrive::subtype)) return images_of_partition(path, to);
  if (is(*path, type::media, media::FilePath::subtype)) return images_of_file(path, to);
  if (is(*path, type::messaging, messaging::UsbClass::subtype)) return images_of_usb_class(path, to);
  if (is(*path, type::messaging, messaging::Uri::subtype)) return Missing::no_uri;
  return images_of_full_path(path, to);
}

}  // namespace boot
