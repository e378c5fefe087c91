// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/kernel_files.hpp"

#include <string_view>

#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "lib/efi/file.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"

namespace boot {
namespace {

using core::thunk;

constinit KernelBlobs blobs;

enum class Node : u8 { root, kernel, initrd, cmdline };
constexpr Node files[] = {Node::kernel, Node::initrd, Node::cmdline};

std::u16string_view name_of(Node node) {
  switch (node) {
    case Node::root: return u"";
    case Node::kernel: return u"kernel";
    case Node::initrd: return u"initrd";
    case Node::cmdline: return u"cmdline";
  }
  return u"";
}

u64 bytes_of(Node node) {
  switch (node) {
    case Node::root: return 0;
    case Node::kernel: return blobs.image_bytes();
    case Node::initrd: return blobs.initrd_bytes;
    case Node::cmdline: return blobs.cmdline_bytes;
  }
  return 0;
}

void read_at(Node node, u64 offset, std::span<u8> into) {
  using fw_cfg::Key;
  const Key key = node == Node::initrd ? Key::initrd_data : node == Node::cmdline ? Key::cmdline_data : Key::kernel_data;
  if (node == Node::kernel && offset < blobs.setup_bytes) {
    const u64 part = into.size() < blobs.setup_bytes - offset ? into.size() : blobs.setup_bytes - offset;
    fw_cfg::read_at(Key::setup_data, static_cast<u32>(offset), into.first(part));
    into = into.subspan(part);
    offset = blobs.setup_bytes;
  }
  if (node == Node::kernel) offset -= blobs.setup_bytes;
  fw_cfg::read_at(key, static_cast<u32>(offset), into);
}

class BlobFile : public efi::File {
 public:
  using Protocol = efi::File;
  void init(Node node);
  Result<> open_file(efi::File** opened, const char16_t* name, u64 mode, u64 attributes);
  Result<> close_file() { return core::free_pool(this); }
  Result<> read_file(u64* bytes, void* buffer);
  Result<> tell(u64* position);
  Result<> seek(u64 position);
  Result<> info(const Guid* type, u64* bytes, void* buffer);

  // What a read-only volume refuses.
  Result<> write_file(u64*, const void*) { return Error::write_protected; }
  Result<> change_info(const Guid*, u64, const void*) { return Error::write_protected; }
  Result<> flush_file() { return Error::write_protected; }
  Result<> open_token(efi::File**, const char16_t*, u64, u64, efi::FileIoToken*) { return Error::unsupported; }
  Result<> token(efi::FileIoToken*) { return Error::unsupported; }

 private:
  Result<> next_entry(u64* bytes, void* buffer);
  Node node_;
  u64 position_;
};

// Deleting closes the file in any case and then warns [uefi §13.5.4].
efi::Status EFIAPI refuse_delete(efi::File* self) {
  if (!self) return efi::Status::invalid_parameter;
  (void)!static_cast<BlobFile*>(self)->close_file();
  return efi::Status::warn_delete_failure;
}

void BlobFile::init(Node node) {
  static_cast<efi::File&>(*this) = {
      .revision = revision_2,
      .open = thunk<&BlobFile::open_file>,
      .close = thunk<&BlobFile::close_file>,
      .delete_file = refuse_delete,
      .read = thunk<&BlobFile::read_file>,
      .write = thunk<&BlobFile::write_file>,
      .get_position = thunk<&BlobFile::tell>,
      .set_position = thunk<&BlobFile::seek>,
      .get_info = thunk<&BlobFile::info>,
      .set_info = thunk<&BlobFile::change_info>,
      .flush = thunk<&BlobFile::flush_file>,
      .open_ex = thunk<&BlobFile::open_token>,
      .read_ex = thunk<&BlobFile::token>,
      .write_ex = thunk<&BlobFile::token>,
      .flush_ex = thunk<&BlobFile::token>,
  };
  node_ = node;
  position_ = 0;
}

Result<efi::File*> make_file(Node node) {
  auto* file = TRY(core::make<BlobFile>());
  file->init(node);
  return static_cast<efi::File*>(file);
}

Result<> fill_info(Node node, u64* bytes, void* buffer) {
  const auto name = name_of(node);
  const u64 needed = sizeof(efi::FileInfo) + (name.size() + 1) * sizeof(char16_t);
  const u64 given = *bytes;
  *bytes = needed;
  if (given < needed) return Error::buffer_too_small;
  if (!buffer) return Error::invalid_parameter;
  auto* out = static_cast<efi::FileInfo*>(buffer);
  __builtin_memset(out, 0, needed);
  out->size = needed;
  out->file_size = out->physical_size = bytes_of(node);
  out->attribute = efi::file_attribute::read_only | (node == Node::root ? efi::file_attribute::directory : 0);
  __builtin_memcpy(out + 1, name.data(), name.size() * sizeof(char16_t));
  return {};
}

Result<> BlobFile::open_file(efi::File** opened, const char16_t* name, u64 mode, u64) {
  if (!opened || !name) return Error::invalid_parameter;
  if (mode != efi::file_mode::read)
    return mode == (efi::file_mode::read | efi::file_mode::write) || mode == (efi::file_mode::read | efi::file_mode::write | efi::file_mode::create)
               ? Error::write_protected
               : Error::invalid_parameter;
  if (node_ != Node::root) return Error::not_found;
  std::u16string_view wanted(name);
  while (!wanted.empty() && wanted.front() == u'\\') wanted.remove_prefix(1);
  if (wanted.empty() || wanted == u"." || wanted == u"..") {
    *opened = TRY(make_file(Node::root));
    return {};
  }
  for (Node node : files)
    if (name_of(node) == wanted && bytes_of(node)) {
      *opened = TRY(make_file(node));
      return {};
    }
  return Error::not_found;
}

Result<> BlobFile::next_entry(u64* bytes, void* buffer) {
  while (position_ < sizeof files && !bytes_of(files[position_])) ++position_;
  if (position_ >= sizeof files) {
    *bytes = 0;
    return {};
  }
  TRY(fill_info(files[position_], bytes, buffer));
  ++position_;
  return {};
}

Result<> BlobFile::read_file(u64* bytes, void* buffer) {
  if (!bytes || (*bytes && !buffer)) return Error::invalid_parameter;
  if (node_ == Node::root) return next_entry(bytes, buffer);
  const u64 size = bytes_of(node_);
  if (position_ > size) return Error::device_error;
  if (*bytes > size - position_) *bytes = size - position_;
  read_at(node_, position_, {static_cast<u8*>(buffer), *bytes});
  position_ += *bytes;
  return {};
}

Result<> BlobFile::tell(u64* position) {
  if (!position) return Error::invalid_parameter;
  if (node_ == Node::root) return Error::unsupported;
  *position = position_;
  return {};
}

Result<> BlobFile::seek(u64 position) {
  if (node_ == Node::root && position != 0) return Error::unsupported;
  position_ = position == efi::file_position_end ? bytes_of(node_) : position;
  return {};
}

Result<> BlobFile::info(const Guid* type, u64* bytes, void* buffer) {
  if (!type || !bytes) return Error::invalid_parameter;
  if (*type == efi::FileInfo::guid) return fill_info(node_, bytes, buffer);
  if (!(*type == efi::FileSystemInfo::guid)) return Error::unsupported;
  const u64 needed = sizeof(efi::FileSystemInfo) + sizeof(char16_t);
  const u64 given = *bytes;
  *bytes = needed;
  if (given < needed) return Error::buffer_too_small;
  if (!buffer) return Error::invalid_parameter;
  __builtin_memset(buffer, 0, needed);
  *static_cast<efi::FileSystemInfo*>(buffer) = {
      needed, 1, {}, bytes_of(Node::kernel) + bytes_of(Node::initrd) + bytes_of(Node::cmdline), 0, 512};
  return {};
}

class BlobFileSystem : public efi::SimpleFileSystem {
 public:
  using Protocol = efi::SimpleFileSystem;
  Result<> open_root(efi::File** root) {
    if (!root) return Error::invalid_parameter;
    *root = TRY(make_file(Node::root));
    return {};
  }
};
constinit BlobFileSystem file_system{};

struct [[gnu::packed]] VolumePath {
  efi::media_path::Vendor vendor;
  efi::DevicePath end;
};
constexpr efi::media_path::Vendor vendor_node = {
    efi::node_header<efi::media_path::Vendor>(efi::device_path_type::media, efi::media_path::Vendor::subtype), kernel_files_guid};
constinit VolumePath volume_path = {vendor_node, efi::end_device_path};
constinit KernelFilePath path_to_kernel = {
    vendor_node,
    {efi::node_header<efi::media_path::FilePath>(efi::device_path_type::media, efi::media_path::FilePath::subtype, 7 * sizeof(char16_t))},
    u"kernel",
    efi::end_device_path,
};

}  // namespace

KernelFilePath& kernel_path() { return path_to_kernel; }

efi::Handle install_kernel_files(const KernelBlobs& found) {
  blobs = found;
  file_system.revision = efi::SimpleFileSystem::current_revision;
  file_system.open_volume = thunk<&BlobFileSystem::open_root>;
  efi::Handle handle = nullptr;
  core::install(handle, volume_path, efi::DevicePath::guid);
  // Parts of a file cannot be verified; who needs the blobs gets them whole, from the loader.
  if (!blobs_are_verified()) core::install<efi::SimpleFileSystem>(handle, file_system);
  return handle;
}

}  // namespace boot
