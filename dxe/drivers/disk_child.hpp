// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/disk.hpp"
#include "dxe/drivers/driver.hpp"
#include "lib/scsi/disk.hpp"

namespace drivers {

// A disk on a handle of its own behind its controller.
template <class Device>
struct DiskChild final : Child {
  Result<> withdraw() override { return disk.withdraw(); }

  Device device;
  Disk disk;
};

// An opened device on a child of its own, whose path is the controller's and `node`.
template <class Device>
Result<> publish_disk(Managed& managed, std::span<const u8> node, const Device& device) {
  auto* child = TRY(managed.add_child<DiskChild<Device>>(node));
  child->device = device;
  auto published = child->disk.publish(child->handle(), child->device);
  if (!published) (void)!managed.remove_child(*child);
  return published;
}

// The same with a disk or CD-ROM drive behind a SCSI unit.
template <class Unit>
struct UnitChild final : Child {
  Result<> withdraw() override { return disk.withdraw(); }

  Unit unit;
  scsi::Disk device;
  Disk disk;
};

template <class Unit>
Result<> publish_unit(Managed& managed, std::span<const u8> node, const Unit& unit, const scsi::Disk& device) {
  auto* child = TRY(managed.add_child<UnitChild<Unit>>(node));
  child->unit = unit;
  child->device = device;
  child->device.attach(child->unit);
  auto published = child->disk.publish(child->handle(), child->device);
  if (!published) (void)!managed.remove_child(*child);
  return published;
}

}  // namespace drivers
