// SPDX-License-Identifier: BSD-2-Clause-Patent
// The structs that GetInfo, SetInfo and the reading of directories move.
#include "lib/base/endian.hpp"
#include "lib/file_system/open_file.hpp"

namespace file_system {
namespace {

constexpr u64 text_bytes(usize length) { return (length + 1) * sizeof(char16_t); }

// A fixed part and a text behind it.
Result<> put(u64* bytes, void* buffer, std::span<const u8> fixed, std::u16string_view text) {
  const u64 given = *bytes;
  *bytes = fixed.size() + text_bytes(text.size());
  if (given < *bytes) return Error::buffer_too_small;
  if (!buffer) return Error::invalid_parameter;
  auto* out = static_cast<u8*>(buffer);
  __builtin_memcpy(out, fixed.data(), fixed.size());
  __builtin_memcpy(out + fixed.size(), text.data(), text.size() * sizeof(char16_t));
  store_le<char16_t>(out + fixed.size() + text.size() * sizeof(char16_t), 0);
  return {};
}

// The text behind the fixed part; it must end within the buffer.
struct Text {
  char16_t chars[max_name * 4];
  usize length;
  std::u16string_view view() const { return {chars, length}; }
};
Result<> take_text(u64 bytes, const void* buffer, u64 fixed, Text& text) {
  if (bytes < fixed + text_bytes(0)) return Error::bad_buffer_size;
  const auto* at = static_cast<const u8*>(buffer) + fixed;
  for (text.length = 0; fixed + text_bytes(text.length) <= bytes; ++text.length) {
    const auto c = load_le<char16_t>(at + text.length * sizeof(char16_t));
    if (!c) return {};
    if (text.length == std::size(text.chars)) return Error::invalid_parameter;
    text.chars[text.length] = c;
  }
  return Error::bad_buffer_size;
}

efi::Time time_of(const Moment& m) {
  if (m == no_moment) return {};
  return {m.year, m.month, m.day, m.hour, m.minute, m.second, 0, 0, efi::unspecified_timezone, 0, 0};
}

bool is_zero(const efi::Time& t) {
  static constexpr efi::Time zero{};
  return __builtin_memcmp(&t, &zero, sizeof t) == 0;
}

// A time of zeros is to be left alone [uefi §13.5.16].
Result<Moment> moment_of(const efi::Time& t) {
  if (is_zero(t)) return no_moment;
  return rtc::valid(t) ? Result<Moment>(rtc::moment_of(t)) : Error::invalid_parameter;
}

Result<> put_file_info(const FileInfo& info, u64* bytes, void* buffer) {
  const efi::FileInfo fixed = {
      .size = sizeof(efi::FileInfo) + text_bytes(info.name_length),
      .file_size = info.bytes,
      .physical_size = info.physical_bytes,
      .create_time = time_of(info.created),
      .last_access_time = time_of(info.accessed),
      .modification_time = time_of(info.modified),
      .attribute = info.attributes,
  };
  return put(bytes, buffer, {reinterpret_cast<const u8*>(&fixed), sizeof fixed}, info.name_view());
}

bool changes(const Moment& wanted, const Moment& now) { return !(wanted == no_moment) && !(wanted == now); }

}  // namespace

Result<> OpenFile::read_entry(u64* bytes, void* buffer) {
  FileInfo info;
  u64 cursor = position_;
  if (!TRY(volume_->next(*node_, cursor, info))) {
    *bytes = 0;
    return {};
  }
  TRY(put_file_info(info, bytes, buffer));
  position_ = cursor;
  return {};
}

Result<> OpenFile::get_info(const Guid* type, u64* bytes, void* buffer) {
  if (!type || !bytes) return Error::invalid_parameter;
  if (node_->removed) return Error::device_error;
  if (*type == efi::FileInfo::guid) {
    FileInfo info;
    TRY(volume_->info(*node_, info));
    return put_file_info(info, bytes, buffer);
  }
  const bool whole = *type == efi::FileSystemInfo::guid;
  if (!whole && !(*type == efi::file_system_volume_label_guid)) return Error::unsupported;
  VolumeInfo info;
  TRY(volume_->volume_info(info));
  const std::u16string_view label(info.label, info.label_length);
  const efi::FileSystemInfo fixed = {
      sizeof(efi::FileSystemInfo) + text_bytes(label.size()), info.read_only, {}, info.bytes, info.free_bytes, info.block_bytes};
  return put(bytes, buffer, {reinterpret_cast<const u8*>(&fixed), whole ? sizeof fixed : 0}, label);
}

Result<> OpenFile::set_info(const Guid* type, u64 bytes, const void* buffer) {
  if (!type || !buffer) return Error::invalid_parameter;
  if (node_->removed) return Error::device_error;
  const bool file = *type == efi::FileInfo::guid, whole = *type == efi::FileSystemInfo::guid;
  if (!file && !whole && !(*type == efi::file_system_volume_label_guid)) return Error::unsupported;
  if (volume_->read_only()) return Error::write_protected;
  if (file) return set_file_info(bytes, buffer);
  Text label;
  TRY(take_text(bytes, buffer, whole ? sizeof(efi::FileSystemInfo) : 0, label));
  return volume_->set_label(label.view());
}

// Of a handle that was opened for reading, attributes alone may be changed: who takes the read-only attribute off a file
// could not have opened it otherwise.
Result<> OpenFile::set_file_info(u64 bytes, const void* buffer) {
  Text name;
  TRY(take_text(bytes, buffer, sizeof(efi::FileInfo), name));
  efi::FileInfo wanted;
  __builtin_memcpy(&wanted, buffer, sizeof wanted);
  if (wanted.size > bytes) return Error::bad_buffer_size;
  if (!node_->parent) return Error::access_denied;
  if (wanted.attribute & ~efi::file_attribute::valid) return Error::invalid_parameter;
  const Change change = {wanted.attribute, TRY(moment_of(wanted.create_time)), TRY(moment_of(wanted.last_access_time)),
                         TRY(moment_of(wanted.modification_time))};
  FileInfo now;
  TRY(volume_->info(*node_, now));
  if ((change.attributes ^ now.attributes) & efi::file_attribute::directory) return Error::access_denied;
  const bool times = changes(change.created, now.created) || changes(change.accessed, now.accessed) || changes(change.modified, now.modified);
  const bool resizes = !node_->directory && wanted.file_size != now.bytes;
  if (!writable_ && (times || resizes || name.view() != now.name_view())) return Error::access_denied;
  TRY(rename(name.view(), now.name_view()));
  if (resizes) TRY(volume_->resize(*node_, wanted.file_size));
  return times || resizes || change.attributes != now.attributes ? volume_->change(*node_, change) : Result<>();
}

}  // namespace file_system
