// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdlib>

#include "lib/net/interface.hpp"
#include "tests/fakes/choices.hpp"

namespace fakes {

// Any call of a network card's protocol; what comes back is what may come back.
inline void call(Choices& c, net::Interface& interface) {
  static u8 buffer[2048];
  efi::MacAddress mac{};
  u16 protocol = 0;
  u32 interrupts = 0;
  void* done = nullptr;
  u64 bytes = c.below(sizeof buffer);
  switch (c.below(8)) {
    case 0: (void)!interface.start(); return;
    case 1: (void)!interface.initialize(0, 0); return;
    case 2: (void)!interface.reset(0); return;
    case 3: (void)!interface.shutdown(); return;
    case 4:
      if (interface.get_status(&interrupts, &done) && done && done != buffer) std::abort();
      return;
    case 5: (void)!interface.transmit(c.below(2) * 14, bytes, buffer, nullptr, &mac, &protocol); return;
    case 6:
      if (interface.receive(nullptr, &bytes, buffer, nullptr, nullptr, nullptr) && (bytes < net::header_bytes || bytes > net::most_frame)) std::abort();
      return;
    case 7: (void)!interface.receive_filters(static_cast<u32>(c.below(32)), static_cast<u32>(c.below(32)), 1, 0, nullptr); return;
  }
}

}  // namespace fakes
