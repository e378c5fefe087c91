// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/graphics/edid.hpp"
#include "lib/graphics/surface.hpp"
#include "lib/virtio/gpu.hpp"
#include "lib/virtio/transport.hpp"

namespace virtio {

// A virtio GPU with one scanout [virtio §5.7]. The picture is ours; the device copies what it is told of. One that does not
// answer is not used any more.
class Gpu {
 public:
  Result<> start(const pci::Device& device, const mem::PageSource& pages, Patience patience);
  // The device reads and writes no memory from now on. An error: it does not let go.
  Result<> stop();

  // not_found: it has none.
  Result<> read_edid(std::span<u8, graphics::edid_bytes> edid);
  // A black picture on the display, in place of the one before.
  Result<graphics::Surface> show(graphics::Resolution resolution);
  // Shows what was drawn in a part of it.
  Result<> present(graphics::Rectangle area);

 private:
  template <class Request>
  Result<> order(const Request& request);
  Result<> exchange(std::span<const u8> request, u32 answer_bytes, u32 least_bytes, u32 expected);
  Result<> transfer(gpu::Rectangle area, u64 offset);
  Result<> drop_picture();
  Result<> put_picture();

  Transport transport_;
  Queue queue_;
  const mem::PageSource* pages_ = nullptr;
  Patience patience_{};
  mem::SharedPages page_, picture_;
  graphics::Resolution resolution_;
  bool has_edid_ = false, has_picture_ = false, dead_ = true;
};

}  // namespace virtio
