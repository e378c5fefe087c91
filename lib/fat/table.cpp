// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fat/table.hpp"

#include <algorithm>

#include "lib/base/endian.hpp"
#include "lib/log/log.hpp"

namespace fat {

void Table::attach(block::Cache& cache, const Geometry& geometry) {
  *this = Table();
  cache_ = &cache;
  geometry_ = &geometry;
  read_hints();
}

Error Table::damaged(const char* what, u64 where) {
  if (!damaged_) log::warning("FAT: damaged: ", what, " (", log::hex(where), ")");
  damaged_ = true;
  return Error::volume_corrupted;
}

Result<u32> Table::get(u32 cluster) {
  const Geometry& g = *geometry_;
  switch (g.type) {
    case Type::fat32: return load_le<u32>(TRY(cache_->look(g.fat_offset + u64{cluster} * 4, 4))) & end_of_chain;
    case Type::fat16: {
      const u32 entry = load_le<u16>(TRY(cache_->look(g.fat_offset + cluster * 2, 2)));
      return entry >= 0xfff7 ? entry | 0x0fff'0000 : entry;
    }
    case Type::fat12: {
      u8 pair[2];
      TRY(cache_->read(g.fat_offset + cluster + cluster / 2, pair));
      const u32 entry = cluster & 1 ? load_le<u16>(pair) >> 4 : load_le<u16>(pair) & 0xfff;
      return entry >= 0xff7 ? entry | 0x0fff'f000 : entry;
    }
  }
  __builtin_unreachable();
}

Result<> Table::write_copies(u64 position, std::span<const u8> from) {
  for (u32 copy = 0; copy < geometry_->fats; ++copy) TRY(cache_->write(geometry_->fat_offset + copy * geometry_->fat_bytes + position, from));
  return {};
}

Result<> Table::put(u32 cluster, u32 entry) {
  const Geometry& g = *geometry_;
  u8 raw[4];
  switch (g.type) {
    case Type::fat32: {
      // The upper four bits are not ours.
      const u32 old = load_le<u32>(TRY(cache_->look(g.fat_offset + u64{cluster} * 4, 4)));
      store_le(raw, (old & ~end_of_chain) | entry);
      return write_copies(u64{cluster} * 4, {raw, 4});
    }
    case Type::fat16: {
      store_le(raw, static_cast<u16>(entry));
      return write_copies(cluster * 2, {raw, 2});
    }
    case Type::fat12: {
      const u64 position = cluster + cluster / 2;
      TRY(cache_->read(g.fat_offset + position, {raw, 2}));
      const u16 pair = load_le<u16>(raw);
      store_le(raw, static_cast<u16>(cluster & 1 ? (pair & 0xf) | entry << 4 : (pair & 0xf000) | (entry & 0xfff)));
      return write_copies(position, {raw, 2});
    }
  }
  __builtin_unreachable();
}

// A run becomes a chain of its own, or free: one write for many entries.
Result<> Table::fill(Run run, Fill what) {
  const auto entry = [&](u32 cluster) -> u32 {
    if (what == Fill::free) return free_cluster;
    return cluster == run.first + run.count - 1 ? end_of_chain : cluster + 1;
  };
  const u32 end = run.first + run.count;
  if (geometry_->type == Type::fat12) {
    for (u32 c = run.first; c < end; ++c) TRY(put(c, entry(c)));
    return {};
  }
  u8 chunk[512];
  const u64 width = entry_bytes();
  for (u32 c = run.first; c < end;) {
    // Up to the next multiple of the chunk, so that no entry's block is written twice.
    const u64 position = c * width;
    const u32 n = static_cast<u32>(std::min<u64>(end - c, (sizeof chunk - position % sizeof chunk) / width));
    if (width == 4) TRY(cache_->read(geometry_->fat_offset + position, {chunk, n * width}));
    for (u32 i = 0; i < n; ++i) {
      if (width == 4)
        store_le(chunk + i * 4, (load_le<u32>(chunk + i * 4) & ~end_of_chain) | entry(c + i));
      else
        store_le(chunk + i * 2, static_cast<u16>(entry(c + i)));
    }
    TRY(write_copies(position, {chunk, n * width}));
    c += n;
  }
  return {};
}

Result<u32> Table::seek(Walker& w, u32 first, u32 index) {
  if (w.first_ != first || index < w.index_) {
    if (!geometry_->valid(first)) return damaged("a chain begins outside the volume", first);
    w.first_ = w.cluster_ = w.mark_ = first;
    w.index_ = 0;
    w.next_mark_ = 1;
  }
  while (w.index_ < index) {
    const u32 next = TRY(get(w.cluster_));
    if (!geometry_->valid(next)) {
      if (is_end(next)) return Error::end_of_file;
      return damaged("a chain leads to a cluster that is free, bad or outside the volume", w.cluster_);
    }
    TRY(advance(w, next));
  }
  return w.cluster_;
}

Result<> Table::advance(Walker& w, u32 next) {
  if (next == w.mark_) return damaged("a chain runs in a circle", next);
  w.cluster_ = next;
  if (++w.index_ == w.next_mark_) {
    w.mark_ = next;
    w.next_mark_ *= 2;
  }
  return {};
}

Result<Run> Table::extent(Walker& w, u32 first, u32 index, u32 most) {
  Run run{TRY(seek(w, first, index)), 1};
  for (; run.count < most; ++run.count) {
    const u32 next = TRY(get(w.cluster_));
    if (next != w.cluster_ + 1 || !geometry_->valid(next)) break;
    TRY(advance(w, next));
  }
  return run;
}

Result<u32> Table::length(u32 first) {
  Walker w;
  u32 index = 0;
  for (;;) {
    const auto at = seek(w, first, index);
    if (!at && at.error() == Error::end_of_file) return index;
    TRY(at);
    ++index;
  }
}

Result<> Table::zero_clusters(u32 first, u32 count) {
  Walker walker;
  for (u32 index = 0; index < count;) {
    const Run run = TRY(extent(walker, first, index, count - index));
    TRY(cache_->write_zeros(geometry_->offset_of(run.first), u64{run.count} * geometry_->cluster_bytes));
    index += run.count;
  }
  return {};
}

Result<> Table::cut_behind(u32 last) {
  const u32 rest = TRY(get(last));
  if (is_end(rest)) return {};
  TRY(put(last, end_of_chain));
  return release(rest);
}

Result<> Table::release(u32 first) {
  for (u32 cluster = first; geometry_->valid(cluster);) {
    Run run{cluster, 1};
    u32 next = TRY(get(cluster));
    while (next == run.first + run.count && geometry_->valid(next)) {
      ++run.count;
      next = TRY(get(next));
    }
    TRY(fill(run, Fill::free));
    free_ = std::min(free_ + run.count, geometry_->clusters);
    if (run.first < hint_) hint_ = run.first;
    // Every step frees what was not free: a circle ends where it began.
    if (!geometry_->valid(next) && !is_end(next)) return damaged("a deleted chain leads to a cluster that is free, bad or outside", next);
    cluster = next;
  }
  return {};
}

}  // namespace fat
