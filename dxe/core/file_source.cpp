// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/file_source.hpp"

#include "dxe/core/locate.hpp"
#include "dxe/core/pool.hpp"
#include "lib/base/endian.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/file.hpp"
#include "lib/efi/load_file.hpp"
#include "lib/efi/status_of.hpp"

namespace core {
namespace {

using efi::DevicePath;

constexpr u64 max_path_chars = 1024;

// Joins the file-path nodes of a path into one name; the nodes' text need not be aligned or terminated.
Result<> join_name(const DevicePath* node, char16_t* name) {
  u64 length = 0;
  for (; node->type != efi::device_path_type::end; node = reinterpret_cast<const DevicePath*>(reinterpret_cast<const u8*>(node) + node->size())) {
    if (node->type != efi::device_path_type::media || node->subtype != efi::media_path::FilePath::subtype || node->size() < sizeof(DevicePath))
      return Error::unsupported;
    const u64 chars = (node->size() - sizeof(DevicePath)) / 2;
    if (length && name[length - 1] != u'\\') name[length++] = u'\\';
    for (u64 i = 0; i < chars && length < max_path_chars - 2; ++i) {
      const auto c = load_le<char16_t>(reinterpret_cast<const u8*>(node) + sizeof(DevicePath) + 2 * i);
      if (!c) break;
      name[length++] = c;
    }
    if (length >= max_path_chars - 2) return Error::invalid_parameter;
  }
  name[length] = 0;
  return length ? Result<>() : Error::not_found;
}

Result<std::span<u8>> read_whole(efi::File* file) {
  alignas(8) u8 info_bytes[sizeof(efi::FileInfo) + 512];
  u64 info_size = sizeof info_bytes;
  TRY(efi::result_of(file->get_info(file, &efi::FileInfo::guid, &info_size, info_bytes)));
  const auto& info = *reinterpret_cast<const efi::FileInfo*>(info_bytes);
  if (info.attribute & efi::file_attribute::directory) return Error::not_found;
  u64 bytes = info.file_size;
  auto* buffer = TRY(allocate_array<u8>(bytes));
  const auto read = efi::result_of(file->read(file, &bytes, buffer));
  if (!read || bytes != info.file_size) {
    (void)!free_pool(buffer);
    return read ? Error::device_error : read.error();
  }
  return std::span<u8>(buffer, bytes);
}

Result<std::span<u8>> from_file_system(efi::Handle device, const DevicePath* rest) {
  auto* fs = static_cast<efi::SimpleFileSystem*>(interface_of(device, efi::SimpleFileSystem::guid));
  char16_t name[max_path_chars];
  TRY(join_name(rest, name));
  efi::File* root = nullptr;
  efi::File* file = nullptr;
  TRY(efi::result_of(fs->open_volume(fs, &root)));
  const auto opened = efi::result_of(root->open(root, &file, name, efi::file_mode::read, 0));
  Result<std::span<u8>> bytes = opened ? read_whole(file) : Result<std::span<u8>>(opened.error());
  if (opened) file->close(file);
  root->close(root);
  return bytes;
}

template <class Protocol>
Result<std::span<u8>> from_load_file(efi::Handle device, DevicePath* rest, bool boot_policy) {
  auto* source = static_cast<Protocol*>(interface_of(device, Protocol::guid));
  u64 bytes = 0;
  const auto sized = source->load_file(source, rest, boot_policy, &bytes, nullptr);
  if (sized != efi::Status::buffer_too_small) {
    const auto refused = efi::result_of(sized);
    return refused ? Error::not_found : refused.error();
  }
  auto* buffer = TRY(allocate_array<u8>(bytes));
  if (auto read = efi::result_of(source->load_file(source, rest, boot_policy, &bytes, buffer)); !read) {
    (void)!free_pool(buffer);
    return read.error();
  }
  return std::span<u8>(buffer, bytes);
}

}  // namespace

Result<FetchedFile> fetch_file(DevicePath* path, bool boot_policy) {
  efi::Handle device = nullptr;
  DevicePath* rest = path;
  if (locate_device_path(&efi::SimpleFileSystem::guid, &rest, &device))
    return FetchedFile{TRY(from_file_system(device, rest)), device, rest};
  rest = path;
  if (!boot_policy && locate_device_path(&efi::LoadFile2::guid, &rest, &device))
    return FetchedFile{TRY(from_load_file<efi::LoadFile2>(device, rest, false)), device, rest};
  rest = path;
  if (locate_device_path(&efi::LoadFile::guid, &rest, &device))
    return FetchedFile{TRY(from_load_file<efi::LoadFile>(device, rest, boot_policy)), device, rest};
  return Error::not_found;
}

}  // namespace core
