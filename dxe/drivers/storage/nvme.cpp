// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/drivers/disk_child.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "lib/log/log.hpp"
#include "lib/nvme/namespace.hpp"

namespace drivers {
namespace {

constexpr u32 class_nvme = 0x01'08'02;
constexpr Patience patience = {core::clock_now, 10'000'0000, core::rest};  // ten seconds

class NvmeController final : public Managed {
 public:
  Result<> begin() override {
    TRY(nvme_.open(*pci_device_of(controller().interface), dma_pages, patience));
    u32 ids[nvme::Controller::max_namespaces];
    const u32 count = TRY(nvme_.list_namespaces(ids));
    for (u32 i = 0; i < count; ++i)
      if (auto added = add(ids[i]); !added) log::warning("nvme: namespace ", ids[i], " cannot be used: ", added.error());
    return {};
  }
  Result<> stop() override { return nvme_.stop(); }
  void quiet() override { nvme_.quiet(); }

 private:
  Result<> add(u32 id) {
    nvme::Namespace found;
    TRY(found.open(nvme_, id));
    using Node = efi::messaging_path::NvmeNamespace;
    const Node node{efi::node_header<Node>(efi::device_path_type::messaging, Node::subtype), id, found.eui64()};
    return publish_disk(*this, node_bytes(node), found);
  }

  nvme::Controller nvme_;
};

}  // namespace

constinit const Driver nvme_driver = {u"NVM Express", &efi::PciIo::guid, has_pci_class<class_nvme>, start_as<NvmeController>};

}  // namespace drivers
