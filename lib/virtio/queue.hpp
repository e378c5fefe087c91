// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/mem/shared_pages.hpp"
#include "lib/base/patience.hpp"
#include "lib/virtio/registers.hpp"

namespace virtio {

// A split virtqueue that is polled [virtio §2.6]. Which descriptors are free, in flight and how they are chained is kept
// in private memory: what the device or the host writes into the rings is read once and compared with that, never
// followed. A device that lies breaks the queue for good: it may still be writing into anything it was given.
class Queue {
 public:
  // Descriptors that are used of a queue. All rings of a queue this long lie in one page; a legacy device sets the length
  // of its rings itself.
  static constexpr u16 max_size = 128, max_ring = 1024;

  struct Piece {
    Gpa address;  // of memory that the device reaches
    u32 bytes;
    bool device_writes;
  };
  struct Done {
    u16 id;       // what submit() gave
    u32 written;  // at most the bytes of the chain that the device may write
  };

  // `ring`: a power of two up to max_ring. `used_alignment`: page_bytes for a legacy device.
  Result<> allocate(const mem::PageSource& source, u16 ring, u32 used_alignment = 4);
  // The device was reset: whatever was in flight is not.
  void release();

  // Hands a chain to the device: pieces that it reads come before those that it writes. Transport::notify() tells it.
  // out_of_resources: too many in flight.
  Result<u16> submit(std::span<const Piece> chain);
  // The oldest chain that the device is done with. not_ready: none yet. protocol_error: the device lied, now or before.
  Result<Done> poll();
  // Polls until a chain is done. timeout: the memory of all chains in flight belongs to the device until it is reset.
  Result<Done> wait(Patience patience);

  u16 size() const { return size_; }  // of the rings
  u16 most_pieces() const { return size_ < max_size ? size_ : max_size; }  // in flight
  u16 in_flight() const { return in_flight_; }
  bool broken() const { return broken_; }
  mem::SharedPages& pages() { return pages_; }
  Gpa descriptors() const { return pages_.address(); }
  Gpa available_ring() const { return pages_.address(available()); }
  Gpa used_ring() const { return pages_.address(used()); }

 private:
  friend class Transport;
  struct Slot {
    u16 next;      // free list, or the chain
    u16 length;    // descriptors of the chain that begins here; 0: none does
    u32 writable;  // bytes the device may write to it
  };

  u64 available() const { return u64{size_} * sizeof(Descriptor); }
  u64 used() const { return align_up<u64>(available() + ring::entries + u64{size_} * ring::available_entry + 2, used_alignment_); }
  Result<Done> lied(const char* how);

  mem::SharedPages pages_;
  u16 size_ = 0;
  u32 used_alignment_ = 4;
  u16 free_ = 0;  // head of the free list
  u16 free_count_ = 0;
  u16 in_flight_ = 0;  // chains
  u16 next_available_ = 0;
  u16 next_used_ = 0;
  bool broken_ = false;
  Gpa doorbell_;  // Transport's
  u16 index_ = 0;
  Slot slots_[max_size] = {};
};

}  // namespace virtio
