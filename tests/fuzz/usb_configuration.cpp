// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/configuration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const base::u8* data, base::usize size) {
  for (const auto speed : {usb::Speed::full, usb::Speed::high, usb::Speed::super}) {
    auto parsed = usb::parse_configuration({data, size}, speed);
    if (!parsed) continue;
    for (unsigned i = 0; i < parsed->interface_count; ++i)
      for (unsigned e = 0; e < parsed->interfaces[i].endpoint_count; ++e) {
        const usb::Endpoint& endpoint = parsed->interfaces[i].endpoints[e];
        ASSERT(endpoint.packet_bytes >= 1 && endpoint.packet_bytes <= 1024 && (endpoint.address & 0xf));
      }
  }
  return 0;
}
