// SPDX-License-Identifier: BSD-2-Clause-Patent
// Directory records, and what Rock Ridge adds to them.
#include <algorithm>

#include "lib/iso9660/volume.hpp"

namespace iso9660 {
namespace {

constexpr u64 most_directory_bytes = 16 << 20;
constexpr unsigned most_continuations = 8;
constexpr unsigned most_extents = 256;

bool is_dot(std::span<const u8> identifier) { return identifier.size() == 1 && identifier[0] <= 1; }

}  // namespace

std::span<const u8> Volume::Record::system_use() const {
  const usize start = fixed.name_bytes + (fixed.name_bytes % 2 == 0), end = fixed.length - sizeof fixed;
  return start < end ? std::span<const u8>(variable + start, end - start) : std::span<const u8>();
}

// Records do not cross sectors; zeros fill the rest of one [ecma-119 §6.8.1.1].
Result<bool> Volume::next_record(const Extent& directory, u64& cursor, u64& at, Record& record) {
  if (directory.bytes > most_directory_bytes) return damaged("a directory of impossible size", directory.bytes);
  for (; cursor < directory.bytes; cursor = (cursor / sector_bytes + 1) * sector_bytes) {
    const u64 here = directory.offset + cursor, room = std::min<u64>(directory.bytes - cursor, sector_bytes - cursor % sector_bytes);
    const u8 length = *TRY(cache_.look(here, 1));
    if (!length) continue;
    if (length <= sizeof(DirectoryRecord) || length > room) return damaged("a directory record of impossible length", here);
    TRY(cache_.read(here, {reinterpret_cast<u8*>(&record), length}));
    if (record.fixed.name_bytes == 0 || sizeof(DirectoryRecord) + record.fixed.name_bytes > length) return damaged("a name of impossible length", here);
    at = cursor;
    cursor += length;
    return true;
  }
  return false;
}

// Parts of one file are records of one name, which writers put side by side.
Result<> Volume::add_extents(const Extent& directory, u64& cursor, Entry& entry) {
  Record record;
  u64 at;
  record.fixed.flags = entry.fixed.flags;
  for (unsigned i = 0; record.fixed.flags & DirectoryRecord::more_extents; ++i) {
    if (i == most_extents || !TRY(next_record(directory, cursor, at, record))) return damaged("a file without its last part", entry.record);
    const Extent more = TRY(extent_of(record.fixed.extent.little, record.fixed.bytes.little));
    if (more.offset != entry.extent.offset + entry.extent.bytes) return damaged("a scattered file", more.offset);
    entry.extent.bytes += more.bytes;
  }
  return {};
}

Result<bool> Volume::next_entry(const Extent& directory, u64& cursor, Entry& entry) {
  Record record;
  while (TRY(next_record(directory, cursor, entry.record, record))) {
    if (is_dot(record.identifier()) || (record.fixed.flags & DirectoryRecord::associated)) continue;
    entry.fixed = record.fixed;
    entry.directory = (record.fixed.flags & DirectoryRecord::directory) != 0;
    entry.name.length = 0;
    entry.extent = TRY(extent_of(record.fixed.extent.little, record.fixed.bytes.little));
    TRY(add_extents(directory, cursor, entry));
    if (names_ == Names::rock_ridge && !TRY(read_rock_ridge(record, entry))) continue;
    if (!entry.name.length) add_identifier(record.identifier(), names_ == Names::joliet, entry.name);
    return true;
  }
  return false;
}

// False: the entry is shown elsewhere.
Result<bool> Volume::read_rock_ridge(const Record& record, Entry& entry) {
  u8 area[sector_bytes];
  Continuation more{};
  const auto own = record.system_use();
  if (own.size() > skip_ && !TRY(take_system_use(own.subspan(skip_), entry, more))) return false;
  for (unsigned i = 0; more.bytes.little; ++i) {
    if (i == most_continuations || more.bytes.little > sizeof area) return damaged("system use without an end", entry.record);
    const Extent where = TRY(extent_of(more.block.little, u64{more.offset.little} + more.bytes.little));
    const u64 bytes = more.bytes.little;
    TRY(cache_.read(where.offset + more.offset.little, {area, bytes}));
    more = {};
    if (!TRY(take_system_use({area, bytes}, entry, more))) return false;
  }
  return true;
}

Result<bool> Volume::take_system_use(std::span<const u8> area, Entry& entry, Continuation& more) {
  while (area.size() >= sizeof(SystemUse)) {
    const auto& header = reinterpret_cast<const SystemUse&>(*area.data());
    if (header.length < sizeof header || header.length > area.size() || header.is("ST")) break;
    const auto own = area.first(header.length);
    area = area.subspan(header.length);
    if (header.is("RE")) return false;
    if (header.is("NM") && own.size() > sizeof(AlternateName)) {
      add_utf8(own.subspan(sizeof(AlternateName)), entry.name);
    } else if (header.is("CE") && own.size() >= sizeof more) {
      __builtin_memcpy(&more, own.data(), sizeof more);
    } else if (header.is("CL") && own.size() >= sizeof(ChildLink)) {
      ChildLink link;
      __builtin_memcpy(&link, own.data(), sizeof link);
      TRY(follow_child_link(link.block.little, entry));
    }
  }
  return true;
}

// A directory that was too deep for ISO 9660 lives elsewhere; its own first record knows its size.
Result<> Volume::follow_child_link(u32 block, Entry& entry) {
  Record dot;
  u64 cursor = 0, at;
  const Extent sector = TRY(extent_of(block, sector_bytes));
  if (!TRY(next_record(sector, cursor, at, dot))) return damaged("a relocated directory is empty", block);
  entry.extent = TRY(extent_of(block, dot.fixed.bytes.little));
  entry.directory = true;
  return {};
}

}  // namespace iso9660
