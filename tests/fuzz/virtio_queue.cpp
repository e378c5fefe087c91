// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/choices.hpp"
#include "tests/unit/virtio/fake_device.hpp"

using namespace virtio_test;

// A device that owns the rings and writes anything into them, between calls of a driver that behaves.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::take_log();
  fakes::Choices c(std::span(data, size));
  {
    virtio::Queue queue;
    const u16 length = static_cast<u16>(1 << c.below(8));
    if (!queue.allocate(pages, length)) std::abort();
    const RingView ring{queue.descriptors().raw(), queue.available_ring().raw(), queue.used_ring().raw(), length};
    auto* raw = reinterpret_cast<u8*>(ring.descriptors);
    std::set<u16> in_flight;
    while (!c.exhausted()) {
      switch (c.below(5)) {
        case 0: {
          virtio::Queue::Piece chain[3];
          for (auto& p : chain) p = {Gpa(c.next()), static_cast<u32>(c.below(1000)), c.one_in(2)};
          auto id = queue.submit({chain, c.below(4)});
          if (id && (*id >= length || !in_flight.insert(*id).second)) std::abort();
          break;
        }
        case 1: {
          auto done = queue.poll();
          if (done && (in_flight.erase(done->id) != 1 || done->written > 3000)) std::abort();
          break;
        }
        case 2:
          ring.put_used(static_cast<u32>(c.next()), static_cast<u32>(c.below(1000)));
          break;
        case 3:
          if (!in_flight.empty()) ring.put_used(*in_flight.begin(), static_cast<u32>(c.below(1000)));
          break;
        case 4:
          raw[c.below(page_bytes)] = static_cast<u8>(c.next());
          break;
      }
      if (queue.in_flight() != in_flight.size()) std::abort();
    }
  }
  if (!live_pages.empty()) std::abort();
  return 0;
}
