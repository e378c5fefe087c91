// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/network/simple_network.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/virtio.hpp"
#include "lib/e1000/card.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/virtio/network.hpp"

namespace drivers {
namespace {

constexpr Patience patience = {core::clock_now, 2'0000'000};  // two seconds

template <class Card>
class NetworkCard final : public Managed {
 public:
  Result<> begin() override {
    TRY(card_.open(*pci_device_of(controller().interface), dma_pages, patience));
    return publish_network(*this, card_);
  }
  Result<> stop() override { return card_.down(); }
  void quiet() override { card_.quiet(); }

 private:
  Card card_;
};

bool is_e1000(const Controller& c) {
  const pci::Device* d = pci_device_of(c.interface);
  return d && d->vendor == e1000::pci_vendor &&
         (d->device == e1000::pci_82540em || d->device == e1000::pci_82545em || d->device == e1000::pci_82574l);
}

}  // namespace

constinit const Driver virtio_network_driver = {u"Virtio network card", &efi::PciIo::guid, is_virtio<virtio::DeviceType::network>,
                                                start_as<NetworkCard<virtio::Network>>};
constinit const Driver e1000_driver = {u"Intel gigabit network card", &efi::PciIo::guid, is_e1000, start_as<NetworkCard<e1000::Card>>};

}  // namespace drivers
