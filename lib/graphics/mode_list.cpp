// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/mode_list.hpp"

namespace graphics {
namespace {

constexpr Resolution common[] = {{640, 480},  {800, 600},   {1024, 768},  {1152, 864},  {1280, 720},  {1280, 800},  {1280, 1024},
                                 {1440, 900}, {1600, 900},  {1600, 1200}, {1680, 1050}, {1920, 1080}, {1920, 1200}, {2560, 1440},
                                 {2560, 1600}};
constexpr Resolution wanted{1280, 800};
static_assert(sizeof common / sizeof *common + Edid::max_modes <= ModeList::max_modes);

constexpr bool before(Resolution a, Resolution b) { return a.width != b.width ? a.width < b.width : a.height < b.height; }

}  // namespace

void ModeList::add(Resolution r, u64 memory) {
  if (!usable(r) || r.pixels() * pixel_bytes > memory) return;
  unsigned at = 0;
  while (at < count_ && before(modes_[at], r)) ++at;
  if (at < count_ && modes_[at] == r) return;
  for (unsigned i = count_++; i > at; --i) modes_[i] = modes_[i - 1];
  modes_[at] = r;
}

// Of the mode, or of the largest that is not larger.
unsigned ModeList::index_of(Resolution r) const {
  unsigned best = 0;
  for (unsigned i = 0; i < count_; ++i)
    if (modes_[i] == r || (modes_[i].width <= r.width && modes_[i].height <= r.height)) best = i;
  return best;
}

void ModeList::init(const Edid* edid, u64 memory) {
  count_ = 0;
  for (Resolution r : common) add(r, memory);
  for (unsigned i = 0; edid && i < edid->count; ++i) add(edid->modes[i], memory);
  preferred_ = index_of(edid && edid->has_preferred ? edid->modes[0] : wanted);
}

}  // namespace graphics
