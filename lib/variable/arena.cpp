// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/arena.hpp"

#include "lib/base/address.hpp"

namespace variable {
namespace {

void reverse(u8* first, u8* last) {
  while (first < last && first < --last) {
    const u8 byte = *first;
    *first++ = *last;
    *last = byte;
  }
}
// [first, middle) goes behind [middle, last).
void rotate(u8* first, u8* middle, u8* last) {
  reverse(first, middle);
  reverse(middle, last);
  reverse(first, last);
}

u64 record_bytes(u64 name_size, u64 data_size) {
  return align_up(sizeof(RecordHeader) + name_size + data_size, record_alignment);
}

u32 name_bytes(const Arena::Content& content) { return static_cast<u32>((content.name.size() + 1) * 2); }

}  // namespace

u64 Arena::size_of(const RecordHeader& record) { return record_bytes(record.name_size, record.data_size); }

Result<Arena> Arena::format(std::span<u8> memory) {
  if (memory.size() < sizeof(StoreHeader) || memory.size() >= 4_GiB || memory.size() % record_alignment != 0)
    return Error::invalid_parameter;
  const StoreHeader header{StoreHeader::authenticated, static_cast<u32>(memory.size()), StoreHeader::formatted,
                           StoreHeader::healthy, 0, 0};
  Arena arena;
  arena.base_ = memory.data();
  arena.bytes_ = memory.size();
  __builtin_memcpy(arena.base_, &header, sizeof header);
  arena.used_ = sizeof header;
  arena.mark_end();
  return arena;
}

const RecordHeader* Arena::live_from(u64 offset) const {
  while (offset < used_) {
    const RecordHeader* record = at(offset);
    if (record->live()) return record;
    offset += size_of(*record);
  }
  return nullptr;
}

const RecordHeader* Arena::find(std::u16string_view name, const Guid& vendor) const {
  const u64 bytes = name.size() * 2;
  for (const RecordHeader* r = first(); r; r = next(r))
    if (r->name_size == bytes + 2 && __builtin_memcmp(&r->vendor, &vendor, sizeof vendor) == 0 &&
        __builtin_memcmp(name_of(*r), name.data(), bytes) == 0)
      return r;
  return nullptr;
}

Result<> Arena::write(const RecordHeader* old, const Content& content) {
  if (broken_) return Error::device_error;
  const auto done = add(old, content);
  volume_.settle();
  return done;
}

Result<> Arena::remove(const RecordHeader* record) {
  if (broken_) return Error::device_error;
  auto done = drop(record);
  if (done && stale_) {
    compact(nullptr);
    done = mirror_all();
  }
  volume_.settle();
  return done;
}

Result<> Arena::add(const RecordHeader* old, const Content& content) {
  const u64 need = record_bytes(name_bytes(content), u64{content.kept} + content.data.size());
  const u64 old_size = old ? size_of(*old) : 0;
  const u64 left = remaining() + old_size;
  if (need > left || (need > old_size && need + content.reserve > left)) return Error::out_of_resources;
  // What a cut left behind the records cannot be written over.
  const bool room = need <= free() && !stale_ && (!volume_ || volume_.erased(used_, need));
  if (!room) {
    const u64 last = compact(old);
    if (old) old = at(last);
    if (need > free()) {
      rewrite_last(last, content, need);
      return mirror_all();
    }
    TRY(mirror_all());
  }
  return append(old, content, need);
}

// The record in RAM, not yet there for anyone.
void Arena::build(u64 offset, const RecordHeader* old, const Content& content, u64 need) {
  const u32 name_size = name_bytes(content);
  const RecordHeader header{.start_id = RecordHeader::start,
                            .state = record_state::erased,
                            .reserved = 0,
                            .attributes = content.attributes,
                            .monotonic_count = 0,
                            .time_stamp = content.time_stamp,
                            .public_key_index = 0,
                            .name_size = name_size,
                            .data_size = static_cast<u32>(content.kept + content.data.size()),
                            .vendor = content.vendor};
  u8* to = base_ + offset;
  u8* const end = to + need;
  const auto put = [&to](const void* from, u64 bytes) {
    if (bytes) __builtin_memcpy(to, from, bytes);
    to += bytes;
  };
  put(&header, sizeof header);
  put(content.name.data(), name_size - 2);
  const u16 nul = 0;
  put(&nul, sizeof nul);
  if (old) put(data_of(*old).data(), content.kept);
  put(content.data.data(), content.data.size());
  while (to < end) *to++ = 0xff;
}

// From nothing to the new variable, and from the old one to nothing: cut anywhere, one of them is there. The
// payload comes after a state that makes it skipped: it may look like anything.
Result<> Arena::commit(u64 offset, const RecordHeader* old, u64 need) {
  TRY(mirror(offset, sizeof(RecordHeader)));
  TRY(set_state(offset, record_state::header_valid));
  TRY(mirror(offset + sizeof(RecordHeader), need - sizeof(RecordHeader)));
  if (old) TRY(set_state(offset_of(old), old->state & record_state::in_deleted_transition));
  return set_state(offset, record_state::added);
}

Result<> Arena::append(const RecordHeader* old, const Content& content, u64 need) {
  const u64 offset = used_;
  build(offset, old, content, need);
  if (auto done = commit(offset, old, need); !done) {
    mark_end();
    return done;
  }
  used_ += need;
  live_ += need;
  mark_end();
  if (old) TRY(drop(old));
  return {};
}

// There is no room for the old record beside the new one: the old one, now the last, becomes the new one.
void Arena::rewrite_last(u64 offset, const Content& content, u64 need) {
  RecordHeader* record = at(offset);
  live_ -= size_of(*record);
  record->attributes = content.attributes;
  record->time_stamp = content.time_stamp;
  record->data_size = static_cast<u32>(content.kept + content.data.size());
  if (!content.data.empty())
    __builtin_memcpy(base_ + offset + sizeof(RecordHeader) + record->name_size + content.kept, content.data.data(), content.data.size());
  used_ = offset + need;
  live_ += need;
  mark_end();
}

Result<> Arena::drop(const RecordHeader* record) {
  TRY(set_state(offset_of(record), record->state & record_state::deleted));
  live_ -= size_of(*record);
  return {};
}

// Drops what is deleted; `last`, a live record or null, moves behind all others. Returns its new place.
u64 Arena::compact(const RecordHeader* last) {
  const u64 last_size = last ? size_of(*last) : 0;
  if (last) {
    u8* moving = base_ + offset_of(last);
    rotate(moving, moving + last_size, base_ + used_);
  }
  u64 to = sizeof(StoreHeader);
  for (u64 from = to; from < used_;) {
    const u64 size = size_of(*at(from));
    if (at(from)->live()) {
      if (to != from) __builtin_memmove(base_ + to, base_ + from, size);
      at(to)->state = record_state::added;
      to += size;
    }
    from += size;
  }
  used_ = to;
  mark_end();
  return to - last_size;
}

// What follows the last record must not look like one.
void Arena::mark_end() {
  const u32 erased = ~0u;
  if (free() >= sizeof erased) __builtin_memcpy(base_ + used_, &erased, sizeof erased);
}

Result<> Arena::mirror(u64 offset, u64 bytes) { return volume_ ? volume_.program(offset, {base_ + offset, bytes}) : Result<>(); }

Result<> Arena::mirror_all() {
  if (!volume_) return {};
  const auto done = volume_.rewrite({base_, used_});
  stale_ = false;
  broken_ = !done;
  return done;
}

Result<> Arena::set_state(u64 offset, u8 state) {
  // A stale image's records lie elsewhere on the flash: the rewrite to come writes their states, too.
  if (volume_ && !stale_) TRY(volume_.program(offset + offsetof(RecordHeader, state), {&state, 1}));
  at(offset)->state = state;
  return {};
}

}  // namespace variable
