// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/usb/usb_functions.hpp"
#include "lib/ehci/device.hpp"
#include "lib/log/log.hpp"
#include "lib/xhci/controller.hpp"

namespace drivers {
namespace {

constexpr u32 class_xhci = 0x0c'03'30, class_ehci = 0x0c'03'20;
constexpr Patience patience = {core::clock_now, 5'000'0000};  // five seconds

// A USB host controller and the devices at its root ports. Keyboards are asked by a timer at TPL_NOTIFY, which nothing else
// here may be interrupted by: disks are read at that level, too.
template <class Host, class Device>
class UsbHost final : public Managed {
 public:
  Result<> begin() override {
    core::TplGuard guard(efi::tpl_notify);
    TRY(host_.open(*pci_device_of(controller().interface), dma_pages, patience));
    for (unsigned port = 1; port <= host_.port_count(); ++port)
      if (auto added = add(port); !added && added.error() != Error::no_media)
        log::warning("usb: the device at port ", port, " cannot be used: ", added.error());
    return {};
  }

  Result<> stop() override {
    core::TplGuard guard(efi::tpl_notify);
    functions_.forget();
    TRY(host_.stop());
    while (Entry* e = devices_.front()) {
      e->device.release();
      e->unlink();
      core::destroy(*e);
    }
    return {};
  }

  void quiet() override { host_.quiet(); }

 private:
  struct Entry : ListNode<Entry> {
    Device device;
  };

  // A device that fails stays listed: the controller may know its memory.
  Result<> add(unsigned port) {
    auto* made = TRY(core::make<Entry>());
    devices_.push_back(*made);
    TRY(made->device.open(host_, port));
    return functions_.add(*this, made->device, static_cast<u8>(port - 1));
  }

  Host host_;
  List<Entry> devices_;
  UsbFunctions functions_;
};

}  // namespace

constinit const Driver xhci_driver = {u"xHCI", &efi::PciIo::guid, has_pci_class<class_xhci>, start_as<UsbHost<xhci::Controller, xhci::Device>>};
constinit const Driver ehci_driver = {u"EHCI", &efi::PciIo::guid, has_pci_class<class_ehci>, start_as<UsbHost<ehci::Controller, ehci::Device>>};

}  // namespace drivers
