// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>

#include "lib/base/endian.hpp"
#include "lib/fat/table.hpp"
#include "lib/log/log.hpp"

namespace fat {

// FSInfo is believed as far as it can be: its count is what free_clusters() says, but only our own count refuses an
// allocation.
void Table::read_hints() {
  if (!geometry_->info_offset) return;
  InfoSector info;
  if (!cache_->read(geometry_->info_offset, {reinterpret_cast<u8*>(&info), sizeof info})) return;
  if (info.lead_signature != InfoSector::lead || info.structure_signature != InfoSector::structure || info.trail_signature != InfoSector::trail)
    return;
  hints_valid_ = true;
  if (info.free_clusters <= geometry_->clusters) {
    free_ = info.free_clusters;
    free_known_ = true;
  }
  if (geometry_->valid(info.next_free)) hint_ = info.next_free;
}

Result<u32> Table::count_free() {
  u32 n = 0;
  for (u32 c = first_cluster; geometry_->valid(c); ++c) n += TRY(get(c)) == free_cluster;
  return n;
}

Result<u32> Table::free_clusters() {
  if (!free_known_) {
    free_ = TRY(count_free());
    free_known_ = free_counted_ = true;
  }
  return free_;
}

// The first free run at or behind `from`, or else before it.
Result<Run> Table::find_free(u32 from, u32 most) {
  const u32 end = first_cluster + geometry_->clusters;
  if (!geometry_->valid(from)) from = first_cluster;
  u32 at = from;
  for (u32 seen = 0; seen < geometry_->clusters; ++seen, at = at + 1 == end ? first_cluster : at + 1) {
    if (TRY(get(at)) != free_cluster) continue;
    Run run{at, 1};
    while (run.count < most && at + run.count < end && TRY(get(at + run.count)) == free_cluster) ++run.count;
    return run;
  }
  return Error::volume_full;
}

Result<u32> Table::allocate(u32 count, u32 near) {
  if (count == 0 || count > geometry_->clusters || (free_counted_ && count > free_)) return Error::volume_full;
  u32 head = 0, tail = 0, left = count;
  u32 from = geometry_->valid(near) ? near : hint_;
  const auto add_run = [&]() -> Result<> {
    const Run run = TRY(find_free(from, left));
    TRY(fill(run, Fill::chain));
    free_ -= std::min(free_, run.count);
    if (tail) TRY(put(tail, run.first));
    if (!head) head = run.first;
    tail = run.first + run.count - 1;
    from = tail + 1;
    left -= run.count;
    return {};
  };
  while (left) {
    const auto added = add_run();
    if (added) continue;
    if (added.error() == Error::volume_full) {
      if (head) TRY(release(head));
      free_ = TRY(count_free());
      free_known_ = free_counted_ = true;
    }
    return added.error();
  }
  hint_ = geometry_->valid(from) ? from : first_cluster;
  return head;
}

// Bit 27 or 15 of the second entry: the volume was left in order [fat §4]. FAT12 has no room for it.
Result<> Table::set_clean_flag(bool clean) {
  if (geometry_->type == Type::fat12) return {};
  const u64 width = entry_bytes();
  u8 raw[4];
  TRY(cache_->read(geometry_->fat_offset + width, {raw, width}));
  u8& top = raw[width - 1];
  const u8 flag = width == 4 ? 0x08 : 0x80;
  if (!clean && !(top & flag)) was_dirty_ = true;
  if (was_dirty_) return {};
  top = static_cast<u8>(clean ? top | flag : top & ~flag);
  return write_copies(width, {raw, width});
}

Result<> Table::begin_changes() {
  if (!writable()) return Error::write_protected;
  if (damaged_) return Error::volume_corrupted;
  if (changing_) return {};
  TRY(set_clean_flag(false));
  changing_ = true;
  return {};
}

Result<> Table::end_changes() {
  if (!changing_ || damaged_) return {};
  if (hints_valid_ && free_known_) {
    u8 hints[8];
    store_le(hints, free_);
    store_le(hints + 4, hint_);
    TRY(cache_->write(geometry_->info_offset + offsetof(InfoSector, free_clusters), hints));
  }
  TRY(set_clean_flag(true));
  changing_ = false;
  return cache_->device().flush();
}

}  // namespace fat
