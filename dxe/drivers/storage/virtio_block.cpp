// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/disk.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/virtio.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/virtio/block.hpp"

namespace drivers {
namespace {

// BlockIo on the handle of the PCI function itself, as OVMF has it.
class VirtioBlock final : public Managed {
 public:
  Result<> begin() override {
    TRY(device_.start(*pci_device_of(controller().interface), dma_pages, virtio_disk_patience));
    return disk_.publish(controller().handle, device_);
  }
  Result<> stop() override {
    TRY(disk_.withdraw());
    device_.stop();
    return {};
  }
  void quiet() override { device_.quiet(); }

 private:
  virtio::Block device_;
  Disk disk_;
};

}  // namespace

constinit const Driver virtio_block_driver = {u"Virtio block device", &efi::PciIo::guid, is_virtio<virtio::DeviceType::block>,
                                              start_as<VirtioBlock>};

}  // namespace drivers
