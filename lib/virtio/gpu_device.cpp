// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/gpu_device.hpp"

#include "lib/log/log.hpp"

namespace virtio {
namespace {

using graphics::Resolution, graphics::Surface;

constexpr u16 queue_size = 4;
constexpr u64 answer_offset = 1024;  // in the page of requests and answers
constexpr u32 scanout = 0, resource = 1;

}  // namespace

template <class Request>
Result<> Gpu::order(const Request& request) {
  return exchange({reinterpret_cast<const u8*>(&request), sizeof request}, sizeof(gpu::Header), sizeof(gpu::Header), gpu::ok);
}

Result<> Gpu::exchange(std::span<const u8> request, u32 answer_bytes, u32 least_bytes, u32 expected) {
  if (dead_) return Error::device_error;
  page_.copy_in(0, request);
  const Queue::Piece pieces[] = {{page_.address(), static_cast<u32>(request.size()), false}, {page_.address(answer_offset), answer_bytes, true}};
  (void)TRY(queue_.submit(pieces));
  transport_.notify(queue_);
  auto done = queue_.wait(patience_);
  if (!done) {
    log::error("virtio-gpu does not answer; it is not used any more: ", done.error());
    (void)!stop();
    return Error::device_error;
  }
  return done->written >= least_bytes && page_.read<u32>(answer_offset) == expected ? Result<>() : Error::device_error;
}

Result<> Gpu::start(const pci::Device& device, const mem::PageSource& pages, Patience patience) {
  pages_ = &pages;
  patience_ = patience;
  TRY(transport_.open(device, patience));
  has_edid_ = TRY(transport_.negotiate(gpu::feature_edid)) & gpu::feature_edid;
  TRY(transport_.add_queue(gpu::control_queue, queue_, pages, queue_size));
  TRY(page_.allocate(pages, 1));
  TRY(transport_.start());
  dead_ = false;
  return {};
}

Result<> Gpu::stop() {
  dead_ = true;
  auto quiet = transport_.reset();
  if (!quiet) log::error("virtio-gpu does not stop: ", quiet.error());
  return quiet;
}

Result<> Gpu::read_edid(std::span<u8, graphics::edid_bytes> edid) {
  if (!has_edid_) return Error::not_found;
  const gpu::GetEdid request{.scanout = scanout, .padding = 0};
  constexpr u32 least = gpu::edid_data_offset + graphics::edid_bytes;
  TRY(exchange({reinterpret_cast<const u8*>(&request), sizeof request}, gpu::edid_answer_bytes, least, gpu::ok_edid));
  if (page_.read<u32>(answer_offset + gpu::edid_size_offset) < edid.size()) return Error::protocol_error;
  page_.copy_out(answer_offset + gpu::edid_data_offset, edid);
  return {};
}

Result<> Gpu::drop_picture() {
  if (has_picture_) {
    TRY(order(gpu::SetScanout{.area = {0, 0, 0, 0}, .scanout = scanout, .resource = 0}));
    TRY(order(gpu::Unreference{.resource = resource, .padding = 0}));
  }
  has_picture_ = false;
  picture_.release();
  return {};
}

Result<> Gpu::put_picture() {
  const auto [width, height] = resolution_;
  TRY(order(gpu::Create2d{.resource = resource, .format = gpu::format_b8g8r8x8, .width = width, .height = height}));
  has_picture_ = true;
  const u32 bytes = static_cast<u32>(picture_.bytes());
  TRY(order(gpu::AttachBacking{.resource = resource, .entries = 1, .address = picture_.address().raw(), .length = bytes, .padding = 0}));
  TRY(order(gpu::SetScanout{.area = {0, 0, width, height}, .scanout = scanout, .resource = resource}));
  return transfer({0, 0, width, height}, 0);
}

Result<Surface> Gpu::show(Resolution r) {
  if (dead_) return Error::device_error;
  TRY(drop_picture());
  TRY(picture_.allocate(*pages_, bytes_to_pages(r.pixels() * graphics::pixel_bytes)));
  resolution_ = r;
  TRY(put_picture());
  return Surface(picture_.address(), r, r.width, false);
}

Result<> Gpu::transfer(gpu::Rectangle area, u64 offset) {
  TRY(order(gpu::TransferToHost2d{.area = area, .offset = offset, .resource = resource, .padding = 0}));
  return order(gpu::Flush{.area = area, .resource = resource, .padding = 0});
}

Result<> Gpu::present(graphics::Rectangle r) {
  return transfer({r.x, r.y, r.width, r.height}, (u64{r.y} * resolution_.width + r.x) * graphics::pixel_bytes);
}

}  // namespace virtio
