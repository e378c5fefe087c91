// SPDX-License-Identifier: BSD-2-Clause-Patent
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

// A USB host controller and the devices at its root ports and behind hubs. Keyboards are asked by a timer at TPL_NOTIFY, which nothing else
// here may be interrupted by: disks are read at that level, too.
template <class Host, class Device>
class UsbHost final : public Managed {
 public:
  Result<> begin() override {
    core::TplGuard guard(efi::tpl_notify);
    TRY(host_.open(*pci_device_of(controller().interface), dma_pages, usb_patience));
    for (unsigned port = 1; port <= host_.port_count(); ++port)
      note(port, add(port));
    // What is behind a hub may be one.
    for (unsigned i = 0; i < hub_count_; ++i)
      for (unsigned port = 1; port <= hubs_[i]->hub.port_count(); ++port) note(port, add_behind(*hubs_[i], port));
    return {};
  }

  Result<> stop() override {
    core::TplGuard guard(efi::tpl_notify);
    functions_.forget();
    hub_count_ = 0;
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
    usb::Hub hub;
    UsbPath parent;
    u8 port = 0;
  };

  static void note(unsigned port, Result<> added) {
    if (!added && added.error() != Error::no_media) log::warning("usb: the device at port ", port, " cannot be used: ", added.error());
  }

  // A device that fails stays listed: the controller may know its memory.
  Result<Entry*> list(const UsbPath& parent, unsigned port) {
    auto* made = TRY(core::make<Entry>());
    devices_.push_back(*made);
    made->parent = parent;
    made->port = static_cast<u8>(port - 1);
    return made;
  }

  Result<> use(Entry& e) {
    TRY(functions_.add(*this, e.device, e.parent, e.port, e.hub));
    if (e.hub.port_count() == 0) return {};
    if (hub_count_ == most_hubs) return Error::out_of_resources;
    hubs_[hub_count_++] = &e;
    return {};
  }

  Result<> add(unsigned port) {
    Entry& e = *TRY(list({}, port));
    TRY(e.device.open(host_, port));
    return use(e);
  }

  Result<> add_behind(Entry& at, unsigned port) {
    if constexpr (requires(Device d) { d.open_behind(d, 1u, usb::Speed::full); }) {
      const usb::Speed speed = TRY(at.hub.reset_port(port));
      const UsbPath parent = TRY(at.parent.with(at.port, 0));
      Entry& e = *TRY(list(parent, port));
      TRY(e.device.open_behind(at.device, port, speed));
      return use(e);
    }
    return Error::unsupported;
  }

  Host host_;
  List<Entry> devices_;
  static constexpr unsigned most_hubs = 16;
  Entry* hubs_[most_hubs] = {};
  unsigned hub_count_ = 0;
  UsbFunctions functions_;
};

}  // namespace

constinit const Driver xhci_driver = {u"xHCI", &efi::PciIo::guid, has_pci_class<class_xhci>, start_as<UsbHost<xhci::Controller, xhci::Device>>};
constinit const Driver ehci_driver = {u"EHCI", &efi::PciIo::guid, has_pci_class<class_ehci>, start_as<UsbHost<ehci::Controller, ehci::Device>>};

}  // namespace drivers
