// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/net/device.hpp"
#include "lib/virtio/transport.hpp"

namespace virtio {

// A virtio network card [virtio §5.1], polled, with one queue each way. Frames are copied through shared pages. A device
// that lies gets nothing more until it is brought down and up again.
class Network final : public net::Device {
 public:
  // Asks the device what it is, and leaves it reset.
  Result<> open(const pci::Device& device, const mem::PageSource& pages, Patience patience);
  // The device gets no memory any more; nothing is freed.
  void quiet() { (void)!transport_.reset(); }

  const Properties& properties() const override { return properties_; }
  Result<> up() override;
  Result<> down() override;
  bool link() override;
  Result<> transmit(std::span<const u8> frame, void* buffer) override;
  Result<void*> transmitted() override;
  Result<usize> receive(std::span<u8> into) override;

 private:
  static constexpr u16 most_slots = 64;
  // One direction: a queue, and a slot of shared memory for the header and the frame of each chain.
  struct Lane {
    Queue queue;
    mem::SharedPages memory;
    u16 slots = 0;
    u8 slot_of[Queue::max_size];  // by a chain's identifier
    void release() {
      queue.release();
      memory.release();
    }
  };

  Result<Properties> negotiate();
  Result<Properties> read_properties(u64 features) const;
  Result<> set_up();
  Result<> add_lane(u16 index, Lane& lane);
  Result<> submit(Lane& lane, unsigned slot, usize bytes, bool device_writes);
  void announce();

  const pci::Device* device_ = nullptr;
  const mem::PageSource* pages_ = nullptr;
  Patience patience_{};
  Transport transport_;
  Properties properties_;
  u32 own_header_ = 0;  // bytes before each frame
  Lane in_, out_;
  u16 unannounced_ = 0;  // receive slots that were given back since the device was last told
  u64 free_ = 0;         // transmit slots, as bits
  void* buffers_[most_slots];
  bool idle_ = true, complained_ = false;
};

}  // namespace virtio
