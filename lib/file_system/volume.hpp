// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <new>
#include <span>
#include <string_view>

#include "lib/base/list.hpp"
#include "lib/base/result.hpp"
#include "lib/rtc/calendar.hpp"

// What file systems have in common: below, FAT and ISO 9660; above, open_file.hpp.
namespace file_system {

using namespace base;
using rtc::Moment;

// What a volume asks of its surroundings.
struct Surroundings {
  Result<void*> (*allocate)(u64 bytes);
  void (*release)(void* block);
  Moment (*now)();
};

inline constexpr usize max_name = 255;
inline constexpr Moment no_moment = {};

struct FileInfo {
  char16_t name[max_name + 1];
  usize name_length;
  u64 bytes;
  u64 physical_bytes;
  Moment created, accessed, modified;  // no_moment: not known
  u64 attributes;                      // efi::file_attribute

  std::u16string_view name_view() const { return {name, name_length}; }
};

struct VolumeInfo {
  char16_t label[max_name + 1];
  usize label_length;
  u64 bytes;
  u64 free_bytes;
  u32 block_bytes;
  bool read_only;
};

// What SetInfo changes of a directory entry; no_moment leaves a time alone.
struct Change {
  u64 attributes;
  Moment created, accessed, modified;
};

class Volume;

// A file or directory in use: one object however often it is open. It holds its parent, so that the way to the root
// needs nothing from the disk.
struct Node : ListNode<Node> {
  Node* parent = nullptr;  // none: the root
  u32 users = 0;
  bool directory = false;
  bool removed = false;  // deleted while open: every use is a device_error [uefi §13.5]
};

// Directories are asked for one name without separators; "." and ".." never get here. A read-only file system
// overrides only what reads.
class Volume {
 public:
  explicit constexpr Volume(const Surroundings& surroundings) : surroundings_(surroundings) {}
  Volume(const Volume&) = delete;
  Volume& operator=(const Volume&) = delete;

  Node& hold(Node& node) {
    ++node.users;
    return node;
  }
  // What opens or creates a node holds it; the last release forgets it.
  void release(Node& node);
  const Surroundings& surroundings() const { return surroundings_; }
  bool in_use() { return root().users != 0; }

  virtual Node& root() = 0;
  virtual bool read_only() const { return true; }
  virtual Result<Node*> open(Node& directory, std::u16string_view name) = 0;
  virtual Result<> info(Node& node, FileInfo& info) = 0;
  virtual u64 size(Node& node) = 0;
  // The range lies within the file.
  virtual Result<> read(Node& node, u64 offset, std::span<u8> into) = 0;
  // The next entry at or behind the cursor, which starts at 0 and moves behind it; false: no more.
  virtual Result<bool> next(Node& directory, u64& cursor, FileInfo& entry) = 0;
  virtual Result<> volume_info(VolumeInfo& info) = 0;

  virtual Result<Node*> create(Node&, std::u16string_view, u64 /*attributes*/) { return Error::write_protected; }
  virtual Result<> remove(Node&) { return Error::write_protected; }
  virtual Result<> write(Node&, u64 /*offset*/, std::span<const u8>) { return Error::write_protected; }
  // What is gained reads as zeros.
  virtual Result<> resize(Node&, u64 /*bytes*/) { return Error::write_protected; }
  virtual Result<> change(Node&, const Change&) { return Error::write_protected; }
  virtual Result<> move(Node&, Node& /*directory*/, std::u16string_view /*name*/) { return Error::write_protected; }
  virtual Result<> set_label(std::u16string_view) { return Error::write_protected; }
  virtual Result<> flush() { return {}; }

 protected:
  ~Volume() = default;
  List<Node>& nodes() { return nodes_; }
  // A new node that is held once; N derives from Node.
  template <class N>
  Result<N*> make_node(Node& parent) {
    auto* node = new (TRY(surroundings_.allocate(sizeof(N)))) N();
    node->parent = &hold(parent);
    node->users = 1;
    nodes_.push_back(*node);
    return node;
  }

 private:
  const Surroundings& surroundings_;
  List<Node> nodes_;  // all but the root
};

}  // namespace file_system
