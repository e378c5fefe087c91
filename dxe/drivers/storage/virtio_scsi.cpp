// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/disk_child.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/virtio.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/log/log.hpp"
#include "lib/virtio/scsi.hpp"

namespace drivers {
namespace {

using ScsiNode = efi::messaging_path::Scsi;

constexpr unsigned most_units = 256;  // of one host

class VirtioScsi final : public Managed {
 public:
  Result<> begin() override {
    TRY(host_.start(*pci_device_of(controller().interface), dma_pages, virtio_disk_patience));
    const auto targets = TRY(host_.find_targets());
    for (unsigned target = 0; target <= host_.last_target(); ++target) {
      if (!targets.has(target)) continue;
      if (auto looked = look_at_target(static_cast<u8>(target)); !looked)
        log::warning("virtio-scsi: target ", target, " cannot be used: ", looked.error());
    }
    return {};
  }
  Result<> stop() override {
    host_.stop();
    return {};
  }
  void quiet() override { host_.quiet(); }

 private:
  Result<> look_at_target(u8 target) {
    // Room on the stack for as many units as anybody gives to one target.
    constexpr usize room = 64;
    u8 data[8 + 8 * room] = {};
    u16 luns[room] = {0};
    const scsi::Command command{scsi::report_luns(sizeof data), data, {}};
    auto answer = host_.execute(target, 0, command);
    // The first command may only hear that the unit was reset.
    if (answer && answer->sense.key == scsi::Sense::unit_attention) answer = host_.execute(target, 0, command);
    if (!answer) return answer.error() == Error::no_response ? Result<>() : answer.error();
    usize count = answer->status == scsi::status::good ? scsi::parse_luns({data, answer->moved}, luns) : 0;
    // Who does not know the command has one unit.
    if (count == 0) count = 1;
    for (usize i = 0; i < count; ++i) add_unit(target, luns[i]);
    return {};
  }

  void add_unit(u8 target, u16 lun) {
    if (units_ == most_units) return;
    virtio::ScsiUnit unit(host_, target, lun);
    scsi::Disk device;
    auto done = device.open(unit, virtio_disk_patience.request);
    const ScsiNode node{efi::node_header<ScsiNode>(efi::device_path_type::messaging, ScsiNode::subtype), target, lun};
    if (done) done = publish_unit(*this, node_bytes(node), unit, device);
    if (done) ++units_;
    if (done || done.error() == Error::unsupported || done.error() == Error::not_found) return;
    log::warning("virtio-scsi: unit ", target, ":", lun, " cannot be used: ", done.error());
  }

  virtio::ScsiHost host_;
  unsigned units_ = 0;
};

}  // namespace

constinit const Driver virtio_scsi_driver = {u"Virtio SCSI host", &efi::PciIo::guid, is_virtio<virtio::DeviceType::scsi>,
                                             start_as<VirtioScsi>};

}  // namespace drivers
