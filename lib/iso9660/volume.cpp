// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/iso9660/volume.hpp"

#include <algorithm>
#include <bit>

#include "lib/efi/file.hpp"
#include "lib/log/log.hpp"
#include "lib/unicode/case.hpp"

namespace iso9660 {

namespace fs = file_system;

namespace {

constexpr u32 most_descriptors = 64;

bool has_identifier(const VolumeDescriptor& d) { return __builtin_memcmp(d.identifier, identifier, sizeof identifier) == 0; }

bool is_joliet(const VolumeDescriptor& d) {
  const u8* e = d.escape_sequences;
  return d.type == VolumeDescriptor::supplementary && e[0] == '%' && e[1] == '/' && (e[2] == '@' || e[2] == 'C' || e[2] == 'E');
}

}  // namespace

Error Volume::damaged(const char* what, u64 where) {
  if (!said_) log::warning("ISO 9660: damaged: ", what, " (", log::hex(where), ")");
  said_ = true;
  return Error::volume_corrupted;
}

Result<Extent> Volume::extent_of(u32 block, u64 bytes) {
  const u64 offset = u64{block} * block_bytes_;
  if (offset > volume_bytes_ || bytes > volume_bytes_ - offset) return damaged("an extent leaves the volume", block);
  return Extent{offset, bytes};
}

// The descriptor with the names that are wanted.
Result<> Volume::choose_tree(VolumeDescriptor& chosen, bool& joliet) {
  VolumeDescriptor d;
  bool primary = false;
  joliet = false;
  for (u32 i = 0; i < most_descriptors; ++i) {
    const u64 at = u64{first_descriptor + i} * sector_bytes;
    if (at + sizeof d > cache_.size()) break;
    TRY(cache_.read(at, {reinterpret_cast<u8*>(&d), sizeof d}));
    if (!has_identifier(d) || d.type == VolumeDescriptor::terminator) break;
    if (d.type == VolumeDescriptor::primary && !primary) {
      primary = true;
      if (!joliet) chosen = d;
    } else if (is_joliet(d) && !joliet) {
      joliet = true;
      chosen = d;
    }
  }
  return primary || joliet ? Result<>() : Error::unsupported;
}

Result<> Volume::mount(block::Device& device) {
  cache_.attach(device);
  VolumeDescriptor first, d;
  constexpr u64 at = u64{first_descriptor} * sector_bytes;
  if (cache_.size() < at + sizeof first) return Error::unsupported;
  TRY(cache_.read(at, {reinterpret_cast<u8*>(&first), sizeof first}));
  bool joliet;
  TRY(choose_tree(d, joliet));
  const auto use = [&](const VolumeDescriptor& tree) -> Result<> {
    block_bytes_ = tree.block_bytes.little;
    if (!std::has_single_bit(block_bytes_) || block_bytes_ < 512 || block_bytes_ > sector_bytes) return damaged("impossible block size", block_bytes_);
    // A medium may be cut off or padded; what counts is what is there.
    volume_bytes_ = std::min(cache_.size(), u64{tree.blocks.little} * block_bytes_);
    root_.extent = TRY(extent_of(tree.root.extent.little, tree.root.bytes.little));
    return {};
  };
  root_.directory = true;
  // Rock Ridge announces itself in the root directory's own record [susp §5.3].
  if (first.type == VolumeDescriptor::primary) {
    TRY(use(first));
    Record dot;
    u64 cursor = 0, where;
    if (TRY(next_record(root_.extent, cursor, where, dot)) && dot.system_use().size() >= sizeof(SystemUseIndicator)) {
      const auto& sp = reinterpret_cast<const SystemUseIndicator&>(*dot.system_use().data());
      if (sp.header.is("SP") && sp.check[0] == 0xbe && sp.check[1] == 0xef) {
        names_ = Names::rock_ridge;
        skip_ = sp.skip;
      }
    }
  }
  if (names_ != Names::rock_ridge) {
    TRY(use(d));
    names_ = joliet ? Names::joliet : Names::plain;
  }
  const auto& from = names_ == Names::joliet ? d : first;
  add_identifier(from.volume, names_ == Names::joliet, label_);
  while (label_.length && (label_.text[label_.length - 1] == u' ' || label_.text[label_.length - 1] == 0)) --label_.length;
  return {};
}

void Volume::describe(const Entry& e, fs::FileInfo& info) {
  __builtin_memcpy(info.name, e.name.text, e.name.length * sizeof(char16_t));
  info.name_length = e.name.length;
  info.bytes = e.extent.bytes;
  info.physical_bytes = (e.extent.bytes + block_bytes_ - 1) & ~u64{block_bytes_ - 1};
  const rtc::Moment time = {static_cast<u16>(1900 + e.fixed.year), e.fixed.month, e.fixed.day, e.fixed.hour, e.fixed.minute, e.fixed.second};
  info.created = info.accessed = info.modified = rtc::valid(time) ? time : fs::no_moment;
  info.attributes = efi::file_attribute::read_only | (e.directory ? efi::file_attribute::directory : 0) |
                    (e.fixed.flags & DirectoryRecord::hidden ? efi::file_attribute::hidden : 0);
}

Result<bool> Volume::find(Node& in, std::u16string_view name, Entry& entry) {
  for (u64 cursor = 0; TRY(next_entry(in.extent, cursor, entry));)
    if (unicode::equal_ignoring_case(entry.name.view(), name)) return true;
  return false;
}

Result<fs::Node*> Volume::open(fs::Node& in, std::u16string_view name) {
  Entry entry;
  Node& parent = static_cast<Node&>(in);
  if (!TRY(find(parent, name, entry))) return Error::not_found;
  for (fs::Node& n : nodes())
    if (n.parent == &in && static_cast<Node&>(n).record == entry.record) return &hold(n);
  if (entry.directory)
    for (fs::Node* up = &in; up; up = up->parent)
      if (static_cast<Node*>(up)->extent.offset == entry.extent.offset) return damaged("a directory contains itself", entry.extent.offset);
  auto* node = TRY(make_node<Node>(parent));
  node->directory = entry.directory;
  node->extent = entry.extent;
  node->record = entry.record;
  return static_cast<fs::Node*>(node);
}

Result<bool> Volume::next(fs::Node& in, u64& cursor, fs::FileInfo& info) {
  Entry entry;
  if (!TRY(next_entry(static_cast<Node&>(in).extent, cursor, entry))) return false;
  describe(entry, info);
  return true;
}

Result<> Volume::info(fs::Node& n, fs::FileInfo& info) {
  Node& node = static_cast<Node&>(n);
  Entry entry{};
  u64 cursor = node.record;
  if (!node.parent) {
    entry.extent = node.extent;
    entry.directory = true;
  } else if (!TRY(next_entry(static_cast<Node&>(*node.parent).extent, cursor, entry))) {
    return Error::volume_corrupted;
  }
  describe(entry, info);
  return {};
}

Result<> Volume::read(fs::Node& n, u64 offset, std::span<u8> into) {
  const Extent& extent = static_cast<Node&>(n).extent;
  if (offset > extent.bytes || into.size() > extent.bytes - offset) return Error::invalid_parameter;
  return cache_.read(extent.offset + offset, into);
}

Result<> Volume::volume_info(fs::VolumeInfo& info) {
  __builtin_memcpy(info.label, label_.text, label_.length * sizeof(char16_t));
  info.label_length = label_.length;
  info.bytes = volume_bytes_;
  info.free_bytes = 0;
  info.block_bytes = block_bytes_;
  info.read_only = true;
  return {};
}

}  // namespace iso9660
