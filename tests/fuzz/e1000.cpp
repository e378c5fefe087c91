// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/network_calls.hpp"
#include "tests/unit/e1000/fake_card.hpp"

using namespace e1000_test;

// A card that writes anything into its rings and registers, between calls of the protocol.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::take_log();
  fakes::Choices c(std::span(data, size));
  {
    FakeCard device;
    e1000::Card card;
    net::Interface interface;
    device.address ^= c.next();
    if (!card.open(device.pci, fakes::dma_pages, fakes::patience)) return 0;
    interface.init(card);
    (void)!interface.start();
    (void)!interface.initialize(0, 0);
    device.sends = false;
    while (!c.exhausted()) {
      const u32 ring = c.one_in(2) ? 0x2800 : 0x3800;
      switch (c.below(4)) {
        case 0:
          if (device.registers.contains(ring)) device.descriptor(ring, static_cast<u32>(c.below(64))).word = c.next() | c.next() << 32;
          break;
        case 1:
          if (device.registers.contains(ring)) device.descriptor(ring, static_cast<u32>(c.below(64))).address = c.next();
          break;
        case 2: device.linked = !device.linked; break;
        case 3: fakes::call(c, interface); break;
      }
    }
    if (!card.down() || !fakes::live_pages.empty()) std::abort();
  }
  return 0;
}
