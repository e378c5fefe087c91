// SPDX-License-Identifier: BSD-2-Clause-Patent
// What changes directories: create, remove, move.
#include <algorithm>

#include "lib/efi/file.hpp"
#include "lib/fat/time.hpp"
#include "lib/fat/volume.hpp"

namespace fat {

namespace fs = file_system;

namespace {

void stamp_new(DirectoryEntry& e, const Moment& now) {
  e.created_date = e.modified_date = e.accessed_date = encode_date(now);
  e.created_time = e.modified_time = encode_time(now);
  e.created_centiseconds = now.second % 2 * 100;
}

// What an entry has besides its name.
DirectoryEntry with_name_of(const DirectoryEntry& name, DirectoryEntry e) {
  __builtin_memcpy(e.name, name.name, sizeof e.name);
  e.case_flags = name.case_flags;
  return e;
}

}  // namespace

// On its own; ".." names the root by 0.
Result<u32> Volume::make_directory_cluster(u32 parent) {
  const u32 cluster = TRY(table_.allocate(1, 0));
  DirectoryEntry dots[2] = {};
  for (unsigned i = 0; i < 2; ++i) {
    std::fill(dots[i].name, dots[i].name + sizeof dots[i].name, u8{' '});
    std::fill(dots[i].name, dots[i].name + i + 1, u8{'.'});
    dots[i].attributes = attribute::directory;
    dots[i].set_cluster(i == 0 ? cluster : parent);
    stamp_new(dots[i], surroundings().now());
  }
  auto done = table_.zero_clusters(cluster, 1);
  if (done) done = cache_.write(geometry_.offset_of(cluster), {reinterpret_cast<const u8*>(dots), sizeof dots});
  if (done) return cluster;
  (void)!table_.release(cluster);
  return done.error();
}

Result<fs::Node*> Volume::create(fs::Node& in, std::u16string_view name, u64 attributes) {
  Node& parent = static_cast<Node&>(in);
  Directory dir = directory(parent);
  FoundEntry found;
  name = TRY(proper_name(name));
  TRY(table_.begin_changes());
  if (TRY(dir.find(name, found))) return Error::access_denied;
  EntrySet set;
  TRY(dir.name_entries(name, Directory::no_slot, set));
  DirectoryEntry& entry = set.short_entry();
  const bool is_directory = (attributes & attribute::directory) != 0;
  entry.attributes = static_cast<u8>((attributes & efi::file_attribute::valid) | (is_directory ? 0 : attribute::archive));
  stamp_new(entry, surroundings().now());
  const u32 slot = TRY(dir.make_room(set.count));
  if (is_directory) entry.set_cluster(TRY(make_directory_cluster(cluster_in_dot_dot(parent))));
  if (const auto written = dir.write(slot, set.view()); !written) {
    if (is_directory) (void)!table_.release(entry.cluster());
    return written.error();
  }
  found.raw = entry;
  found.first_slot = slot;
  found.slot = slot + set.count - 1;
  return TRY(node_of(parent, found));
}

Result<> Volume::remove(fs::Node& n) {
  Node& node = static_cast<Node&>(n);
  if (!node.parent) return Error::access_denied;
  TRY(table_.begin_changes());
  if (node.directory ? !TRY(directory(node).empty()) : (TRY(entry_of(node)).attributes & attribute::read_only) != 0) return Error::access_denied;
  TRY(directory(static_cast<Node&>(*node.parent)).erase(node.first_slot, node.slot));
  node.removed = true;
  node.walker.reset();
  return node.first ? table_.release(node.first) : Result<>();
}

// The old entry goes and the new one becomes complete; see the order in volume.hpp.
Result<> Volume::swap_entries(Node& node, Node& to, u32 new_slot, const DirectoryEntry& entry) {
  constexpr u64 sector = 512;
  u8 both[sector];
  DirectoryEntry old = TRY(entry_of(node));
  old.name[0] = DirectoryEntry::free;
  const u64 old_at = TRY(directory(static_cast<Node&>(*node.parent)).offset_of(node.slot));
  const u64 new_at = TRY(directory(to).offset_of(new_slot));
  const u64 start = std::min(old_at, new_at), bytes = std::max(old_at, new_at) + sizeof old - start;
  if (start / sector == (start + bytes - 1) / sector) {
    TRY(cache_.read(start, {both, bytes}));
    __builtin_memcpy(both + (old_at - start), &old, sizeof old);
    __builtin_memcpy(both + (new_at - start), &entry, sizeof entry);
    return cache_.write(start, {both, bytes});
  }
  TRY(store_entry(node, old));
  return directory(to).write(new_slot, {&entry, 1});
}

Result<> Volume::set_parent_entry(Node& node, u32 parent) {
  Directory dir = directory(node);
  DirectoryEntry dots = TRY(dir.read(1));
  if (dots.name[0] != '.' || dots.name[1] != '.') return table_.damaged("a directory without its parent's entry", node.first);
  dots.set_cluster(parent);
  return dir.write(1, {&dots, 1});
}

Result<> Volume::move(fs::Node& n, fs::Node& in, std::u16string_view name) {
  Node& node = static_cast<Node&>(n);
  Node& to = static_cast<Node&>(in);
  if (!node.parent) return Error::access_denied;
  for (fs::Node* up = &to; up; up = up->parent)
    if (up == &node) return Error::access_denied;
  name = TRY(proper_name(name));
  TRY(table_.begin_changes());
  Directory dir = directory(to);
  Node& from = static_cast<Node&>(*node.parent);
  FoundEntry found;
  if (TRY(dir.find(name, found))) {
    if (&from != &to || found.slot != node.slot) return Error::access_denied;
    if (found.name_view() == name) return {};
  }
  EntrySet set;
  TRY(dir.name_entries(name, &from == &to ? node.slot : Directory::no_slot, set));
  const DirectoryEntry complete = with_name_of(set.short_entry(), TRY(entry_of(node)));
  // An empty file until the old entry is gone, so that two entries never own one chain.
  set.short_entry().attributes = attribute::archive;
  const u32 slot = TRY(dir.make_room(set.count));
  TRY(dir.write(slot, set.view()));
  TRY(swap_entries(node, to, slot + set.count - 1, complete));
  const u32 old_first = node.first_slot, old_slot = node.slot;
  node.first_slot = slot;
  node.slot = slot + set.count - 1;
  node.parent = &hold(to);
  const auto erased = old_first == old_slot ? Result<>() : directory(from).erase(old_first, old_slot - 1);
  const auto linked = node.directory && &from != &to ? set_parent_entry(node, cluster_in_dot_dot(to)) : Result<>();
  release(from);
  TRY(erased);
  return linked;
}

}  // namespace fat
