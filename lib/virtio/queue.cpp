// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/queue.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/log/log.hpp"

namespace virtio {
namespace {

// Readable pieces first, none empty; how many bytes the device may write.
Result<u32> check(std::span<const Queue::Piece> chain) {
  bool writing = false;
  u64 writable = 0;
  for (const Queue::Piece& p : chain) {
    if (p.bytes == 0 || (writing && !p.device_writes)) return Error::invalid_parameter;
    writing = p.device_writes;
    if (writing) writable += p.bytes;
  }
  if (chain.empty() || writable >> 32) return Error::invalid_parameter;
  return static_cast<u32>(writable);
}

}  // namespace

Result<> Queue::allocate(const mem::PageSource& source, u16 size, u32 used_alignment) {
  if (size == 0 || size > max_ring || (size & (size - 1))) return Error::invalid_parameter;
  size_ = size;
  used_alignment_ = used_alignment;
  if (auto got = pages_.allocate(source, bytes_to_pages(used() + ring::entries + u64{size} * ring::used_entry + 2)); !got) {
    size_ = 0;
    return got;
  }
  free_count_ = most_pieces();
  for (u16 i = 0; i < free_count_; ++i) slots_[i] = {static_cast<u16>(i + 1), 0, 0};
  pages_.write<u16>(available() + ring::flags, ring::no_interrupt);
  return {};
}

void Queue::release() {
  pages_.release();
  size_ = free_ = free_count_ = in_flight_ = next_available_ = next_used_ = 0;
  broken_ = false;
}

Result<u16> Queue::submit(std::span<const Piece> chain) {
  if (broken_) return Error::protocol_error;
  const u32 writable = TRY(check(chain));
  if (chain.size() > free_count_) return Error::out_of_resources;
  const u16 head = free_;
  for (usize i = 0; i < chain.size(); ++i) {
    const u16 at = free_;
    const bool last = i + 1 == chain.size();
    free_ = slots_[at].next;
    const u16 flags = static_cast<u16>((chain[i].device_writes ? Descriptor::write_flag : 0) | (last ? 0 : Descriptor::next_flag));
    const Descriptor d{chain[i].address.raw(), chain[i].bytes, flags, last ? u16{0} : free_};
    pages_.copy_in(at * sizeof d, {reinterpret_cast<const u8*>(&d), sizeof d});
  }
  slots_[head].length = static_cast<u16>(chain.size());
  slots_[head].writable = writable;
  free_count_ = static_cast<u16>(free_count_ - chain.size());
  ++in_flight_;
  // The entry must be there before the index says so; stores stay in order, and the doorbell comes later still.
  pages_.write<u16>(available() + ring::entries + ring::available_entry * (next_available_ % size_), head);
  pages_.write<u16>(available() + ring::index, ++next_available_);
  return head;
}

Result<Queue::Done> Queue::lied(const char* how) {
  broken_ = true;
  log::error("virtio: the device ", how, "; its queue is not used any more");
  return Error::protocol_error;
}

Result<Queue::Done> Queue::poll() {
  if (broken_) return Error::protocol_error;
  if (size_ == 0) return Error::not_ready;
  const u16 claimed = static_cast<u16>(pages_.read<u16>(used() + ring::index) - next_used_);
  if (claimed == 0) return Error::not_ready;
  if (claimed > in_flight_) return lied("finished more than it was given");
  const u64 entry = used() + ring::entries + ring::used_entry * (next_used_ % size_);
  const u32 id = pages_.read<u32>(entry);
  const u32 written = pages_.read<u32>(entry + ring::used_entry_length);
  if (id >= most_pieces() || slots_[id].length == 0) return lied("finished a chain that it does not have");
  Slot& head = slots_[id];
  const u32 writable = head.writable;

  u16 last = static_cast<u16>(id);
  for (u16 i = 1; i < head.length; ++i) last = slots_[last].next;
  slots_[last].next = free_;
  free_ = static_cast<u16>(id);
  free_count_ = static_cast<u16>(free_count_ + head.length);
  head.length = 0;
  --in_flight_;
  ++next_used_;
  // More than there was room for: QEMU's virtio-scsi counts what it read as well.
  return Done{static_cast<u16>(id), written < writable ? written : writable};
}

Result<Queue::Done> Queue::wait(Patience patience) {
  // To look at the clock is to leave the guest, and dear.
  constexpr u32 looks = 64, hot_looks = 1024;
  Deadline deadline(patience);
  for (u32 i = 1;; ++i) {
    if (broken_ || size_ == 0 || pages_.read<u16>(used() + ring::index) != next_used_) return poll();
    if (i % looks == 0 && deadline.passed()) return Error::timeout;
    if (!deadline.rest(hot_looks)) arch::pause();
  }
}

}  // namespace virtio
