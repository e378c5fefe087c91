// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/file_list.hpp"

#include "dxe/core/handle.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/file.hpp"

namespace boot {
namespace {

constexpr unsigned max_entries = 1000;  // of one directory; a medium may claim any number
constexpr usize max_name = 200;

// A directory that is open for reading.
class Directory {
 public:
  Directory(efi::File* parent, const char16_t* name) {
    if (parent && parent->open(parent, &file_, name, efi::file_mode::read, 0) != efi::Status::success) file_ = nullptr;
  }
  ~Directory() {
    if (file_) (void)file_->close(file_);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  efi::File* file() const { return file_; }

  // Names that are too long for us are passed over. Null: the end.
  const efi::FileInfo* next() {
    while (file_ && seen_++ < max_entries) {
      u64 bytes = sizeof room_ - sizeof(char16_t);
      const auto status = file_->read(file_, &bytes, room_);
      if (status == efi::Status::success && bytes >= sizeof(efi::FileInfo)) {
        __builtin_memset(room_ + bytes, 0, sizeof(char16_t));
        return reinterpret_cast<const efi::FileInfo*>(room_);
      }
      if (status != efi::Status::buffer_too_small) break;
    }
    return nullptr;
  }

 private:
  efi::File* file_ = nullptr;
  unsigned seen_ = 0;
  alignas(8) u8 room_[sizeof(efi::FileInfo) + (max_name + 1) * sizeof(char16_t)];
};

std::u16string_view name_of(const efi::FileInfo& info) { return reinterpret_cast<const char16_t*>(&info + 1); }
bool is_directory(const efi::FileInfo& info) { return info.attribute & efi::file_attribute::directory; }

bool is_loader(std::u16string_view name) {
  if (name.size() < 4) return false;
  const char16_t* end = name.data() + name.size() - 4;
  for (usize i = 0; i < 4; ++i)
    if ((end[i] | (i ? 0x20 : 0)) != u".efi"[i]) return false;
  return true;
}

void add(efi::Handle volume, unsigned number, const Text& file, FileList& to) {
  if (to.count == FileList::max) return;
  struct [[gnu::packed]] {
    efi::media_path::FilePath node;
    char16_t name[Text::max + 1];
  } path{};
  const auto name = file.view();
  const usize bytes = (name.size() + 1) * sizeof(char16_t);
  path.node.header = efi::node_header<efi::media_path::FilePath>(efi::device_path_type::media, efi::media_path::FilePath::subtype,
                                                                 static_cast<u16>(bytes));
  __builtin_memcpy(path.name, name.data(), name.size() * sizeof(char16_t));
  if (!to.paths[to.count].join(device_path::body(path_of(volume)), {reinterpret_cast<const u8*>(&path), sizeof path.node + bytes})) return;
  to.names[to.count++] = Text("file system ", number, ": ", file);
}

void list_folder(efi::Handle volume, unsigned number, efi::File* efi_folder, std::u16string_view folder, FileList& to) {
  Text name("", folder);
  Directory directory(efi_folder, name.c_str());
  while (const efi::FileInfo* info = directory.next())
    if (!is_directory(*info) && is_loader(name_of(*info))) add(volume, number, Text("\\EFI\\", folder, "\\", name_of(*info)), to);
}

}  // namespace

void find_loaders(FileList& to) {
  unsigned number = 0;
  for (efi::Handle volume : Handles(efi::SimpleFileSystem::guid)) {
    auto* fs = static_cast<efi::SimpleFileSystem*>(core::interface_of(volume, efi::SimpleFileSystem::guid));
    efi::File* root = nullptr;
    if (!fs || fs->open_volume(fs, &root) != efi::Status::success) continue;
    {
      Directory folders(root, u"\\EFI");
      while (const efi::FileInfo* info = folders.next())
        if (is_directory(*info) && name_of(*info)[0] != u'.') list_folder(volume, number, folders.file(), name_of(*info), to);
    }
    (void)root->close(root);
    ++number;
  }
}

}  // namespace boot
