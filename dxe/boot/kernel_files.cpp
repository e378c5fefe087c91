// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/kernel_files.hpp"

#include <iterator>

#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/file_system/file_protocol.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/unicode/case.hpp"

namespace boot {
namespace {

namespace fs = file_system;

constinit KernelBlobs blobs;

enum class Blob : u8 { root, kernel, initrd, cmdline };
constexpr Blob files[] = {Blob::kernel, Blob::initrd, Blob::cmdline};

std::u16string_view name_of(Blob blob) {
  switch (blob) {
    case Blob::root: return u"";
    case Blob::kernel: return u"kernel";
    case Blob::initrd: return u"initrd";
    case Blob::cmdline: return u"cmdline";
  }
  return u"";
}

u64 bytes_of(Blob blob) {
  switch (blob) {
    case Blob::root: return 0;
    case Blob::kernel: return blobs.image_bytes();
    case Blob::initrd: return blobs.initrd_bytes;
    case Blob::cmdline: return blobs.cmdline_bytes;
  }
  return 0;
}

void read_at(Blob blob, u64 offset, std::span<u8> into) {
  using fw_cfg::Key;
  const Key key = blob == Blob::initrd ? Key::initrd_data : blob == Blob::cmdline ? Key::cmdline_data : Key::kernel_data;
  if (blob == Blob::kernel && offset < blobs.setup_bytes) {
    const u64 part = into.size() < blobs.setup_bytes - offset ? into.size() : blobs.setup_bytes - offset;
    fw_cfg::read_at(Key::setup_data, static_cast<u32>(offset), into.first(part));
    into = into.subspan(part);
    offset = blobs.setup_bytes;
  }
  if (blob == Blob::kernel) offset -= blobs.setup_bytes;
  fw_cfg::read_at(key, static_cast<u32>(offset), into);
}

struct Node : fs::Node {
  Blob blob = Blob::root;
};

class Volume final : public fs::Volume {
 public:
  constexpr Volume() : fs::Volume(drivers::file_system_surroundings) { root_.directory = true; }
  fs::Node& root() override { return root_; }
  Result<fs::Node*> open(fs::Node&, std::u16string_view name) override;
  u64 size(fs::Node& node) override { return bytes_of(static_cast<Node&>(node).blob); }
  Result<> info(fs::Node& node, fs::FileInfo& info) override {
    describe(static_cast<Node&>(node).blob, info);
    return {};
  }
  Result<> read(fs::Node& node, u64 offset, std::span<u8> into) override {
    read_at(static_cast<Node&>(node).blob, offset, into);
    return {};
  }
  Result<bool> next(fs::Node&, u64& cursor, fs::FileInfo& entry) override;
  Result<> volume_info(fs::VolumeInfo& info) override;

 private:
  static void describe(Blob blob, fs::FileInfo& info);
  Node root_;
};

void Volume::describe(Blob blob, fs::FileInfo& info) {
  const auto name = name_of(blob);
  __builtin_memcpy(info.name, name.data(), name.size() * sizeof(char16_t));
  info.name_length = name.size();
  info.bytes = info.physical_bytes = bytes_of(blob);
  info.created = info.accessed = info.modified = fs::no_moment;
  info.attributes = efi::file_attribute::read_only | (blob == Blob::root ? efi::file_attribute::directory : 0);
}

Result<fs::Node*> Volume::open(fs::Node& root, std::u16string_view name) {
  for (const Blob blob : files)
    if (bytes_of(blob) && unicode::equal_ignoring_case(name_of(blob), name)) {
      auto* node = TRY(make_node<Node>(root));
      node->blob = blob;
      return static_cast<fs::Node*>(node);
    }
  return Error::not_found;
}

Result<bool> Volume::next(fs::Node&, u64& cursor, fs::FileInfo& entry) {
  while (cursor < std::size(files) && !bytes_of(files[cursor])) ++cursor;
  if (cursor >= std::size(files)) return false;
  describe(files[cursor++], entry);
  return true;
}

Result<> Volume::volume_info(fs::VolumeInfo& info) {
  info.label_length = 0;
  info.bytes = bytes_of(Blob::kernel) + bytes_of(Blob::initrd) + bytes_of(Blob::cmdline);
  info.free_bytes = 0;
  info.block_bytes = 512;
  info.read_only = true;
  return {};
}

class FileSystem final : public drivers::ServedVolume, public efi::SimpleFileSystem {
 public:
  using Protocol = efi::SimpleFileSystem;
  fs::Volume& volume() override { return volume_; }
  Result<> open_volume_root(efi::File** root) {
    if (!root) return Error::invalid_parameter;
    *root = TRY(open_root());
    return {};
  }

 private:
  Volume volume_;
};
constinit FileSystem kernel_files{};

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
  kernel_files.revision = efi::SimpleFileSystem::current_revision;
  kernel_files.open_volume = core::thunk<&FileSystem::open_volume_root>;
  efi::Handle handle = nullptr;
  core::install(handle, volume_path, efi::DevicePath::guid);
  // Parts of a file cannot be verified; who needs the blobs gets them whole, from the loader.
  if (!blobs_are_verified()) core::install<efi::SimpleFileSystem>(handle, kernel_files);
  return handle;
}

}  // namespace boot
