// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/e1000/registers.hpp"
#include "lib/mem/shared_pages.hpp"
#include "lib/net/device.hpp"
#include "lib/pci/topology.hpp"

namespace e1000 {

// An Intel gigabit card, polled. Frames are copied through shared pages; where in its rings the card is, it is not asked.
class Card final : public net::Device {
 public:
  // Asks the card for its address, and leaves it reset.
  Result<> open(const pci::Device& device, const mem::PageSource& pages, Patience patience);
  // The card gets no memory any more; nothing is freed.
  void quiet() { (void)!reset(); }

  const Properties& properties() const override { return properties_; }
  Result<> up() override;
  Result<> down() override;
  bool link() override;
  Result<> transmit(std::span<const u8> frame, void* buffer) override;
  Result<void*> transmitted() override;
  Result<usize> receive(std::span<u8> into) override;

 private:
  static constexpr u16 slots = 64;
  // Descriptors, and a buffer for each.
  struct Ring {
    mem::SharedPages memory;
    u16 next = 0;  // to be filled, or to be looked at
  };

  u32 read(u32 reg) const;
  void write(u32 reg, u32 value) const;
  Result<> reset();
  Result<net::Address> read_address() const;
  Result<> set_up();
  Result<> add_ring(u32 reg, Ring& ring);
  void give(u16 slot);
  void announce();

  Gpa registers_;
  const mem::PageSource* pages_ = nullptr;
  Patience patience_{};
  Properties properties_;
  Ring in_, out_;
  u16 oldest_ = 0;       // transmit slot that is under way
  u16 unannounced_ = 0;  // receive slots that were given back since the card was last told
  void* buffers_[slots];
  bool idle_ = true;
};

}  // namespace e1000
