// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/graphics/edid.hpp"

namespace graphics {

// The modes of a display, smallest first: common ones and the monitor's own, as far as `memory` bytes hold their pixels.
class ModeList {
 public:
  static constexpr unsigned max_modes = 40;

  // `edid` may be null. Empty only when there is not even room for the smallest.
  void init(const Edid* edid, u64 memory);
  unsigned count() const { return count_; }
  Resolution operator[](unsigned index) const { return modes_[index]; }
  // Where to begin: what the monitor prefers, or the firmware.
  unsigned preferred() const { return preferred_; }

 private:
  void add(Resolution r, u64 memory);
  unsigned index_of(Resolution r) const;

  Resolution modes_[max_modes];
  unsigned count_ = 0, preferred_ = 0;
};

}  // namespace graphics
