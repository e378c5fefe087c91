// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/cache.hpp"
#include "lib/fat/geometry.hpp"

namespace fat {

// Clusters [first, first + count) that follow each other.
struct Run {
  u32 first;
  u32 count;
};

// Where a walk along a chain is. Forgets itself when the chain changes under it: reset().
class Walker {
 public:
  void reset() { first_ = 0; }
  // After a seek, or its end_of_file: the last cluster that it came to.
  u32 index() const { return index_; }
  u32 cluster() const { return cluster_; }

 private:
  friend class Table;
  u32 first_ = 0;  // 0: nowhere
  u32 index_ = 0;
  u32 cluster_ = 0;
  // A chain that comes back to where it was at the last power of two is a loop (Brent).
  u32 mark_ = 0;
  u32 next_mark_ = 0;
};

// The file allocation table: chains, free space, the dirty flag. Every copy is written, the first one first.
//
// A volume that is seen to be damaged is not written from then on: whatever wrote it wrong, an allocation on top of a
// wrong table makes it worse.
class Table {
 public:
  void attach(block::Cache& cache, const Geometry& geometry);
  const Geometry& geometry() const { return *geometry_; }
  block::Cache& cache() const { return *cache_; }

  // The index-th cluster of the chain; end_of_file when it is shorter.
  Result<u32> seek(Walker& walker, u32 first, u32 index);
  // The clusters from the index-th on that lie side by side, at most `most`.
  Result<Run> extent(Walker& walker, u32 first, u32 index, u32 most);
  Result<u32> length(u32 first);

  // A chain that nothing points to yet. volume_full: as before.
  Result<u32> allocate(u32 count, u32 near);
  // What a crash leaves of this are clusters that nothing uses.
  Result<> release(u32 first);
  Result<> zero_clusters(u32 first, u32 count);
  // Links a chain behind the last cluster of another.
  Result<> append(u32 last, u32 chain) { return put(last, chain); }
  // The chain ends with this cluster; the rest is free.
  Result<> cut_behind(u32 last);

  Result<u32> free_clusters();

  // write_protected on a read-only medium, volume_corrupted after damage was seen. Marks the volume dirty.
  Result<> begin_changes();
  // Everything is consistent again: the hints, then the flag.
  Result<> end_changes();
  Error damaged(const char* what, u64 where);
  bool writable() const { return !cache_->device().geometry().read_only; }

 private:
  Result<u32> get(u32 cluster);
  Result<> advance(Walker& walker, u32 next);
  Result<> put(u32 cluster, u32 entry);
  enum class Fill : u8 { chain, free };
  Result<> fill(Run run, Fill what);
  Result<> write_copies(u64 position, std::span<const u8> from);
  Result<Run> find_free(u32 from, u32 most);
  Result<u32> count_free();
  Result<> set_clean_flag(bool clean);
  void read_hints();
  u64 entry_bytes() const { return geometry_->type == Type::fat32 ? 4 : 2; }

  block::Cache* cache_ = nullptr;
  const Geometry* geometry_ = nullptr;
  u32 free_ = 0;
  u32 hint_ = first_cluster;  // where to look for free clusters
  bool hints_valid_ = false;
  bool free_known_ = false;
  bool free_counted_ = false;  // by ourselves, not by a hint
  bool changing_ = false;
  bool was_dirty_ = false;  // before us: stays so
  bool damaged_ = false;
};

}  // namespace fat
