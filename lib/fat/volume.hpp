// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/fat/directory.hpp"
#include "lib/file_system/volume.hpp"

namespace fat {

struct Node : file_system::Node {
  u32 first = 0;  // cluster; 0: an empty file, or the fixed root
  u32 bytes = 0;
  u32 first_slot = 0, slot = 0;  // in its parent
  Walker walker;
};

// FAT12, FAT16 and FAT32 with long names.
//
// Every write is with the device before the call returns; only the count of free clusters and the volume's dirty flag
// wait for flush(). An interruption at any write loses what was being written and leaves clusters that nothing uses, but
// never two owners of one cluster, and never a file that shows what others left on the disk:
//   growing    table: the new chain, on its own; table: the link behind the file's last cluster; data; entry: size
//   shrinking  entry: size; table: the new last cluster; table: the rest, free
//   creating   (directories: cluster as zeros, its dot entries;) entries, the short one last
//   deleting   entries; table: the chain, free
//   renaming   new entries, as an empty file; old short entry gone and new one complete, in one write when they share a
//              sector; old long name. Cut between those two the name is there and the contents are a lost chain.
class Volume final : public file_system::Volume {
 public:
  explicit Volume(const file_system::Surroundings& surroundings) : file_system::Volume(surroundings) {}
  // unsupported: no FAT volume.
  Result<> mount(block::Device& device);

  file_system::Node& root() override { return root_; }
  bool read_only() const override { return !table_.writable(); }
  Result<file_system::Node*> open(file_system::Node& directory, std::u16string_view name) override;
  Result<> info(file_system::Node& node, file_system::FileInfo& info) override;
  u64 size(file_system::Node& node) override { return static_cast<Node&>(node).bytes; }
  Result<> read(file_system::Node& node, u64 offset, std::span<u8> into) override;
  Result<bool> next(file_system::Node& directory, u64& cursor, file_system::FileInfo& entry) override;
  Result<> volume_info(file_system::VolumeInfo& info) override;

  Result<file_system::Node*> create(file_system::Node& directory, std::u16string_view name, u64 attributes) override;
  Result<> remove(file_system::Node& node) override;
  Result<> write(file_system::Node& node, u64 offset, std::span<const u8> from) override;
  Result<> resize(file_system::Node& node, u64 bytes) override;
  Result<> change(file_system::Node& node, const file_system::Change& change) override;
  Result<> move(file_system::Node& node, file_system::Node& directory, std::u16string_view name) override;
  Result<> set_label(std::u16string_view label) override;
  Result<> flush() override { return table_.end_changes(); }

 private:
  Directory directory(Node& node) { return Directory(table_, node.walker, node.first); }
  Result<Node*> node_of(Node& parent, const FoundEntry& found);
  void describe(const FoundEntry& found, file_system::FileInfo& info);
  u64 physical_bytes(const DirectoryEntry& entry) const;
  Result<DirectoryEntry> entry_of(Node& node);
  Result<> store_entry(Node& node, const DirectoryEntry& entry);
  Result<> store_size(Node& node);
  Result<> check_new_name(Node& directory, std::u16string_view name);
  Result<u32> make_directory_cluster(u32 parent);
  Result<> set_parent_entry(Node& node, u32 parent);
  Result<> swap_entries(Node& node, Node& to, u32 new_slot, const DirectoryEntry& entry);
  Result<> set_boot_label(std::span<const u8> label);
  Result<> reserve(Node& file, u64 bytes);
  Result<> write_data(Node& file, u64 offset, std::span<const u8> from, u64 zeros);
  Result<> grow(Node& file, u64 offset, std::span<const u8> from);
  Result<> shrink(Node& file, u32 bytes);
  u32 clusters_for(u64 bytes) const { return static_cast<u32>((bytes + geometry_.cluster_bytes - 1) / geometry_.cluster_bytes); }
  // What ".." says of the root [fat §6.5].
  u32 cluster_in_dot_dot(Node& node) { return &node == &root_ ? 0 : node.first; }

  Geometry geometry_{};
  Table table_;
  Node root_;
  block::Cache cache_;
};

}  // namespace fat
