// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Virtio 1.1 over PCI, as [virtio] names it.
namespace virtio {

using namespace base;

inline constexpr u16 pci_vendor = 0x1af4;
// Modern identifiers are 0x1040 plus the device type; transitional ones were given out one by one [virtio §4.1.2].
inline constexpr u16 pci_modern_first = 0x1040;
enum class DeviceType : u16 { network = 1, block = 2, entropy = 4, scsi = 8, gpu = 16 };
constexpr u16 modern_id(DeviceType type) { return static_cast<u16>(pci_modern_first + static_cast<u16>(type)); }
inline constexpr u16 pci_transitional_first = 0x1000, pci_transitional_last = 0x103f;
constexpr u16 transitional_id(DeviceType type) {
  switch (type) {
    case DeviceType::network:
      return 0x1000;
    case DeviceType::block:
      return 0x1001;
    case DeviceType::scsi:
      return 0x1004;
    case DeviceType::entropy:
      return 0x1005;
    case DeviceType::gpu:
      return 0;  // came with the modern ones
  }
  return 0;
}

// Vendor capability [virtio §4.1.4].
namespace capability {
inline constexpr u8 type_common = 1, type_notify = 2, type_device = 4;
inline constexpr u16 type = 3, bar = 4, offset = 8, length = 12, notify_multiplier = 16;
inline constexpr u16 bytes = 16, notify_bytes = 20;
}  // namespace capability

// Common configuration [virtio §4.1.4.3].
namespace common {
inline constexpr u32 device_feature_select = 0, device_feature = 4;
inline constexpr u32 driver_feature_select = 8, driver_feature = 12;
inline constexpr u32 queue_count = 18;
inline constexpr u32 device_status = 20;
inline constexpr u32 config_generation = 21;
inline constexpr u32 queue_select = 22, queue_size = 24, queue_enable = 28, queue_notify_offset = 30;
inline constexpr u32 queue_descriptors = 32, queue_driver = 40, queue_device = 48;
inline constexpr u32 bytes = 56;
}  // namespace common

// Registers of a legacy device, ports of BAR 0 [virtio §4.1.4.8]; its own configuration follows them, as MSI-X stays off.
namespace legacy {
inline constexpr u16 device_feature = 0, driver_feature = 4;
inline constexpr u16 queue_page = 8, queue_size = 12, queue_select = 14, queue_notify = 16;
inline constexpr u16 device_status = 18, configuration = 20;
inline constexpr unsigned bar = 0;
}  // namespace legacy

// Device status [virtio §2.1].
namespace status {
inline constexpr u8 acknowledge = 1, driver = 2, driver_ok = 4, features_ok = 8, needs_reset = 64, failed = 128;
}

namespace feature {
inline constexpr u64 version_1 = 1ull << 32;
inline constexpr u64 access_platform = 1ull << 33;
}  // namespace feature

// Split virtqueue [virtio §2.6].
struct Descriptor {
  static constexpr u16 next_flag = 1, write_flag = 2;
  u64 address;
  u32 length;
  u16 flags;
  u16 next;
};
static_assert(sizeof(Descriptor) == 16);
namespace ring {
inline constexpr u32 flags = 0, index = 2, entries = 4;  // of the available and the used ring
inline constexpr u32 available_entry = 2, used_entry = 8, used_entry_length = 4;
inline constexpr u16 no_interrupt = 1;
}  // namespace ring

}  // namespace virtio
