// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/device.hpp"
#include "dxe/boot/path.hpp"
#include "dxe/core/handle.hpp"
#include "lib/efi/block_io.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/load_file.hpp"

namespace boot {
namespace {

using device_path::TextSink;
namespace type = efi::device_path_type;
namespace messaging = efi::messaging_path;

// The words of edk2 where it has some: entries look alike to whoever knows OVMF's.
std::string_view kind_of(const efi::DevicePath* path, bool removable) {
  std::string_view kind = "Misc Device";
  for (const efi::DevicePath* node = path; node && !device_path::ends_path(*node); node = device_path::next(node)) {
    if (node->type != type::messaging) continue;
    switch (node->subtype) {
      case messaging::Atapi::subtype:
      case messaging::Sata::subtype: kind = removable ? "DVD/CDROM" : "Hard Drive"; break;
      case messaging::Scsi::subtype: kind = "SCSI Device"; break;
      case messaging::Usb::subtype: kind = "USB Device"; break;
      case messaging::NvmeNamespace::subtype: kind = "NVMe Device"; break;
      case messaging::Mac::subtype: return "Network";
      default: break;
    }
  }
  return kind;
}

struct Description {
  char16_t room[48];
  TextSink text{std::span(room)};

  bool names(const Option& option) const {
    const usize bytes = text.length() * sizeof(char16_t);
    return option.load.description.size() == bytes && __builtin_memcmp(option.load.description.data(), room, bytes) == 0;
  }
};

// "UEFI Misc Device", "UEFI Misc Device 2"
void describe(std::string_view kind, Options& options, Description& to) {
  for (unsigned count = 1; count <= 99; ++count) {
    to.text.rewind(0);
    to.text.put("UEFI ");
    to.text.put(kind);
    if (count > 1) {
      to.text.put(u' ');
      to.text.put_decimal(count);
    }
    bool taken = false;
    for (Option& o : options.list()) taken |= to.names(o);
    if (!taken) return;
  }
}

bool known(Options& options, Bytes path) {
  for (Option& o : options.list())
    if (o.load.path.size() == path.size() && begins_with(o.load.path, path)) return true;
  return false;
}

unsigned add_entry(Options& options, std::string_view kind, const efi::DevicePath* path) {
  if (!path || path->type == type::media) return 0;
  const Bytes bytes{reinterpret_cast<const u8*>(path), device_path::bytes(path)};
  if (known(options, bytes)) return 0;
  Description description;
  describe(kind, options, description);
  return options.create({description.room, description.text.length()}, bytes) ? 1 : 0;
}

unsigned add_disks(Options& options, bool removable) {
  unsigned added = 0;
  for (efi::Handle h : Handles(efi::BlockIo::guid)) {
    const auto& media = *static_cast<efi::BlockIo*>(core::interface_of(h, efi::BlockIo::guid))->media;
    if (media.logical_partition || !!media.removable_media != removable || (removable && !media.media_present)) continue;
    added += add_entry(options, kind_of(path_of(h), removable), path_of(h));
  }
  return added;
}

// Entries of OVMF for one network card end in nodes for protocols; they stand for it as well as our own.
unsigned add_loaders(Options& options) {
  unsigned added = 0;
  for (efi::Handle h : Handles(efi::LoadFile::guid)) {
    bool served = false;
    for (Option& o : options.list()) served |= begins_with(o.load.path, device_path::body(path_of(h)));
    if (!served) added += add_entry(options, kind_of(path_of(h), false), path_of(h));
  }
  return added;
}

// What is not connected may still be there: only the lack of its PCI function counts, or that of a unit when all disks are known.
bool stale(const Option& option) {
  if (!option.load.automatic() || option.firmware_file() || option.path()->type == type::bios_boot) return false;
  auto nearest = nearest_to(option.path());
  if (!nearest) return true;
  if (nearest->whole()) return false;
  return nearest->rest->type == type::hardware || (disks_are_connected() && network_card_of(option.path()).empty());
}

}  // namespace

void drop_stale_entries(Options& options) {
  bool any = false;
  for (Option& o : options.list())
    if (stale(o)) {
      options.erase(o);
      any = true;
    }
  if (any) options.write_order();
}

unsigned refresh_entries(Options& options) {
  drop_stale_entries(options);
  const unsigned added = add_disks(options, true) + add_disks(options, false) + add_loaders(options);
  options.write_order();
  return added;
}

void add_network_entry(Options& options, const efi::DevicePath* path) {
  (void)add_entry(options, "Network", path);
}

}  // namespace boot
