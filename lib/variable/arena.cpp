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
  arena.program(0, &header, sizeof header);
  arena.used_ = sizeof header;
  arena.mark_end();
  return arena;
}

Result<Arena> Arena::open(std::span<u8> memory) {
  StoreHeader header;
  if (memory.size() < sizeof header) return Error::volume_corrupted;
  __builtin_memcpy(&header, memory.data(), sizeof header);
  if (!(header.signature == StoreHeader::authenticated) || header.format != StoreHeader::formatted ||
      header.state != StoreHeader::healthy || header.size < sizeof header || header.size > memory.size() ||
      header.size % record_alignment != 0)
    return Error::volume_corrupted;
  Arena arena;
  arena.base_ = memory.data();
  arena.bytes_ = header.size;
  u64 offset = sizeof header;
  while (const u64 size = TRY(arena.checked_size(offset))) {
    if (arena.at(offset)->live()) arena.live_ += size;
    offset += size;
  }
  arena.used_ = offset;
  arena.settle_transitions();
  return arena;
}

// The size of the record at `offset`, 0 at the end of the log.
Result<u64> Arena::checked_size(u64 offset) const {
  if (bytes_ - offset < sizeof(RecordHeader)) return 0;
  const RecordHeader& record = *at(offset);
  if (record.start_id != RecordHeader::start) return 0;
  // The header of a write that was cut short: its sizes mean nothing, and nothing was written after it.
  if (record.state == record_state::erased) return 0;
  const u64 room = bytes_ - offset - sizeof(RecordHeader);
  const u64 payload = u64{record.name_size} + record.data_size;
  if (payload > room || align_up(payload, record_alignment) > room) return Error::volume_corrupted;
  if (!record.live()) return size_of(record);
  const u8* name = name_of(record);
  if (record.name_size < 4 || record.name_size % 2 != 0 || record.data_size == 0) return Error::volume_corrupted;
  for (u32 i = 0; i < record.name_size; i += 2) {
    const bool nul = name[i] == 0 && name[i + 1] == 0;
    if (nul != (i + 2 == record.name_size)) return Error::volume_corrupted;
  }
  return size_of(record);
}

// A write that was cut short leaves the old record in transition, and the new one too if it got that far.
void Arena::settle_transitions() {
  for (const RecordHeader* r = first(); r; r = next(r)) {
    if (r->state == record_state::added) continue;
    for (const RecordHeader* twin = first(); twin; twin = next(twin)) {
      if (twin == r || !(twin->vendor == r->vendor) || twin->name_size != r->name_size ||
          __builtin_memcmp(name_of(*twin), name_of(*r), r->name_size) != 0)
        continue;
      remove(r);
      break;
    }
  }
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
  const u64 name_bytes = name.size() * 2;
  for (const RecordHeader* r = first(); r; r = next(r))
    if (r->name_size == name_bytes + 2 && __builtin_memcmp(&r->vendor, &vendor, sizeof vendor) == 0 &&
        __builtin_memcmp(name_of(*r), name.data(), name_bytes) == 0)
      return r;
  return nullptr;
}

Result<> Arena::write(const RecordHeader* old, const Content& content) {
  const u64 need = record_bytes((content.name.size() + 1) * 2, u64{content.kept} + content.data.size());
  const u64 old_size = old ? size_of(*old) : 0;
  if (need > free()) {
    if (need > remaining() + old_size) return Error::out_of_resources;
    const u64 last = compact(old);
    if (old) old = at(last);
    if (need > free()) {
      rewrite_last(last, content, need);
      return {};
    }
  }
  append(old, content, need);
  if (old) remove(old);
  return {};
}

void Arena::append(const RecordHeader* old, const Content& content, u64 need) {
  const u64 offset = used_;
  const u32 name_size = static_cast<u32>((content.name.size() + 1) * 2);
  const RecordHeader header{.start_id = RecordHeader::start,
                            .state = record_state::erased,
                            .reserved = 0,
                            .attributes = content.attributes,
                            .monotonic_count = 0,
                            .time_stamp = {},
                            .public_key_index = 0,
                            .name_size = name_size,
                            .data_size = static_cast<u32>(content.kept + content.data.size()),
                            .vendor = content.vendor};
  program(offset, &header, sizeof header);
  set_state(offset, record_state::header_valid);
  u64 to = offset + sizeof header;
  program(to, content.name.data(), name_size - 2);
  const u16 nul = 0;
  program(to + name_size - 2, &nul, 2);
  to += name_size;
  if (old) {
    program(to, data_of(*old).data(), content.kept);
    set_state(offset_of(old), old->state & record_state::in_deleted_transition);
  }
  program(to + content.kept, content.data.data(), content.data.size());
  used_ += need;
  live_ += need;
  mark_end();
  set_state(offset, record_state::added);
}

// There is no room for the old record beside the new one: the old one, now the last, becomes the new one.
void Arena::rewrite_last(u64 offset, const Content& content, u64 need) {
  RecordHeader* record = at(offset);
  live_ -= size_of(*record);
  record->attributes = content.attributes;
  record->data_size = static_cast<u32>(content.kept + content.data.size());
  program(offset + sizeof(RecordHeader) + record->name_size + content.kept, content.data.data(), content.data.size());
  used_ = offset + need;
  live_ += need;
  mark_end();
}

void Arena::remove(const RecordHeader* record) {
  live_ -= size_of(*record);
  set_state(offset_of(record), record->state & record_state::deleted);
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
  if (free() >= sizeof erased) program(used_, &erased, sizeof erased);
}

void Arena::program(u64 offset, const void* data, u64 bytes) {
  if (bytes) __builtin_memcpy(base_ + offset, data, bytes);
}

}  // namespace variable
