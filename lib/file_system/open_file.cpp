// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/file_system/open_file.hpp"

namespace file_system {
namespace {

constexpr char16_t separator = u'\\';

// Cuts the first component off.
std::u16string_view take_component(std::u16string_view& path) {
  while (!path.empty() && path.front() == separator) path.remove_prefix(1);
  const auto name = path.substr(0, path.find(separator));
  path.remove_prefix(name.size());
  return name;
}

bool only_separators(std::u16string_view path) { return path.find_first_not_of(separator) == std::u16string_view::npos; }

}  // namespace

// All of a path but its last component is opened. "." and ".." are never the last: they name where they lead.
Result<OpenFile::Place> OpenFile::locate(Node& from, std::u16string_view path) {
  if (path.empty()) return Error::invalid_parameter;
  Place place{&volume_->hold(path.front() == separator ? volume_->root() : from), {}, path.back() == separator};
  const auto go = [&](Result<Node*> next) -> Result<> {
    volume_->release(*place.directory);
    place.directory = TRY(next);
    return {};
  };
  const auto fail = [&](Error error) {
    volume_->release(*place.directory);
    return error;
  };
  for (;;) {
    const auto name = take_component(path);
    if (name.empty()) return place;
    if (name == u".") continue;
    if (name == u"..") {
      // The root has no parent [uefi §13.5.2].
      if (!place.directory->parent) return fail(Error::invalid_parameter);
      TRY(go(&volume_->hold(*place.directory->parent)));
      continue;
    }
    if (!place.directory->directory) return fail(Error::not_found);
    if (only_separators(path)) {
      place.name = name;
      return place;
    }
    TRY(go(volume_->open(*place.directory, name)));
  }
}

Result<Node*> OpenFile::open_node(const char16_t* path, bool create, u64 attributes) {
  const Place place = TRY(locate(*node_, path));
  if (place.name.empty()) return place.directory;
  auto opened = volume_->open(*place.directory, place.name);
  if (opened && place.must_be_directory && !(*opened)->directory) {
    volume_->release(**opened);
    opened = Error::not_found;
  } else if (!opened && opened.error() == Error::not_found && create) {
    opened = place.must_be_directory && !(attributes & efi::file_attribute::directory) ? Result<Node*>(Error::invalid_parameter)
                                                                                        : volume_->create(*place.directory, place.name, attributes);
  }
  volume_->release(*place.directory);
  return opened;
}

Result<OpenFile> OpenFile::open(const char16_t* path, u64 mode, u64 attributes) {
  namespace file_mode = efi::file_mode;
  const bool create = mode == (file_mode::read | file_mode::write | file_mode::create);
  const bool write = create || mode == (file_mode::read | file_mode::write);
  if (!path || (mode != file_mode::read && !write)) return Error::invalid_parameter;
  if (create && (attributes & ~efi::file_attribute::valid)) return Error::invalid_parameter;
  if (node_->removed) return Error::device_error;
  if (write && volume_->read_only()) return Error::write_protected;
  bool existed = true;
  auto opened = open_node(path, false, attributes);
  if (!opened && opened.error() == Error::not_found && create) {
    existed = false;
    opened = open_node(path, true, attributes);
  }
  Node& node = *TRY(opened);
  if (write && existed && !node.directory) {
    FileInfo info;
    auto allowed = volume_->info(node, info);
    if (allowed && (info.attributes & efi::file_attribute::read_only)) allowed = Error::access_denied;
    if (!allowed) {
      volume_->release(node);
      return allowed.error();
    }
  }
  return OpenFile(*volume_, node, write);
}

void OpenFile::close() {
  (void)!volume_->flush();
  volume_->release(*node_);
  node_ = nullptr;
}

Result<> OpenFile::remove() {
  const auto removed = node_->removed ? Result<>() : !writable_ ? Result<>(Error::access_denied) : volume_->remove(*node_);
  close();
  return removed;
}

Result<> OpenFile::read(u64* bytes, void* buffer) {
  if (!bytes || (*bytes && !buffer)) return Error::invalid_parameter;
  if (node_->removed) return Error::device_error;
  if (node_->directory) return read_entry(bytes, buffer);
  const u64 size = volume_->size(*node_);
  if (position_ > size) return Error::device_error;
  if (*bytes > size - position_) *bytes = size - position_;
  TRY(volume_->read(*node_, position_, {static_cast<u8*>(buffer), *bytes}));
  position_ += *bytes;
  return {};
}

Result<> OpenFile::check_writable() const {
  if (node_->removed) return Error::device_error;
  if (volume_->read_only()) return Error::write_protected;
  return writable_ ? Result<>() : Error::access_denied;
}

// All of it or nothing is written.
Result<> OpenFile::write(u64* bytes, const void* buffer) {
  if (!bytes || (*bytes && !buffer)) return Error::invalid_parameter;
  if (node_->directory) return Error::unsupported;
  TRY(check_writable());
  const auto written = volume_->write(*node_, position_, {static_cast<const u8*>(buffer), *bytes});
  if (!written) *bytes = 0;
  position_ += *bytes;
  return written;
}

Result<> OpenFile::tell(u64* position) {
  if (!position) return Error::invalid_parameter;
  if (node_->directory) return Error::unsupported;
  if (node_->removed) return Error::device_error;
  *position = position_;
  return {};
}

Result<> OpenFile::seek(u64 position) {
  if (node_->removed) return Error::device_error;
  if (node_->directory && position != 0) return Error::unsupported;
  position_ = position == efi::file_position_end ? volume_->size(*node_) : position;
  return {};
}

Result<> OpenFile::flush() {
  TRY(check_writable());
  return volume_->flush();
}

// A new name, or a path from where the file is [uefi §13.5.13 SetInfo].
Result<> OpenFile::rename(std::u16string_view path, std::u16string_view old_name) {
  if (path == old_name) return {};
  const Place place = TRY(locate(*node_->parent, path));
  Result<> moved;
  if (!place.name.empty())
    moved = place.directory == node_->parent && place.name == old_name ? Result<>() : volume_->move(*node_, *place.directory, place.name);
  else if (place.directory != node_)
    moved = Error::access_denied;
  volume_->release(*place.directory);
  return moved;
}

}  // namespace file_system
