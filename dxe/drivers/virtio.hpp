// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/clock.hpp"
#include "dxe/drivers/driver.hpp"
#include "lib/virtio/block.hpp"

// What our virtio drivers have in common.
namespace drivers {

inline constexpr Patience virtio_patience = {core::clock_now, 2'0000'000};  // two seconds
// A disk of the host may be slow, or spin up.
inline constexpr virtio::Patiences virtio_disk_patience = {virtio_patience, {core::clock_now, 20'0000'000, core::rest}};

inline bool has_virtio_id(const pci::Device& d, virtio::DeviceType type) {
  return d.vendor == virtio::pci_vendor && (d.device == virtio::modern_id(type) || d.device == virtio::transitional_id(type));
}

template <virtio::DeviceType type>
bool is_virtio(const Controller& c) {
  const pci::Device* device = pci_device_of(c.interface);
  return device && has_virtio_id(*device, type);
}

}  // namespace drivers
