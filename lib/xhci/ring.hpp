// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/shared_pages.hpp"
#include "lib/xhci/registers.hpp"

namespace xhci {

// A transfer or command ring of one page, whose last TRB leads back to the first [xhci §4.9.2]. Where we are is our own
// knowledge; nothing is read back.
class Ring {
 public:
  static constexpr u32 entries = page_bytes / sizeof(Trb);

  Result<> allocate(const mem::PageSource& source, Gpa below);
  void release() { pages_.release(); }
  // As new, cycle bit one.
  void clear();

  // Where it was put. The caller does not put more than the ring holds before the controller is through with them.
  u64 put(Trb trb);
  // Address of the next TRB, with the cycle state in bit 0: what Set TR Dequeue Pointer and contexts want.
  u64 dequeue() const { return pages_.address(next_ * sizeof(Trb)).raw() | cycle_; }

 private:
  mem::SharedPages pages_;
  u32 next_ = 0;
  bool cycle_ = true;
};

// The event ring, of one segment [xhci §4.9.4].
class EventRing {
 public:
  Result<> allocate(const mem::PageSource& source, Gpa below);
  void release() { pages_.release(); }

  // The next event, copied; not_ready: none.
  Result<Trb> take();
  Gpa events() const { return pages_.address(); }
  Gpa segment_table() const { return pages_.address(page_bytes); }
  Gpa dequeue() const { return pages_.address(next_ * sizeof(Trb)); }
  static constexpr u32 entries = page_bytes / sizeof(Trb);

 private:
  mem::SharedPages pages_;
  u32 next_ = 0;
  bool cycle_ = true;
};

}  // namespace xhci
