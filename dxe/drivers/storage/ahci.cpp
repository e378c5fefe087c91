// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/drivers/disk_child.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "lib/ahci/adapter.hpp"
#include "lib/ahci/port.hpp"
#include "lib/ahci/registers.hpp"
#include "lib/ata/disk.hpp"
#include "lib/ata/packet_unit.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

constexpr u32 class_ahci = 0x01'06'01;
constexpr Patience patience = {core::clock_now, 10'000'0000, core::rest};  // ten seconds

class AhciController final : public Managed {
 public:
  Result<> begin() override {
    TRY(adapter_.open(*pci_device_of(controller().interface), patience));
    for (unsigned i = 0; i < ahci::max_ports; ++i)
      if (adapter_.has_port(i))
        if (auto added = add(i); !added) log::warning("ahci: port ", i, " cannot be used: ", added.error());
    return {};
  }

  Result<> stop() override {
    for (ahci::Port*& port : ports_) {
      if (!port) continue;
      TRY(port->stop());
      core::destroy(*port);
      port = nullptr;
    }
    return {};
  }

  void quiet() override {
    for (ahci::Port* port : ports_)
      if (port) port->quiet();
  }

 private:
  using Node = efi::messaging_path::Sata;

  Result<> add(unsigned number) {
    ports_[number] = TRY(core::make<ahci::Port>());
    switch (TRY(ports_[number]->open(adapter_.port_registers(number), adapter_.dma_limit(), dma_pages, patience))) {
      case ata::Kind::none: return {};
      case ata::Kind::disk: return add_disk(number);
      case ata::Kind::packet: return add_packet_device(number);
    }
  }

  Node node(unsigned number) const {
    return {efi::node_header<Node>(efi::device_path_type::messaging, Node::subtype), static_cast<u16>(number), Node::no_multiplier, 0};
  }

  Result<> add_disk(unsigned number) {
    ata::Disk found;
    TRY(found.open(*ports_[number]));
    return publish_disk(*this, node_bytes(node(number)), found);
  }

  Result<> add_packet_device(unsigned number) {
    ata::PacketUnit unit;
    scsi::Disk found;
    unit.init(*ports_[number]);
    TRY(found.open(unit, patience));
    return publish_unit(*this, node_bytes(node(number)), unit, found);
  }

  ahci::Adapter adapter_;
  ahci::Port* ports_[ahci::max_ports] = {};
};

}  // namespace

constinit const Driver ahci_driver = {u"AHCI", &efi::PciIo::guid, has_pci_class<class_ahci>, start_as<AhciController>};

}  // namespace drivers
