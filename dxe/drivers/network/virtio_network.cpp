// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/network/simple_network.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/virtio.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/virtio/network.hpp"

namespace drivers {
namespace {

class VirtioNetwork final : public Managed {
 public:
  Result<> begin() override {
    TRY(device_.open(*pci_device_of(controller().interface), dma_pages, virtio_patience));
    return publish_network(*this, device_);
  }
  Result<> stop() override { return device_.down(); }
  void quiet() override { device_.quiet(); }

 private:
  virtio::Network device_;
};

}  // namespace

constinit const Driver virtio_network_driver = {u"Virtio network card", &efi::PciIo::guid, is_virtio<virtio::DeviceType::network>,
                                                start_as<VirtioNetwork>};

}  // namespace drivers
