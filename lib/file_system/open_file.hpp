// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/file.hpp"
#include "lib/file_system/volume.hpp"

namespace file_system {

// A file handle: EFI_FILE_PROTOCOL without its calling convention [uefi §13.5]. It holds its node until close() or
// remove(), after which it must not be used.
class OpenFile {
 public:
  OpenFile() = default;
  // Takes over the caller's hold.
  OpenFile(Volume& volume, Node& node, bool writable) : volume_(&volume), node_(&node), writable_(writable) {}
  static OpenFile root_of(Volume& volume) { return OpenFile(volume, volume.hold(volume.root()), true); }

  Result<OpenFile> open(const char16_t* path, u64 mode, u64 attributes);
  void close();
  // Closes in any case.
  Result<> remove();
  Result<> read(u64* bytes, void* buffer);
  Result<> write(u64* bytes, const void* buffer);
  Result<> tell(u64* position);
  Result<> seek(u64 position);
  Result<> get_info(const Guid* type, u64* bytes, void* buffer);
  Result<> set_info(const Guid* type, u64 bytes, const void* buffer);
  Result<> flush();

 private:
  struct Place {
    Node* directory;  // held
    std::u16string_view name;  // empty: the directory itself is meant
    bool must_be_directory;
  };
  Result<Place> locate(Node& from, std::u16string_view path);
  Result<Node*> open_node(const char16_t* path, bool create, u64 attributes);
  Result<> read_entry(u64* bytes, void* buffer);
  Result<> set_file_info(u64 bytes, const void* buffer);
  Result<> rename(std::u16string_view path, std::u16string_view old_name);
  Result<> check_writable() const;

  Volume* volume_ = nullptr;
  Node* node_ = nullptr;
  u64 position_ = 0;  // of directories: the cursor
  bool writable_ = false;
};

}  // namespace file_system
