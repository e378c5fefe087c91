// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/nvme/queue_pair.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"

namespace nvme {

Result<> QueuePair::allocate(const mem::PageSource& source) { return pages_.allocate(source, 2); }

void QueuePair::restart(u16 id, Gpa submission_doorbell, Gpa completion_doorbell) {
  id_ = id;
  submission_doorbell_ = submission_doorbell;
  completion_doorbell_ = completion_doorbell;
  tail_ = head_ = 0;
  phase_ = true;
  for (u64 at = page_bytes; at < pages_.bytes(); at += sizeof(u64)) pages_.write<u64>(at, 0);
}

Result<> QueuePair::run(Command command, Patience patience) {
  command.id = next_command_++;
  pages_.copy_in(tail_ * sizeof(Command), {reinterpret_cast<const u8*>(&command), sizeof command});
  tail_ = (tail_ + 1) % entries;
  arch::fence();
  cc::mmio_write32(submission_doorbell_, tail_);

  const u64 entry = page_bytes + head_ * Completion::bytes;
  // To look at the clock is to leave the guest, and dear.
  constexpr u32 looks = 64, hot_looks = 1024;
  Deadline deadline(patience);
  u32 word = pages_.read<u32>(entry + Completion::status_at);
  for (u32 i = 1; Completion::phase::get(word) != phase_; ++i) {
    if (i % looks == 0 && deadline.passed()) return Error::timeout;
    if (!deadline.rest(hot_looks)) arch::pause();
    word = pages_.read<u32>(entry + Completion::status_at);
  }
  const u32 from = pages_.read<u32>(entry + Completion::submission_at);
  if (Completion::command::get(word) != command.id || Completion::queue::get(from) != id_) return Error::protocol_error;
  head_ = (head_ + 1) % entries;
  if (head_ == 0) phase_ = !phase_;
  cc::mmio_write32(completion_doorbell_, head_);
  last_status_ = static_cast<u16>(Completion::status::get(word));
  return last_status_ == 0 ? Result<>() : Error::device_error;
}

}  // namespace nvme
