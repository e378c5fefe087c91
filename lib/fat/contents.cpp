// SPDX-License-Identifier: BSD-2-Clause-Patent
// What changes files: write, resize.
#include <algorithm>

#include "lib/fat/time.hpp"
#include "lib/fat/volume.hpp"

namespace fat {

namespace fs = file_system;

constexpr u64 max_file_bytes = 0xffff'ffff;

// Size and first cluster get to the disk, with the time.
Result<> Volume::store_size(Node& node) {
  const Moment now = surroundings().now();
  DirectoryEntry e = TRY(entry_of(node));
  e.set_cluster(node.first);
  e.bytes = node.bytes;
  e.attributes |= attribute::archive;
  e.modified_date = e.accessed_date = encode_date(now);
  e.modified_time = encode_time(now);
  return store_entry(node, e);
}

// Clusters for so many bytes. A chain may well be longer than its file.
Result<> Volume::reserve(Node& file, u64 bytes) {
  const u32 wanted = clusters_for(bytes);
  if (bytes <= file.bytes) return {};
  if (!file.first) {
    file.first = TRY(table_.allocate(wanted, 0));
    return {};
  }
  const auto last = table_.seek(file.walker, file.first, wanted - 1);
  if (last) return {};
  if (last.error() != Error::end_of_file) return last.error();
  const u32 have = file.walker.index() + 1, tail = file.walker.cluster();
  if (have < clusters_for(file.bytes)) return table_.damaged("a chain is shorter than its file", file.first);
  const u32 added = TRY(table_.allocate(wanted - have, tail + 1));
  return table_.append(tail, added);
}

// `from`, or so many zeros.
Result<> Volume::write_data(Node& file, u64 offset, std::span<const u8> from, u64 zeros) {
  for (u64 left = from.size() + zeros; left;) {
    const u64 within = offset % geometry_.cluster_bytes;
    const Run run = TRY(table_.extent(file.walker, file.first, static_cast<u32>(offset / geometry_.cluster_bytes), clusters_for(within + left)));
    const u64 bytes = std::min<u64>(left, u64{run.count} * geometry_.cluster_bytes - within);
    const u64 at = geometry_.offset_of(run.first) + within;
    TRY(zeros ? cache_.write_zeros(at, bytes) : cache_.write(at, from.first(bytes)));
    if (!zeros) from = from.subspan(bytes);
    left -= bytes;
    offset += bytes;
  }
  return {};
}

// To the end of `from`, with zeros between what there was and it.
Result<> Volume::grow(Node& file, u64 offset, std::span<const u8> from) {
  const u64 bytes = std::max<u64>(file.bytes, offset + from.size());
  const bool was_empty = file.first == 0;
  TRY(reserve(file, bytes));
  auto done = offset > file.bytes ? write_data(file, file.bytes, {}, offset - file.bytes) : Result<>();
  if (done) done = write_data(file, offset, from, 0);
  if (!done && was_empty && file.first) {
    (void)!table_.release(file.first);
    file.first = 0;
    file.walker.reset();
  }
  TRY(done);
  file.bytes = static_cast<u32>(bytes);
  return store_size(file);
}

Result<> Volume::write(fs::Node& n, u64 offset, std::span<const u8> from) {
  Node& file = static_cast<Node&>(n);
  TRY(table_.begin_changes());
  if (from.empty()) return {};
  if (offset > max_file_bytes || from.size() > max_file_bytes - offset) return Error::volume_full;
  return grow(file, offset, from);
}

Result<> Volume::shrink(Node& file, u32 bytes) {
  const u32 first = file.first;
  file.bytes = bytes;
  if (bytes == 0) file.first = 0;
  TRY(store_size(file));
  if (!first) return {};
  if (bytes == 0) {
    file.walker.reset();
    return table_.release(first);
  }
  const u32 last = TRY(table_.seek(file.walker, first, clusters_for(bytes) - 1));
  return table_.cut_behind(last);
}

Result<> Volume::resize(fs::Node& n, u64 bytes) {
  Node& file = static_cast<Node&>(n);
  TRY(table_.begin_changes());
  if (bytes > max_file_bytes) return Error::volume_full;
  return bytes > file.bytes ? grow(file, bytes, {}) : shrink(file, static_cast<u32>(bytes));
}

}  // namespace fat
