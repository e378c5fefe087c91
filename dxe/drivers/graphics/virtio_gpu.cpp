// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/graphics/head.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/log/log.hpp"
#include "lib/virtio/gpu.hpp"
#include "lib/virtio/transport.hpp"

namespace drivers {
namespace {

namespace gpu = virtio::gpu;
using graphics::Resolution, graphics::Surface;

constexpr virtio::Patience patience = {core::clock_now, 2'0000'000};  // two seconds
constexpr u16 queue_size = 4;
constexpr u32 class_vga = 0x0300;
constexpr u64 answer_offset = 1024;          // in the page of requests and answers
constexpr u64 most_pixel_bytes = 16_MiB;     // of our memory for the picture
constexpr u32 scanout = 0, resource = 1;

// A virtio GPU without a VGA [virtio §5.7]. The picture is ours; the device copies what it is told of.
class VirtioGpu final : public Managed, public Adapter {
 public:
  Result<> begin() override;
  Result<> stop() override {
    end();
    return {};
  }
  void quiet() override { end(); }

  Result<Surface> show(Resolution resolution) override;
  void present(graphics::Rectangle r) override;
  bool draws_by_itself() const override { return false; }

 private:
  struct HeadChild final : Child, Head {
    Result<> withdraw() override { return Head::withdraw(); }
  };

  template <class Request>
  Result<> order(const Request& request);
  Result<> exchange(std::span<const u8> request, u32 answer_bytes, u32 expected);
  Result<> transfer(gpu::Rectangle area, u64 offset);
  Result<> drop_picture();
  bool read_edid(std::span<u8, graphics::edid_bytes> edid);
  void end();

  virtio::Transport transport_;
  virtio::Queue queue_;
  mem::SharedPages page_, picture_;
  Resolution resolution_;
  bool has_picture_ = false, dead_ = false;
};

template <class Request>
Result<> VirtioGpu::order(const Request& request) {
  return exchange({reinterpret_cast<const u8*>(&request), sizeof request}, sizeof(gpu::Header), gpu::ok);
}

Result<> VirtioGpu::exchange(std::span<const u8> request, u32 answer_bytes, u32 expected) {
  if (dead_) return Error::device_error;
  page_.copy_in(0, request);
  const virtio::Queue::Piece pieces[] = {{page_.address(), static_cast<u32>(request.size()), false},
                                         {page_.address(answer_offset), answer_bytes, true}};
  (void)TRY(queue_.submit(pieces));
  transport_.notify(queue_);
  auto done = queue_.wait(patience);
  if (!done) {
    log::error("virtio-gpu does not answer; it is not used any more: ", done.error());
    end();
    return Error::device_error;
  }
  return done->written >= sizeof(gpu::Header) && page_.read<u32>(answer_offset) == expected ? Result<>() : Error::device_error;
}

bool VirtioGpu::read_edid(std::span<u8, graphics::edid_bytes> edid) {
  const gpu::GetEdid request{.scanout = scanout, .padding = 0};
  if (!exchange({reinterpret_cast<const u8*>(&request), sizeof request}, gpu::edid_answer_bytes, gpu::ok_edid)) return false;
  if (page_.read<u32>(answer_offset + gpu::edid_size_offset) < edid.size()) return false;
  page_.copy_out(answer_offset + gpu::edid_data_offset, edid);
  return true;
}

Result<> VirtioGpu::begin() {
  TRY(transport_.open(*pci_device_of(controller().interface), patience));
  const u64 features = TRY(transport_.negotiate(gpu::feature_edid));
  TRY(transport_.add_queue(gpu::control_queue, queue_, dma_pages, queue_size));
  TRY(page_.allocate(dma_pages, 1));
  TRY(transport_.start());
  u8 edid[graphics::edid_bytes];
  const bool has_edid = (features & gpu::feature_edid) && read_edid(edid);
  auto* head = TRY(add_child<HeadChild>(node_bytes(head_node())));
  return head->publish(head->handle(), *this, has_edid ? std::span<const u8>(edid) : std::span<const u8>(), most_pixel_bytes);
}

// The device lets go of everything; if it does not, it keeps the memory.
void VirtioGpu::end() {
  dead_ = true;
  if (auto quiet = transport_.reset(); !quiet) log::error("virtio-gpu does not stop: ", quiet.error());
}

Result<> VirtioGpu::drop_picture() {
  if (!has_picture_) return {};
  TRY(order(gpu::SetScanout{.area = {0, 0, 0, 0}, .scanout = scanout, .resource = 0}));
  TRY(order(gpu::Unreference{.resource = resource, .padding = 0}));
  has_picture_ = false;
  picture_.release();
  return {};
}

Result<Surface> VirtioGpu::show(Resolution r) {
  TRY(drop_picture());
  if (picture_.empty()) TRY(picture_.allocate(dma_pages, bytes_to_pages(r.pixels() * graphics::pixel_bytes)));
  resolution_ = r;
  const u32 bytes = static_cast<u32>(picture_.bytes());
  TRY(order(gpu::Create2d{.resource = resource, .format = gpu::format_b8g8r8x8, .width = r.width, .height = r.height}));
  has_picture_ = true;
  TRY(order(gpu::AttachBacking{.resource = resource, .entries = 1, .address = picture_.address().raw(), .length = bytes, .padding = 0}));
  TRY(order(gpu::SetScanout{.area = {0, 0, r.width, r.height}, .scanout = scanout, .resource = resource}));
  TRY(transfer({0, 0, r.width, r.height}, 0));
  return Surface(picture_.address(), r, r.width, false);
}

Result<> VirtioGpu::transfer(gpu::Rectangle area, u64 offset) {
  TRY(order(gpu::TransferToHost2d{.area = area, .offset = offset, .resource = resource, .padding = 0}));
  return order(gpu::Flush{.area = area, .resource = resource, .padding = 0});
}

// A device that refuses said so in the log; there is nobody to tell.
void VirtioGpu::present(graphics::Rectangle r) {
  const u64 offset = (u64{r.y} * resolution_.width + r.x) * graphics::pixel_bytes;
  (void)!transfer({r.x, r.y, r.width, r.height}, offset);
}

// One with a VGA is driven as such: then operating systems can draw, too.
bool is_gpu(const Controller& c) {
  const pci::Device* d = pci_device_of(c.interface);
  return d && d->vendor == virtio::pci_vendor && d->device == virtio::modern_id(virtio::DeviceType::gpu) && d->kind() != class_vga;
}

}  // namespace

const Driver virtio_gpu_driver = {u"virtio-gpu", &efi::PciIo::guid, is_gpu, start_as<VirtioGpu>};

}  // namespace drivers
