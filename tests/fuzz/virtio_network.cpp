// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/network.hpp"
#include "tests/fakes/network_calls.hpp"
#include "tests/unit/virtio/fake_network.hpp"

using namespace virtio_test;

namespace {

// Memory of the driver's that the device reaches: the rings, and whatever a buffer is.
void scribble(fakes::Choices& c, FakeNetwork& device) {
  const RingView& r = device.rings[c.below(2)];
  if (!r.descriptors) return;
  switch (c.below(3)) {
    case 0: reinterpret_cast<u8*>(r.descriptors)[c.below(page_bytes)] = static_cast<u8>(c.next()); return;
    case 1: r.put_used(static_cast<u32>(c.next()), static_cast<u32>(c.next() << c.below(20))); return;
    case 2: r.put_used(r.available_entry(static_cast<u16>(c.next())), static_cast<u32>(c.next())); return;
  }
}

}  // namespace

// A card that writes anything anywhere, between calls of the protocol.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::take_log();
  fakes::Choices c(std::span(data, size));
  {
    FakeNetwork device;
    virtio::Network card;
    net::Interface interface;
    device.offered |= c.next();
    device.queue_size = static_cast<u16>(c.next());
    for (unsigned i = 0; i < 12 && c.one_in(2); ++i) device.config[i] = static_cast<u8>(c.next());
    if (!card.open(device.pci, pages, patience)) return live_pages.empty() ? 0 : (std::abort(), 0);
    interface.init(card);
    (void)!interface.start();
    (void)!interface.initialize(0, 0);
    // Its memory is followed by nobody but us.
    device.sends = false;
    while (!c.exhausted()) {
      switch (c.below(3)) {
        case 0: scribble(c, device); break;
        case 1: device.config[c.below(12)] = static_cast<u8>(c.next()); break;
        case 2: fakes::call(c, interface); break;
      }
    }
    if (!card.down() || !live_pages.empty()) std::abort();
  }
  return 0;
}
