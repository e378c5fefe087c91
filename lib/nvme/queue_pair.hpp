// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/mem/shared_pages.hpp"
#include "lib/nvme/registers.hpp"

namespace nvme {

// A submission queue and its completion queue, with one command under way at a time. Where the heads and tails are is
// our own knowledge: a completion that is not the one expected breaks the pair.
class QueuePair {
 public:
  static constexpr u32 entries = 16;

  Result<> allocate(const mem::PageSource& source);
  // Both queues as after a reset of the controller.
  void restart(u16 id, Gpa submission_doorbell, Gpa completion_doorbell);
  void release() { pages_.release(); }

  // device_error: the controller refused, for the reason it gave. timeout, protocol_error: it must be reset, until then
  // it may write wherever the command told it to.
  Result<> run(Command command, Patience patience);

  Gpa submission() const { return pages_.address(); }
  Gpa completion() const { return pages_.address(page_bytes); }
  u16 last_status() const { return last_status_; }

 private:
  mem::SharedPages pages_;
  Gpa submission_doorbell_, completion_doorbell_;
  u16 id_ = 0, next_command_ = 0, last_status_ = 0;
  u32 tail_ = 0, head_ = 0;
  bool phase_ = true;
};

}  // namespace nvme
