// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstdlib>

#include "lib/boot/open_firmware.hpp"
#include "lib/device_path/path.hpp"

// Any text as QEMU's bootorder file: what is translated is a path that parses.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  boot::BootOrderLines lines({reinterpret_cast<const char*>(data), size});
  const base::u8 root_buses[] = {0, 64};
  for (std::string_view line; lines.next(line);) {
    base::u8 room[512];
    device_path::ByteSink sink{std::span(room)};
    if (!boot::device_path_of(line, root_buses, sink)) continue;
    if (!sink.fits()) std::abort();
    auto path = device_path::parse({room, sink.length()});
    if (!path || path->size() != sink.length()) std::abort();
  }
  return 0;
}
