// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/storage/usb_storage.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/drivers/disk_child.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

constexpr Patience patience = {core::clock_now, 10'000'0000};  // ten seconds

Result<> publish(Managed& managed, std::span<const u8> node, usb::BulkOnly& transport, u8 number) {
  usb::StorageUnit unit;
  scsi::Disk found;
  unit.init(transport, number);
  TRY(found.open(unit, patience));
  return publish_unit(managed, node, unit, found);
}

}  // namespace

Result<> publish_usb_storage(Managed& managed, std::span<const u8> node, usb::BulkOnly& transport) {
  using Unit = efi::messaging_path::LogicalUnit;
  const u8 count = transport.unit_count();
  if (count == 1) return publish(managed, node, transport, 0);
  for (u8 i = 0; i < count; ++i) {
    u8 path[6 * sizeof(efi::messaging_path::Usb) + sizeof(Unit)];  // five hubs on the way
    if (node.size() + sizeof(Unit) > sizeof path) return Error::invalid_parameter;
    const Unit last{efi::node_header<Unit>(efi::device_path_type::messaging, Unit::subtype), i};
    __builtin_memcpy(path, node.data(), node.size());
    __builtin_memcpy(path + node.size(), &last, sizeof last);
    if (auto done = publish(managed, {path, node.size() + sizeof last}, transport, i); !done)
      log::warning("usb: unit ", i, " cannot be used: ", done.error());
  }
  return {};
}

}  // namespace drivers
