// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/drivers/disk_child.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "lib/ata/disk.hpp"
#include "lib/ata/packet_unit.hpp"
#include "lib/ide/channel.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

constexpr u32 class_ide = 0x01'01;
constexpr Patience patience = {core::clock_now, 10'000'0000, core::rest};  // ten seconds
constexpr unsigned channel_count = 2, device_count = 2;

class IdeController final : public Managed {
 public:
  Result<> begin() override {
    for (unsigned i = 0; i < channel_count; ++i)
      if (auto opened = channels_[i].open(*pci_device_of(controller().interface), i, dma_pages, patience); opened)
        look_at(i);
      else if (opened.error() != Error::no_media)
        log::warning("ide: channel ", i, " cannot be used: ", opened.error());
    return {};
  }

  Result<> stop() override {
    for (ide::Channel& channel : channels_) channel.stop();
    return {};
  }

  void quiet() override {
    for (ide::Channel& channel : channels_) channel.quiet();
  }

 private:
  using Node = efi::messaging_path::Atapi;

  void look_at(unsigned channel) {
    for (unsigned i = 0; i < device_count; ++i)
      if (auto added = add(channel, i); !added) log::warning("ide: device ", i, " of channel ", channel, " cannot be used: ", added.error());
  }

  Result<> add(unsigned channel, unsigned device) {
    ide::Port& port = ports_[channel][device];
    port.init(channels_[channel], device);
    const Node node{efi::node_header<Node>(efi::device_path_type::messaging, Node::subtype), static_cast<u8>(channel), static_cast<u8>(device), 0};
    switch (channels_[channel].look(device)) {
      case ata::Kind::none: return {};
      case ata::Kind::disk: break;
      case ata::Kind::packet: return add_packet_device(port, node);
    }
    ata::Disk found;
    TRY(found.open(port));
    return publish_disk(*this, node_bytes(node), found);
  }

  Result<> add_packet_device(ide::Port& port, const Node& node) {
    ata::PacketUnit unit;
    scsi::Disk found;
    unit.init(port);
    TRY(found.open(unit, patience));
    return publish_unit(*this, node_bytes(node), unit, found);
  }

  ide::Channel channels_[channel_count];
  ide::Port ports_[channel_count][device_count];
};

}  // namespace

constinit const Driver ide_driver = {u"IDE", &efi::PciIo::guid, has_pci_class<class_ide, 8>, start_as<IdeController>};

}  // namespace drivers
