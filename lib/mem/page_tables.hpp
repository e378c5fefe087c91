// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/bits.hpp"
#include "lib/base/result.hpp"

namespace mem {

using namespace base;

// What a mapping permits. Writable and executable at once exists only for images and loaders that were not
// built for anything better; see dxe/core/memory_policy.hpp.
enum class Protection : u8 { none, read_only, read_execute, read_write, read_write_execute };
// Only ordinary memory is private: devices and what is shared with the host are not.
enum class Caching : u8 { write_back, uncached, shared };

// Four-level page tables that map every address to itself [apm2 §5.3].
class PageTables {
 public:
  using PointerTo = void* (*)(Gpa);
  struct Features {
    bool giant_pages;      // CPUID 8000_0001 EDX[26]
    bool no_execute;       // CPUID 8000_0001 EDX[20]
    u64 private_mask;      // set in every entry that maps or points to private memory
  };

  // Tables are taken from the pool; add_pool() replaces a used-up one.
  void init(PointerTo pointer_to, Features features, PageRange pool);
  // Takes over tables that init() made in an earlier phase.
  void adopt(PointerTo pointer_to, Features features, Gpa root, PageRange pool);
  void add_pool(PageRange pool) { pool_ = pool; }
  PageRange pool() const { return pool_; }
  Gpa root() const { return root_; }

  // Maps or re-maps a range with the largest pages that fit, splitting where it must. out_of_resources: the pool
  // ran dry; what was done so far stays, and the same call may be repeated with a new pool.
  // The caller flushes the TLB.
  Result<> map(PageRange range, Protection protection, Caching caching);

  struct Leaf {
    Protection protection;
    Caching caching;
    u64 bytes;
  };
  Leaf lookup(Gpa address) const;

  // Gives every mapped page back write and execute rights and maps what was absent inside a mapped table:
  // the flat world that operating systems' own loaders expect once the firmware is gone.
  void relax();

 private:
  Result<> map_level(u64* table, unsigned level, u64 from, u64 to, u64 flags);
  static u64 fill_leaves(u64* entry, u64 count, unsigned level, u64 from, u64 flags);
  Result<u64*> descend(u64& entry, unsigned level);
  u64* table_of(u64 entry) const;
  u64 leaf_flags(Protection protection, Caching caching) const;
  void relax_level(u64* table, unsigned level, u64 address);

  PointerTo pointer_to_ = nullptr;
  Features features_{};
  PageRange pool_;
  Gpa root_;
};

// Tables that a fresh map of `bytes` contiguous bytes takes at most, root not counted.
constexpr u64 tables_needed(u64 bytes, bool giant_pages) {
  const u64 directories = giant_pages ? 2 : bytes / 1_GiB + 2;
  return directories + 2 + bytes / 512_GiB + 1;
}

}  // namespace mem
