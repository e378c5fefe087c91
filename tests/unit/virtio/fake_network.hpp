// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <vector>

#include "tests/unit/virtio/fake_device.hpp"

namespace virtio_test {

using Frame = std::vector<u8>;

// A network card with its two queues. What it sends lands in `sent`; it may lie.
class FakeNetwork : public FakeDevice {
 public:
  static constexpr u32 mac = 1 << 5, mtu = 1 << 3, link = 1 << 16;
  FakeNetwork() {
    add_window(1, 4, 0, 0x38);
    add_window(2, 4, 0x3000, 0x1000);
    add_window(4, 4, 0x2000, 0x40);
    pci.device = 0x1041;
    offered = 1ull << 32 | mac | link;
    queues = 3;
    const u8 address[] = {0x52, 0x54, 0, 1, 2, 3};
    std::memcpy(config, address, sizeof address);
    config[6] = 1;
  }

  u64 read(u64 offset, unsigned bytes) override {
    if (offset < 0x2000 || offset >= 0x2000 + sizeof config) return FakeDevice::read(offset, bytes);
    u64 value = 0;
    std::memcpy(&value, config + (offset - 0x2000), bytes);
    return value;
  }
  void write(u64 offset, unsigned bytes, u64 value) override {
    if (offset == 22) {
      rings[selected_] = ring;
      selected_ = value & 1;
      ring = rings[selected_];
    }
    if (offset == 20 && value == 0 && lets_go) {
      ++resets;
      next_[0] = next_[1] = 0;
      rings[0] = rings[1] = ring = {};
    }
    FakeDevice::write(offset, bytes, value);
    rings[selected_] = ring;
    if (offset < 0x3000) return;
    ++announced[value & 1];
    if ((value & 1) && sends) serve();
  }

  // Puts a frame into the next buffer that waits, and says that `claimed` bytes are in it.
  bool deliver(const Frame& frame, u32 claimed) {
    const RingView& r = rings[0];
    if (next_[0] == r.available_index()) return false;
    const u16 head = r.available_entry(next_[0]++);
    const auto& header = r.descriptor(head);
    const auto& body = r.descriptor(header.next);
    if (!(header.flags & 1) || !(header.flags & 2) || !(body.flags & 2) || header.length != 12 || body.length < frame.size()) std::abort();
    std::memset(reinterpret_cast<u8*>(header.address), 0xee, header.length);
    std::memcpy(reinterpret_cast<u8*>(body.address), frame.data(), frame.size());
    r.put_used(head, claimed);
    return true;
  }
  bool deliver(const Frame& frame) { return deliver(frame, static_cast<u32>(12 + frame.size())); }
  void serve() {
    const RingView& r = rings[1];
    for (; next_[1] != r.available_index(); ++next_[1]) {
      const u16 head = r.available_entry(next_[1]);
      const auto& header = r.descriptor(head);
      const auto& body = r.descriptor(header.next);
      if ((header.flags | body.flags) & 2) std::abort();
      for (u32 i = 0; i < header.length; ++i)
        if (reinterpret_cast<u8*>(header.address)[i]) std::abort();
      const u8* at = reinterpret_cast<u8*>(body.address);
      sent.emplace_back(at, at + body.length);
      r.put_used(head, 0);
    }
  }

  u8 config[0x40] = {};
  RingView rings[2];
  std::vector<Frame> sent;
  bool sends = true;
  unsigned resets = 0, announced[2] = {};

 private:
  unsigned selected_ = 0;
  u16 next_[2] = {};
};

}  // namespace virtio_test
