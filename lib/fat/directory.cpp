// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fat/directory.hpp"

#include <algorithm>

#include "lib/unicode/case.hpp"

namespace fat {

constexpr u32 slot_bytes = sizeof(DirectoryEntry);

Result<u64> Directory::offset_of(u32 slot) {
  const Geometry& g = table_.geometry();
  if (!first_) return slot < g.root_entries ? Result<u64>(g.root_offset + u64{slot} * slot_bytes) : Error::end_of_file;
  if (slot >= max_directory_entries) return Error::end_of_file;
  const u32 at = slot * slot_bytes;
  return g.offset_of(TRY(table_.seek(walker_, first_, at / g.cluster_bytes))) + at % g.cluster_bytes;
}

// In place, until the next access.
Result<const DirectoryEntry*> Directory::look(u32 slot) {
  const u64 at = TRY(offset_of(slot));
  return reinterpret_cast<const DirectoryEntry*>(TRY(table_.cache().look(at, slot_bytes)));
}

Result<DirectoryEntry> Directory::read(u32 slot) { return *TRY(look(slot)); }

Result<bool> Directory::next(u32& slot, FoundEntry& found) {
  LongNameReader long_name;
  for (;; ++slot) {
    const auto at = look(slot);
    if (!at && at.error() == Error::end_of_file) return false;
    const DirectoryEntry& entry = *TRY(at);
    if (entry.name[0] == DirectoryEntry::end) return false;
    if (entry.name[0] == DirectoryEntry::free || entry.is_label()) {
      long_name.forget();
    } else if (entry.is_long_name()) {
      long_name.take(reinterpret_cast<const LongNameEntry&>(entry), slot);
    } else {
      found.raw = entry;
      const auto name = long_name.name_of(entry);
      found.first_slot = name.empty() ? slot : long_name.first_slot();
      found.slot = slot++;
      char16_t shown[short_name_chars];
      found.name_length = name.empty() ? show_short_name(found.raw, shown) : name.size();
      __builtin_memcpy(found.name, name.empty() ? shown : name.data(), found.name_length * sizeof(char16_t));
      return true;
    }
  }
}

Result<bool> Directory::find(std::u16string_view name, FoundEntry& found) {
  for (u32 slot = 0; TRY(next(slot, found));) {
    if (found.is_dot()) continue;
    if (unicode::equal_ignoring_case(found.name_view(), name)) return true;
    char16_t alias[short_name_chars];
    if (found.first_slot != found.slot && unicode::equal_ignoring_case({alias, show_short_name(found.raw, alias)}, name)) return true;
  }
  return false;
}

Result<bool> Directory::find_label(u32& slot, DirectoryEntry& label) {
  for (slot = 0;; ++slot) {
    const auto at = look(slot);
    if (!at && at.error() == Error::end_of_file) return false;
    label = *TRY(at);
    if (label.name[0] == DirectoryEntry::end) return false;
    if (label.name[0] != DirectoryEntry::free && label.is_label()) return true;
  }
}

Result<bool> Directory::empty() {
  FoundEntry found;
  for (u32 slot = 0; TRY(next(slot, found));)
    if (!found.is_dot()) return false;
  return true;
}

// Looks for a free number 4096 at a time, so that the set of those in use has a bound.
Result<ShortName> Directory::free_alias(std::u16string_view name, u32 ignored) {
  constexpr u32 window = 4096;
  const Alias alias(name);
  for (u32 low = 1; low < max_directory_entries; low += window) {
    u8 taken[window / 8] = {};
    bool basis_taken = !alias.lossless;
    for (u32 slot = 0;; ++slot) {
      const auto at = look(slot);
      if (!at && at.error() == Error::end_of_file) break;
      const DirectoryEntry& entry = *TRY(at);
      if (entry.name[0] == DirectoryEntry::end) break;
      if (slot == ignored || entry.name[0] == DirectoryEntry::free || entry.is_long_name() || entry.is_label()) continue;
      u8 raw[11];
      __builtin_memcpy(raw, entry.name, sizeof raw);
      basis_taken |= std::equal(raw, raw + 11, alias.basis.raw);
      const u32 number = alias.number_of(raw);
      if (number >= low && number - low < window) taken[(number - low) / 8] |= static_cast<u8>(1 << (number - low) % 8);
    }
    if (!basis_taken) return alias.basis;
    for (u32 n = 0; n < window; ++n)
      if (!(taken[n / 8] & 1 << n % 8)) return alias.numbered(low + n);
  }
  return Error::volume_full;
}

Result<> Directory::name_entries(std::u16string_view name, u32 ignored, EntrySet& set) {
  ExactShortName exact;
  DirectoryEntry entry{};
  if (exact_short_name(name, exact)) {
    set.count = 1;
    entry.case_flags = exact.case_flags;
  } else {
    exact.name = TRY(free_alias(name, ignored));
    set.count = long_entries(name) + 1;
    put_long_name(name, checksum(exact.name.raw), {set.entries, set.count - 1});
  }
  __builtin_memcpy(entry.name, exact.name.raw, sizeof exact.name.raw);
  set.short_entry() = entry;
  return {};
}

Result<Directory::Room> Directory::find_room(u32 slots) {
  Room room{0, 0, false};
  for (u32 slot = 0; room.found < slots; ++slot) {
    const auto at = look(slot);
    if (!at && at.error() == Error::end_of_file) break;
    const u8 mark = (TRY(at))->name[0];
    if (mark != DirectoryEntry::free && mark != DirectoryEntry::end && !room.at_end) {
      room = {slot + 1, 0, false};
      continue;
    }
    room.at_end |= mark == DirectoryEntry::end;
    ++room.found;
  }
  return room;
}

// Zeros before they are linked: a directory never shows what was there before.
Result<> Directory::grow(u32 bytes) {
  if (!first_) return Error::volume_full;
  const Geometry& g = table_.geometry();
  const u32 clusters = (bytes + g.cluster_bytes - 1) / g.cluster_bytes;
  const u32 length = TRY(table_.length(first_));
  if (u64{length + clusters} * g.cluster_bytes > max_directory_entries * slot_bytes) return Error::volume_full;
  const u32 last = TRY(table_.seek(walker_, first_, length - 1));
  const u32 added = TRY(table_.allocate(clusters, last + 1));
  TRY(table_.zero_clusters(added, clusters));
  return table_.append(last, added);
}

Result<u32> Directory::make_room(u32 slots) {
  Room room = TRY(find_room(slots));
  if (room.found < slots) TRY(grow((slots - room.found) * slot_bytes));
  // What is behind the end need not be zeros: the end moves before it is passed.
  if (room.at_end) {
    auto behind = look(room.slot + slots);
    if (behind && (*behind)->name[0] != DirectoryEntry::end) {
      DirectoryEntry end = **behind;
      end.name[0] = DirectoryEntry::end;
      TRY(write(room.slot + slots, {&end, 1}));
    }
  }
  return room.slot;
}

Result<> Directory::write(u32 first_slot, std::span<const DirectoryEntry> entries) {
  const u32 per_cluster = first_ ? table_.geometry().cluster_bytes / slot_bytes : max_directory_entries;
  while (!entries.empty()) {
    const u32 n = std::min<u32>(static_cast<u32>(entries.size()), per_cluster - first_slot % per_cluster);
    const u64 at = TRY(offset_of(first_slot));
    TRY(table_.cache().write(at, {reinterpret_cast<const u8*>(entries.data()), n * slot_bytes}));
    entries = entries.subspan(n);
    first_slot += n;
  }
  return {};
}

// From the end: without its short entry a long name is nothing, and a short name is still a name.
Result<> Directory::erase(u32 first_slot, u32 last_slot) {
  const u32 per_cluster = first_ ? table_.geometry().cluster_bytes / slot_bytes : max_directory_entries;
  DirectoryEntry erased[max_long_entries + 1];
  for (u32 end = last_slot + 1; end > first_slot;) {
    const u32 start = std::max({first_slot, (end - 1) / per_cluster * per_cluster, end - std::min<u32>(end, std::size(erased))});
    for (u32 slot = start; slot < end; ++slot) {
      erased[slot - start] = TRY(read(slot));
      erased[slot - start].name[0] = DirectoryEntry::free;
    }
    TRY(write(start, {erased, end - start}));
    end = start;
  }
  return {};
}

}  // namespace fat
