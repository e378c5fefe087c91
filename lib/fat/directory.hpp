// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/fat/names.hpp"
#include "lib/fat/table.hpp"

namespace fat {

struct FoundEntry {
  DirectoryEntry raw;
  u32 first_slot;  // of the long name, if it has one
  u32 slot;
  char16_t name[max_long_name + 1];
  usize name_length;

  bool is_dot() const { return raw.name[0] == '.'; }
  std::u16string_view name_view() const { return {name, name_length}; }
};

// A file's entries, ready to be written.
struct EntrySet {
  DirectoryEntry entries[max_long_entries + 1];
  unsigned count;

  DirectoryEntry& short_entry() { return entries[count - 1]; }
  std::span<const DirectoryEntry> view() const { return {entries, count}; }
};

// A directory as slots of 32 bytes: a chain, or the fixed root of FAT12 and FAT16.
class Directory {
 public:
  // first 0: the fixed root.
  Directory(Table& table, Walker& walker, u32 first) : table_(table), walker_(walker), first_(first) {}

  // The file or directory at or behind the slot, which moves behind it; false: no more.
  Result<bool> next(u32& slot, FoundEntry& found);
  Result<bool> find(std::u16string_view name, FoundEntry& found);
  Result<bool> find_label(u32& slot, DirectoryEntry& label);
  Result<bool> empty();

  // Names and alias of a new file; the alias of the file at `ignored` may be taken again.
  Result<> name_entries(std::u16string_view name, u32 ignored, EntrySet& set);
  // Free slots side by side. May have to grow the directory.
  Result<u32> make_room(u32 slots);
  // Into room; the short entry gets to the device last.
  Result<> write(u32 first_slot, std::span<const DirectoryEntry> entries);
  Result<> erase(u32 first_slot, u32 last_slot);
  Result<DirectoryEntry> read(u32 slot);
  Result<u64> offset_of(u32 slot);  // end_of_file behind the last one

  static constexpr u32 no_slot = ~0u;

 private:
  Result<const DirectoryEntry*> look(u32 slot);
  Result<ShortName> free_alias(std::u16string_view name, u32 ignored);
  struct Room {
    u32 slot;   // where the free slots begin
    u32 found;  // how many of them there are
    bool at_end;  // behind the last entry in use
  };
  Result<Room> find_room(u32 slots);
  Result<> grow(u32 bytes);

  Table& table_;
  Walker& walker_;
  u32 first_;
};

}  // namespace fat
