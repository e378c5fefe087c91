// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/variable/format.hpp"

namespace variable {

// A store's bytes in RAM: a log of records, compacted when it is full. Knows nothing of UEFI's rules.
// Whatever later keeps it on flash writes what program() writes, and all of it after a compaction.
class Arena {
 public:
  // A variable to be written: the first `kept` bytes of the old record's data, then `data`.
  struct Content {
    std::u16string_view name;
    const Guid& vendor;
    u32 attributes;
    u32 kept;
    std::span<const u8> data;
  };

  constexpr Arena() = default;
  // Both want 4-byte aligned memory. open() takes no size or state on trust: what it accepts can be walked.
  static Result<Arena> format(std::span<u8> memory);
  static Result<Arena> open(std::span<u8> memory);

  const RecordHeader* first() const { return live_from(sizeof(StoreHeader)); }
  const RecordHeader* next(const RecordHeader* record) const { return live_from(offset_of(record) + size_of(*record)); }
  const RecordHeader* find(std::u16string_view name, const Guid& vendor) const;

  static const u8* name_of(const RecordHeader& record) { return reinterpret_cast<const u8*>(&record + 1); }
  static std::span<const u8> data_of(const RecordHeader& record) {
    return {name_of(record) + record.name_size, record.data_size};
  }

  // Adds the variable, or replaces `old`, its former record. On failure every variable is as it was. Either
  // way records may have moved.
  Result<> write(const RecordHeader* old, const Content& content);
  void remove(const RecordHeader* record);

  bool owns(const RecordHeader* record) const {
    const auto* at = reinterpret_cast<const u8*>(record);
    return at >= base_ && at < base_ + bytes_;
  }
  u64 capacity() const { return bytes_ ? bytes_ - sizeof(StoreHeader) : 0; }
  u64 remaining() const { return capacity() - live_; }

  const u8* base() const { return base_; }
  void moved_to(u8* base) { base_ = base; }

 private:
  static u64 size_of(const RecordHeader& record);
  u64 offset_of(const RecordHeader* record) const {
    return static_cast<u64>(reinterpret_cast<const u8*>(record) - base_);
  }
  RecordHeader* at(u64 offset) const { return reinterpret_cast<RecordHeader*>(base_ + offset); }
  const RecordHeader* live_from(u64 offset) const;
  u64 free() const { return bytes_ - used_; }

  Result<u64> checked_size(u64 offset) const;
  void settle_transitions();
  void program(u64 offset, const void* data, u64 bytes);
  void set_state(u64 offset, u8 state) { program(offset + offsetof(RecordHeader, state), &state, 1); }
  void append(const RecordHeader* old, const Content& content, u64 need);
  void rewrite_last(u64 offset, const Content& content, u64 need);
  u64 compact(const RecordHeader* last);
  void mark_end();

  u8* base_ = nullptr;
  u64 bytes_ = 0;
  u64 used_ = 0;  // where the next record goes
  u64 live_ = 0;  // bytes of live records
};

}  // namespace variable
