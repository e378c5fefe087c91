// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/usb/usb_functions.hpp"
#include "lib/log/log.hpp"
#include "lib/xhci/controller.hpp"

namespace drivers {
namespace {

constexpr u32 class_xhci = 0x0c'03'30;
constexpr Patience patience = {core::clock_now, 5'000'0000};  // five seconds

class XhciController final : public Managed {
 public:
  Result<> begin() override {
    TRY(xhci_.open(*pci_device_of(controller().interface), dma_pages, patience));
    for (unsigned port = 1; port <= xhci_.port_count(); ++port)
      if (auto added = add(port); !added && added.error() != Error::no_media)
        log::warning("xhci: the device at port ", port, " cannot be used: ", added.error());
    return {};
  }

  Result<> stop() override {
    functions_.forget();
    TRY(xhci_.stop());
    while (OneDevice* d = devices_.front()) {
      d->unlink();
      core::destroy(*d);
    }
    return {};
  }

  void quiet() override { xhci_.quiet(); }

 private:
  struct OneDevice : ListNode<OneDevice> {
    xhci::Device device;
  };

  Result<> add(unsigned port) {
    const usb::Speed speed = TRY(xhci_.reset_port(port));
    auto* made = TRY(core::make<OneDevice>());
    devices_.push_back(*made);
    TRY(made->device.open(xhci_, port, speed));
    return functions_.add(*this, made->device, static_cast<u8>(port - 1));
  }

  xhci::Controller xhci_;
  List<OneDevice> devices_;
  UsbFunctions functions_;
};

bool is_xhci(const Controller& c) {
  const pci::Device* device = pci_device_of(c.interface);
  return device && device->class_code == class_xhci;
}

}  // namespace

constinit const Driver xhci_driver = {u"xHCI", &efi::PciIo::guid, is_xhci, start_as<XhciController>};

}  // namespace drivers
