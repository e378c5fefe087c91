// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/pool.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/boot_services.hpp"

// From the path in a load option to the images that it can mean.
namespace boot {

using namespace base;
using device_path::Bytes;

// The handle that is nearest to the end of a path, and what of the path lies behind it.
struct Nearest {
  efi::Handle handle;
  const efi::DevicePath* rest;
  bool whole() const { return device_path::ends_path(*rest); }
};
Result<Nearest> nearest_to(const efi::DevicePath* path);
// Connects what lies along the path, and no more. A network card's option ROM is started when nothing else drives the card.
Result<Nearest> connect_path(const efi::DevicePath* path);

const efi::DevicePath* path_of(efi::Handle handle);
bool begins_with(Bytes path, Bytes prefix);

// Is this the path of the partition that an HD() node means? The node may be malformed.
bool is_partition(const efi::DevicePath* path, const efi::DevicePath* hard_drive);

// Handles with a protocol, at the time of asking.
class Handles {
 public:
  explicit Handles(const Guid& protocol);
  ~Handles();
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  efi::Handle* begin() const { return handles_; }
  efi::Handle* end() const { return handles_ + count_; }

 private:
  efi::Handle* handles_ = nullptr;
  u64 count_ = 0;
};

// A path put together in pool, freed with the object.
class OwnPath {
 public:
  constexpr OwnPath() = default;
  ~OwnPath();
  OwnPath(const OwnPath&) = delete;
  OwnPath& operator=(const OwnPath&) = delete;
  Result<> join(Bytes first, Bytes second);
  efi::DevicePath* get() const { return path_; }

 private:
  efi::DevicePath* path_ = nullptr;
};

// What can be loaded for a path, in the order in which to try.
struct Images {
  static constexpr unsigned max = 16;
  OwnPath paths[max];
  unsigned count = 0;
  void add(Bytes first, Bytes second);
};

// Why there are none, in words that follow the name of an entry.
enum class Missing : u8 { none, no_device, no_file_system, no_partition, no_uri, no_usb_device };
const char* words_for(Missing missing);

// Expands short forms [uefi §3.1.2] and devices without a file to their removable-media path [uefi §3.5.1.1], connecting
// what that takes.
Missing find_images(const efi::DevicePath* path, Images& to);

}  // namespace boot
