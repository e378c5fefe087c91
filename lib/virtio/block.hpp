// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"
#include "lib/mem/dma_window.hpp"
#include "lib/virtio/transport.hpp"

namespace virtio {

// A virtio block device [virtio §5.2]. One request at a time; a device that fails one in the wrong way is reset and set up
// again, and given up when that does not work.
class Block : public block::Device {
 public:
  Result<> start(const pci::Device& device, const mem::PageSource& pages, Patiences patience);
  // The device gets no memory any more; nothing is freed.
  void quiet();
  // Quiet, and all memory back.
  void stop();

  const block::Geometry& geometry() const override { return geometry_; }
  Result<> read(u64 lba, std::span<u8> into) override;
  Result<> write(u64 lba, std::span<const u8> from) override;
  Result<> flush() override;
  Result<> reset() override;

 private:
  enum class Type : u32 { in = 0, out = 1, flush = 4 };
  static constexpr u64 most_bytes = 16_MiB;  // of one request

  Result<> set_up();
  Result<> read_limits(u64 features);
  Result<> request(Type type, u64 lba, const mem::DmaWindow::Piece& data);
  Result<u16> submit(Type type, u64 lba, const mem::DmaWindow::Piece& data);

  const pci::Device* device_ = nullptr;
  const mem::PageSource* pages_ = nullptr;
  Patiences patience_{};
  Transport transport_;
  Queue queue_;
  mem::SharedPages control_;  // header and status of the request
  mem::DmaWindow window_;
  block::Geometry geometry_;
  u64 piece_bytes_ = 0;  // of one descriptor
  bool flushes_ = false, dead_ = true;
};

}  // namespace virtio
