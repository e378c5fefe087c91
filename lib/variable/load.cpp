// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/efi/variable.hpp"
#include "lib/variable/arena.hpp"

// A store on flash comes into RAM: written by edk2, by us, by a cut or by anyone. Where edk2 stops at the first
// bytes that are no record and forgets the rest with its next reclaim, they are skipped here and the rest is kept.
namespace variable {
namespace {

constexpr u16 torn_start = 0xffaa;  // one byte of RecordHeader::start

// The fields of a header whose writing was cut short mean nothing: edk2 takes such a record for a mere header.
bool unfinished(const RecordHeader& r) {
  return r.state == record_state::erased || r.attributes == ~0u || r.name_size == ~0u || r.data_size == ~0u;
}

// UTF-16 with its NUL at the end and nowhere else.
bool is_name(const u8* name, u32 bytes) {
  if (bytes < 4 || bytes % 2 != 0) return false;
  for (u32 i = 0; i < bytes; i += 2) {
    const bool nul = name[i] == 0 && name[i + 1] == 0;
    if (nul != (i + 2 == bytes)) return false;
  }
  return true;
}

// What is accepted in the middle of nowhere.
constexpr u32 usual_name_bytes = 512;
bool plausible(const RecordHeader& r) {
  return !unfinished(r) && (r.state & ~record_state::added) == 0 && (r.attributes & ~efi::variable_attribute::known) == 0 &&
         (r.attributes & efi::variable_attribute::bootservice_access) && r.name_size <= usual_name_bytes;
}

}  // namespace

// Copies what lies at `from` on the flash to the end of the image.
Arena::Step Arena::fetch(u64 from) {
  const u64 room = bytes_ - from;
  if (room < sizeof(RecordHeader)) return Step::end;
  RecordHeader& record = *at(used_);
  volume_.read(from, {base_ + used_, sizeof record});
  if (record.start_id == 0xffff) return Step::end;
  if (record.start_id == torn_start && volume_.erased(from + 2, sizeof record - 2)) {
    stale_ = true;
    return Step::end;
  }
  if (record.start_id != RecordHeader::start) return Step::garbage;
  if (unfinished(record)) {
    record.state = record_state::header_valid;
    record.name_size = record.data_size = 0;
    return Step::record;
  }
  const u64 payload = u64{record.name_size} + record.data_size;
  if (payload > room - sizeof record || size_of(record) > room) return Step::garbage;
  volume_.read(from + sizeof record, {base_ + used_ + sizeof record, size_of(record) - sizeof record});
  if (record.live() && (record.data_size == 0 || !is_name(name_of(record), record.name_size))) return Step::garbage;
  return Step::record;
}

// The next thing behind `from` that is a record beyond doubt; the store's end when there is none.
u64 Arena::resynchronise(u64 from) {
  for (u64 to = from + record_alignment; to + sizeof(RecordHeader) <= bytes_; to += record_alignment) {
    u16 start;
    volume_.read(to, {reinterpret_cast<u8*>(&start), sizeof start});
    if (start != RecordHeader::start) continue;
    RecordHeader header;
    volume_.read(to, {reinterpret_cast<u8*>(&header), sizeof header});
    if (plausible(header) && fetch(to) == Step::record) return to;
  }
  return bytes_;
}

void Arena::fetch_all(Findings& findings) {
  u64 from = used_;
  while (from < bytes_) {
    Step step = fetch(from);
    if (step == Step::end) {
      // A block that someone erased, with written ones behind it, is not the end.
      const u64 more = volume_.next_written_block(from);
      if (!more || more >= bytes_) return;
      from = more - record_alignment;
      step = Step::garbage;
    }
    if (step == Step::garbage) {
      stale_ = true;
      if (!findings.skipped_at) findings.skipped_at = static_cast<u32>(from);
      from = resynchronise(from);
      if (from >= bytes_) return;
    }
    const u64 size = size_of(*at(used_));
    if (at(used_)->live()) live_ += size;
    used_ += size;
    from += size;
  }
}

// A replacement that was cut short leaves the old record in transition, and the new one too if it got that far.
void Arena::settle_transitions() {
  for (const RecordHeader* r = first(); r; r = next(r)) {
    if (r->state == record_state::added) continue;
    for (const RecordHeader* twin = first(); twin; twin = next(twin)) {
      if (twin == r || !(twin->vendor == r->vendor) || twin->name_size != r->name_size ||
          __builtin_memcmp(name_of(*twin), name_of(*r), r->name_size) != 0)
        continue;
      (void)!drop(r);
      break;
    }
  }
}

Result<Arena> Arena::load(std::span<u8> memory, Volume volume, bool writable, Findings& findings) {
  const StoreHeader header = TRY(volume.store_header());
  if (memory.size() < header.size) return Error::buffer_too_small;
  Arena arena;
  arena.base_ = memory.data();
  arena.bytes_ = header.size;
  arena.volume_ = volume;
  __builtin_memcpy(arena.base_, &header, sizeof header);
  arena.used_ = sizeof header;
  arena.fetch_all(findings);
  arena.mark_end();
  if (!writable) arena.volume_ = {};
  arena.settle_transitions();
  arena.volume_.settle();
  return arena;
}

}  // namespace variable
