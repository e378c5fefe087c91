// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fat/volume.hpp"

#include <algorithm>

#include "lib/efi/file.hpp"
#include "lib/fat/time.hpp"

namespace fat {

namespace fs = file_system;

static_assert(efi::file_attribute::directory == attribute::directory && efi::file_attribute::archive == attribute::archive);

Result<> Volume::mount(block::Device& device) {
  if (device.geometry().blocks == 0) return Error::unsupported;
  cache_.attach(device);
  BootSector boot;
  if (cache_.size() < sizeof boot) return Error::unsupported;
  TRY(cache_.read(0, {reinterpret_cast<u8*>(&boot), sizeof boot}));
  geometry_ = TRY(parse_boot_sector(boot, cache_.size()));
  table_.attach(cache_, geometry_);
  root_.directory = true;
  root_.first = geometry_.root_cluster;
  return {};
}

// One object for one file: its place in its directory tells.
Result<Node*> Volume::node_of(Node& parent, const FoundEntry& found) {
  for (fs::Node& n : nodes()) {
    Node& node = static_cast<Node&>(n);
    if (node.parent == &parent && node.slot == found.slot && !node.removed) return static_cast<Node*>(&hold(node));
  }
  const bool is_directory = (found.raw.attributes & attribute::directory) != 0;
  const u32 first = found.raw.cluster() & (geometry_.type == Type::fat32 ? end_of_chain : 0xffff);
  if (is_directory)
    for (fs::Node* up = &parent; up; up = up->parent)
      if (static_cast<Node*>(up)->first == first) return table_.damaged("a directory contains itself", first);
  auto* node = TRY(make_node<Node>(parent));
  node->directory = is_directory;
  node->first = first;
  node->bytes = is_directory ? 0 : found.raw.bytes;
  node->slot = found.slot;
  node->first_slot = found.first_slot;
  return node;
}

Result<fs::Node*> Volume::open(fs::Node& in, std::u16string_view name) {
  FoundEntry found;
  const auto proper = proper_name(name);
  if (!proper || !TRY(directory(static_cast<Node&>(in)).find(proper.value_or({}), found))) return Error::not_found;
  return TRY(node_of(static_cast<Node&>(in), found));
}

Result<bool> Volume::next(fs::Node& in, u64& cursor, fs::FileInfo& info) {
  FoundEntry found;
  u32 slot = static_cast<u32>(std::min<u64>(cursor, max_directory_entries));
  const bool any = TRY(directory(static_cast<Node&>(in)).next(slot, found));
  cursor = slot;
  if (any) describe(found, info);
  return any;
}

// A directory counts as one cluster: what all of it takes would be a walk along every chain of a listing.
u64 Volume::physical_bytes(const DirectoryEntry& e) const {
  return u64{e.attributes & attribute::directory ? 1 : clusters_for(e.bytes)} * geometry_.cluster_bytes;
}

void Volume::describe(const FoundEntry& found, fs::FileInfo& info) {
  const DirectoryEntry& e = found.raw;
  __builtin_memcpy(info.name, found.name, found.name_length * sizeof(char16_t));
  info.name_length = found.name_length;
  info.physical_bytes = physical_bytes(e);
  info.bytes = e.attributes & attribute::directory ? info.physical_bytes : e.bytes;
  info.created = decode(e.created_date, e.created_time, e.created_centiseconds);
  info.accessed = decode(e.accessed_date, 0, 0);
  info.modified = decode(e.modified_date, e.modified_time, 0);
  info.attributes = e.attributes & efi::file_attribute::valid;
}

Result<> Volume::info(fs::Node& n, fs::FileInfo& info) {
  Node& node = static_cast<Node&>(n);
  if (node.parent) {
    FoundEntry found;
    u32 slot = node.first_slot;
    if (!TRY(directory(static_cast<Node&>(*node.parent)).next(slot, found))) return Error::volume_corrupted;
    describe(found, info);
    return {};
  }
  info.name_length = 0;
  info.bytes = info.physical_bytes = geometry_.cluster_bytes;
  info.created = info.accessed = info.modified = fs::no_moment;
  info.attributes = attribute::directory;
  return {};
}

Result<> Volume::read(fs::Node& n, u64 offset, std::span<u8> into) {
  Node& file = static_cast<Node&>(n);
  if (offset > file.bytes || into.size() > file.bytes - offset) return Error::invalid_parameter;
  while (!into.empty()) {
    const u64 within = offset % geometry_.cluster_bytes;
    const auto found = table_.extent(file.walker, file.first, static_cast<u32>(offset / geometry_.cluster_bytes), clusters_for(within + into.size()));
    if (!found && found.error() == Error::end_of_file) return table_.damaged("a chain is shorter than its file", file.first);
    const Run run = TRY(found);
    const u64 bytes = std::min<u64>(into.size(), u64{run.count} * geometry_.cluster_bytes - within);
    TRY(cache_.read(geometry_.offset_of(run.first) + within, into.first(bytes)));
    into = into.subspan(bytes);
    offset += bytes;
  }
  return {};
}

Result<DirectoryEntry> Volume::entry_of(Node& node) { return directory(static_cast<Node&>(*node.parent)).read(node.slot); }

Result<> Volume::store_entry(Node& node, const DirectoryEntry& entry) {
  return directory(static_cast<Node&>(*node.parent)).write(node.slot, {&entry, 1});
}

Result<> Volume::change(fs::Node& n, const fs::Change& change) {
  Node& node = static_cast<Node&>(n);
  if (!node.parent) return Error::access_denied;
  TRY(table_.begin_changes());
  DirectoryEntry e = TRY(entry_of(node));
  e.attributes = static_cast<u8>((e.attributes & ~efi::file_attribute::valid) | (change.attributes & efi::file_attribute::valid));
  if (!(change.created == fs::no_moment)) {
    e.created_date = encode_date(change.created);
    e.created_time = encode_time(change.created);
    e.created_centiseconds = change.created.second % 2 * 100;
  }
  if (!(change.accessed == fs::no_moment)) e.accessed_date = encode_date(change.accessed);
  if (!(change.modified == fs::no_moment)) {
    e.modified_date = encode_date(change.modified);
    e.modified_time = encode_time(change.modified);
  }
  return store_entry(node, e);
}

}  // namespace fat
