// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/graphics/head.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/virtio/gpu_device.hpp"

namespace drivers {
namespace {

using graphics::Resolution, graphics::Surface;

constexpr virtio::Patience patience = {core::clock_now, 2'0000'000};  // two seconds
constexpr u32 class_vga = 0x0300;
constexpr u64 most_pixel_bytes = 16_MiB;  // of our memory for the picture

// A virtio GPU without a VGA.
class VirtioGpu final : public Managed, public Adapter {
 public:
  Result<> begin() override {
    TRY(gpu_.start(*pci_device_of(controller().interface), dma_pages, patience));
    u8 edid[graphics::edid_bytes];
    const bool has_edid = static_cast<bool>(gpu_.read_edid(edid));
    auto* head = TRY(add_child<HeadChild>(node_bytes(head_node())));
    return head->publish(head->handle(), *this, has_edid ? std::span<const u8>(edid) : std::span<const u8>(), most_pixel_bytes);
  }
  // A device that does not let go keeps its memory.
  Result<> stop() override { return gpu_.stop(); }
  void quiet() override { (void)!gpu_.stop(); }

  Result<Surface> show(Resolution resolution) override { return gpu_.show(resolution); }
  // A device that refuses said so in the log; there is nobody to tell.
  void present(graphics::Rectangle r) override { (void)!gpu_.present(r); }
  bool draws_by_itself() const override { return false; }

 private:
  struct HeadChild final : Child, Head {
    Result<> withdraw() override { return Head::withdraw(); }
  };

  virtio::Gpu gpu_;
};

// One with a VGA is driven as such: then operating systems can draw, too.
bool is_gpu(const Controller& c) {
  const pci::Device* d = pci_device_of(c.interface);
  return d && d->vendor == virtio::pci_vendor && d->device == virtio::modern_id(virtio::DeviceType::gpu) && d->kind() != class_vga;
}

}  // namespace

const Driver virtio_gpu_driver = {u"virtio-gpu", &efi::PciIo::guid, is_gpu, start_as<VirtioGpu>};

}  // namespace drivers
