// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/cache.hpp"
#include "lib/file_system/volume.hpp"
#include "lib/iso9660/names.hpp"
#include "lib/iso9660/wire.hpp"

namespace iso9660 {

// Bytes of the medium that belong together.
struct Extent {
  u64 offset;
  u64 bytes;
};

struct Node : file_system::Node {
  Extent extent{};
  u64 record = 0;  // in its parent's extent
};

// ISO 9660, read. Rock Ridge's names if there are any, or else Joliet's; deep directories are where Rock Ridge says.
class Volume final : public file_system::Volume {
 public:
  explicit Volume(const file_system::Surroundings& surroundings) : file_system::Volume(surroundings) {}
  // unsupported: not a volume of this kind.
  Result<> mount(block::Device& device);

  file_system::Node& root() override { return root_; }
  Result<file_system::Node*> open(file_system::Node& directory, std::u16string_view name) override;
  Result<> info(file_system::Node& node, file_system::FileInfo& info) override;
  u64 size(file_system::Node& node) override { return node.directory ? 0 : static_cast<Node&>(node).extent.bytes; }
  Result<> read(file_system::Node& node, u64 offset, std::span<u8> into) override;
  Result<bool> next(file_system::Node& directory, u64& cursor, file_system::FileInfo& entry) override;
  Result<> volume_info(file_system::VolumeInfo& info) override;

 private:
  // A directory record, copied out.
  struct Record {
    DirectoryRecord fixed;
    u8 variable[255 - sizeof(DirectoryRecord)];
    std::span<const u8> identifier() const { return {variable, fixed.name_bytes}; }
    std::span<const u8> system_use() const;
  };
  struct Entry {
    Extent extent;
    u64 record;
    DirectoryRecord fixed;
    bool directory;
    Name name;
  };
  Result<> choose_tree(VolumeDescriptor& primary, bool& joliet);
  Result<Extent> extent_of(u32 block, u64 bytes);
  Result<bool> next_record(const Extent& directory, u64& cursor, u64& at, Record& record);
  Result<bool> next_entry(const Extent& directory, u64& cursor, Entry& entry);
  Result<> add_extents(const Extent& directory, u64& cursor, Entry& entry);
  Result<bool> read_rock_ridge(const Record& record, Entry& entry);
  Result<bool> take_system_use(std::span<const u8> area, Entry& entry, Continuation& more);
  Result<> follow_child_link(u32 block, Entry& entry);
  Result<bool> find(Node& directory, std::u16string_view name, Entry& entry);
  void describe(const Entry& entry, file_system::FileInfo& info);
  Error damaged(const char* what, u64 where);

  u32 block_bytes_ = sector_bytes;
  u64 volume_bytes_ = 0;
  Names names_ = Names::plain;
  u8 skip_ = 0;  // of every system use area
  bool said_ = false;
  Name label_;
  Node root_;
  block::Cache cache_;
};

}  // namespace iso9660
