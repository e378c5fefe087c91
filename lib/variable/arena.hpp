// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/variable/volume.hpp"

namespace variable {

// A store's bytes in RAM: a log of records, compacted when it is full. Knows nothing of UEFI's rules.
// With a volume it is the image of a store on flash: each record lies where it lies there, and every step that
// changes one changes the other, the flash first.
class Arena {
 public:
  // A variable to be written: the first `kept` bytes of the old record's data, then `data`.
  struct Content {
    std::u16string_view name;
    const Guid& vendor;
    u32 attributes;
    u32 kept;
    std::span<const u8> data;
    efi::Time time_stamp = {};
    u64 reserve = 0;  // room that this variable must leave, if it grows
  };
  // What load() met.
  struct Findings {
    u32 skipped_at = 0;  // offset in the store of the first bytes that are no record, 0: none
  };

  constexpr Arena() = default;
  // Both want 4-byte aligned memory. load() takes no size or state on trust: what it accepts can be walked. The
  // volume's headers have been checked. Without write access the flash is only read, and forgotten.
  static Result<Arena> format(std::span<u8> memory);
  static Result<Arena> load(std::span<u8> memory, Volume volume, bool writable, Findings& findings);

  const RecordHeader* first() const { return live_from(sizeof(StoreHeader)); }
  const RecordHeader* next(const RecordHeader* record) const { return live_from(offset_of(record) + size_of(*record)); }
  const RecordHeader* find(std::u16string_view name, const Guid& vendor) const;

  static const u8* name_of(const RecordHeader& record) { return reinterpret_cast<const u8*>(&record + 1); }
  static std::span<const u8> data_of(const RecordHeader& record) {
    return {name_of(record) + record.name_size, record.data_size};
  }

  // Adds the variable, or replaces `old`, its former record. On failure every variable is as it was, but when the
  // flash fails in the middle of a rewrite: then nothing is written any more. Either way records may have moved.
  Result<> write(const RecordHeader* old, const Content& content);
  Result<> remove(const RecordHeader* record);

  bool owns(const RecordHeader* record) const {
    const auto* at = reinterpret_cast<const u8*>(record);
    return at >= base_ && at < base_ + bytes_;
  }
  u64 capacity() const { return bytes_ ? bytes_ - sizeof(StoreHeader) : 0; }
  u64 remaining() const { return capacity() - live_; }

  const u8* base() const { return base_; }
  const Volume& volume() const { return volume_; }
  void moved_to(u8* base) { base_ = base; }
  void volume_moved_to(u64 base) { volume_.moved_to(base); }

 private:
  enum class Step : u8 { record, end, garbage };

  static u64 size_of(const RecordHeader& record);
  u64 offset_of(const RecordHeader* record) const {
    return static_cast<u64>(reinterpret_cast<const u8*>(record) - base_);
  }
  RecordHeader* at(u64 offset) const { return reinterpret_cast<RecordHeader*>(base_ + offset); }
  const RecordHeader* live_from(u64 offset) const;
  u64 free() const { return bytes_ - used_; }

  Step fetch(u64 from);
  void fetch_all(Findings& findings);
  u64 resynchronise(u64 from);
  void settle_transitions();

  Result<> add(const RecordHeader* old, const Content& content);
  Result<> append(const RecordHeader* old, const Content& content, u64 need);
  void rewrite_last(u64 offset, const Content& content, u64 need);
  void build(u64 offset, const RecordHeader* old, const Content& content, u64 need);
  Result<> commit(u64 offset, const RecordHeader* old, u64 need);
  Result<> drop(const RecordHeader* record);
  u64 compact(const RecordHeader* last);
  void mark_end();
  Result<> mirror(u64 offset, u64 bytes);
  Result<> mirror_all();
  Result<> set_state(u64 offset, u8 state);

  u8* base_ = nullptr;
  u64 bytes_ = 0;
  u64 used_ = 0;  // where the next record goes
  u64 live_ = 0;  // bytes of live records
  Volume volume_;
  bool stale_ = false;   // the flash lags behind: the next write has to be a rewrite
  bool broken_ = false;  // the flash failed in a rewrite
};

}  // namespace variable
