// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "linker/variable_store.hpp"

#include <cstring>

#include "lib/handoff/layout.hpp"
#include "lib/variable/volume_format.hpp"

namespace linker {

Bytes empty_variable_store() {
  using namespace variable;
  constexpr Geometry geometry{layout::vars_bytes};
  Bytes out(geometry.total, 0xff);
  const auto volume = VolumeHeader::make(geometry.total);
  const StoreHeader store{StoreHeader::authenticated, static_cast<u32>(geometry.live() - store_offset), StoreHeader::formatted,
                          StoreHeader::healthy, 0, 0};
  const auto working = WorkingHeader::make();
  std::memcpy(out.data(), &volume, sizeof volume);
  std::memcpy(out.data() + store_offset, &store, sizeof store);
  std::memcpy(out.data() + geometry.working(), &working, sizeof working);
  return out;
}

}  // namespace linker
