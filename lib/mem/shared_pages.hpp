// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

namespace mem {

using namespace base;

// Where a driver's pages come from, and who gives them to the host and takes them back, mapping included.
struct PageSource {
  Result<PageRange> (*allocate)(u64 pages, Gpa below) = nullptr;
  void (*release)(PageRange range) = nullptr;
  Result<> (*share)(PageRange range) = nullptr;
  Result<> (*unshare)(PageRange range) = nullptr;
};

// Pages that the host reads and writes, for as long as this object lives. What lies in them is the host's claim: copy a
// value out once, check the copy, and never go back to the page for it. Pages that cannot be made private again are lost
// rather than given back.
class SharedPages {
 public:
  constexpr SharedPages() = default;
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;
  ~SharedPages() { release(); }

  // Zeroed. Only while empty.
  Result<> allocate(const PageSource& source, u64 pages, Gpa below = Gpa(4_GiB));
  void release();

  bool empty() const { return range_.empty(); }
  PageRange range() const { return range_; }
  Gpa address(u64 offset = 0) const { return range_.start() + offset; }
  u64 bytes() const { return range_.bytes(); }

  // One access each. Offsets are naturally aligned and our own.
  template <class T>
  T read(u64 offset) const {
    return __atomic_load_n(static_cast<T*>(at(offset, sizeof(T))), __ATOMIC_ACQUIRE);
  }
  template <class T>
  void write(u64 offset, T value) {
    __atomic_store_n(static_cast<T*>(at(offset, sizeof(T))), value, __ATOMIC_RELEASE);
  }
  void copy_out(u64 offset, std::span<u8> to) const { __builtin_memcpy(to.data(), at(offset, to.size()), to.size()); }
  void copy_in(u64 offset, std::span<const u8> from) { __builtin_memcpy(at(offset, from.size()), from.data(), from.size()); }

 private:
  void* at(u64 offset, u64 bytes) const {
    ASSERT(offset <= range_.bytes() && bytes <= range_.bytes() - offset);
    return reinterpret_cast<void*>(range_.start().raw() + offset);
  }

  PageSource source_;
  PageRange range_;
};

}  // namespace mem
