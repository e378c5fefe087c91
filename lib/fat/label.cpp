// SPDX-License-Identifier: BSD-2-Clause-Patent
// The volume as a whole: its label and what is left of it.
#include <algorithm>

#include "lib/fat/time.hpp"
#include "lib/fat/volume.hpp"

namespace fat {

namespace fs = file_system;

namespace {

constexpr usize label_chars = 11;
constexpr u8 no_name[label_chars + 1] = "NO NAME    ";

// As on the disk: upper case, padded. What an 8.3 name cannot have, a label cannot have; but it can have spaces.
Result<> encode_label(std::u16string_view label, u8 (&out)[label_chars]) {
  std::fill(std::begin(out), std::end(out), u8{' '});
  while (!label.empty() && label.back() == u' ') label.remove_suffix(1);
  if (label.size() > label_chars || (!label.empty() && label.front() == u' ')) return Error::invalid_parameter;
  constexpr std::u16string_view forbidden = u"+,;=[].";
  for (usize i = 0; i < label.size(); ++i) {
    const char16_t c = label[i];
    if (c >= 0x7f || !long_name_character(c) || forbidden.find(c) != std::u16string_view::npos) return Error::invalid_parameter;
    out[i] = static_cast<u8>(c >= u'a' && c <= u'z' ? c - 0x20 : c);
  }
  return {};
}

}  // namespace

Result<> Volume::volume_info(fs::VolumeInfo& info) {
  DirectoryEntry label;
  u32 slot;
  info.label_length = 0;
  if (TRY(directory(root_).find_label(slot, label))) {
    info.label_length = label_chars;
    while (info.label_length && label.name[info.label_length - 1] == ' ') --info.label_length;
    std::copy(label.name, label.name + info.label_length, info.label);
  }
  info.bytes = u64{geometry_.clusters} * geometry_.cluster_bytes;
  info.free_bytes = u64{TRY(table_.free_clusters())} * geometry_.cluster_bytes;
  info.block_bytes = geometry_.cluster_bytes;
  info.read_only = read_only();
  return {};
}

// In the root directory, and in the boot sector where formatters keep a copy.
Result<> Volume::set_label(std::u16string_view text) {
  u8 label[label_chars];
  TRY(encode_label(text, label));
  TRY(table_.begin_changes());
  Directory dir = directory(root_);
  DirectoryEntry entry;
  u32 slot;
  const bool exists = TRY(dir.find_label(slot, entry)), wanted = label[0] != ' ';
  if (wanted) {
    const Moment now = surroundings().now();
    if (!exists) {
      slot = TRY(dir.make_room(1));
      entry = {};
    }
    __builtin_memcpy(entry.name, label, sizeof label);
    entry.attributes = attribute::volume_label;
    entry.modified_date = encode_date(now);
    entry.modified_time = encode_time(now);
    TRY(dir.write(slot, {&entry, 1}));
  } else if (exists) {
    TRY(dir.erase(slot, slot));
  }
  return geometry_.label_offset ? set_boot_label({wanted ? label : no_name, label_chars}) : Result<>();
}

Result<> Volume::set_boot_label(std::span<const u8> label) {
  u8 first[label_chars], backup[label_chars];
  TRY(cache_.read(geometry_.label_offset, first));
  if (geometry_.backup_offset) {
    // Only what is a copy is kept one.
    TRY(cache_.read(geometry_.backup_offset + geometry_.label_offset, backup));
    if (std::equal(first, first + label_chars, backup)) TRY(cache_.write(geometry_.backup_offset + geometry_.label_offset, label));
  }
  return cache_.write(geometry_.label_offset, label);
}

}  // namespace fat
