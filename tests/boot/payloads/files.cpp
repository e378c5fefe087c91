// SPDX-License-Identifier: BSD-2-Clause-Patent
// Works on every file system that stands on a disk; files_test.cpp prepares the volume and judges what is on it
// afterwards. Ends with "FILES n: p passed, f failed".
#include "serial.hpp"

namespace {

struct File;
struct FileToken {
  Event event;
  Status status;
  usize bytes;
  void* buffer;
};
struct File {
  u64 revision;
  Status (*open)(File*, File**, const Char*, u64, u64);
  Status (*close)(File*);
  Status (*remove)(File*);
  Status (*read)(File*, usize*, void*);
  Status (*write)(File*, usize*, const void*);
  Status (*tell)(File*, u64*);
  Status (*seek)(File*, u64);
  Status (*get_info)(File*, const Guid*, usize*, void*);
  Status (*set_info)(File*, const Guid*, usize, const void*);
  Status (*flush)(File*);
  Status (*open_ex)(File*, File**, const Char*, u64, u64, FileToken*);
  Status (*read_ex)(File*, FileToken*);
  Status (*write_ex)(File*, FileToken*);
  Status (*flush_ex)(File*, FileToken*);
};
struct FileSystem {
  u64 revision;
  Status (*open_volume)(FileSystem*, File**);
};
struct FileInfo {
  u64 size, file_size, physical_size;
  Time created, accessed, modified;
  u64 attributes;
  Char name[256];
};
constexpr Guid guid_file_system{0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Guid guid_block_io{0x964e5b21, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Guid guid_file_info{0x09576e92, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Guid guid_label{0xdb47d7d3, 0xfe81, 0x11d3, {0x9a, 0x35, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
constexpr Status device_error = error_bit | 7, no_media = error_bit | 12, warn_delete_failure = 2;
constexpr u64 r = 1, rw = 3, rwc = 3 | 1ull << 63, directory = 0x10;

constexpr u64 buffer_bytes = 8 << 20;
SystemTable* table;
BootServices* boot;
Handle self;
unsigned passed, failed;
u8* buffer;

void check(bool good, const char* what) {
  (good ? passed : failed)++;
  if (good) return;
  put("FAIL ");
  put(what);
  put("\n");
}

u8 pattern(u64 at) { return static_cast<u8>(at * 7 + (at >> 8) * 3 + (at >> 16)); }

File* open(File* from, const Char* name, u64 mode = r, u64 attributes = 0) {
  File* file = nullptr;
  return from->open(from, &file, name, mode, attributes) == success ? file : nullptr;
}

// The whole of a file that follows the pattern, in portions.
void check_pattern(File* root, const Char* name, u64 bytes, u64 portion, const char* what) {
  File* file = open(root, name);
  check(file, what);
  if (!file) return;
  bool same = true;
  u64 at = 0;
  for (usize got = portion; got; at += got) {
    got = portion;
    same &= file->read(file, &got, buffer) == success;
    for (u64 i = 0; i < got; i++) same &= buffer[i] == pattern(at + i);
    if (!same) break;
  }
  check(same && at == bytes, what);
  file->close(file);
}

void check_writing(File* root) {
  check(open(root, L"\\out", rwc, directory), "make a directory");
  File* file = open(root, L"\\out\\A long name from the guest.txt", rwc);
  check(file, "create");
  for (u64 at = 0, portion = 1; at < 300'000; portion = portion * 3 + 1) {
    usize bytes = portion < 300'000 - at ? portion : 300'000 - at;
    for (u64 i = 0; i < bytes; i++) buffer[i] = pattern(at + i);
    check(file->write(file, &bytes, buffer) == success, "write");
    at += bytes;
  }
  check(file->flush(file) == success, "flush");
  file->close(file);
  check_pattern(root, L"\\OUT\\A LONG NAME FROM THE GUEST.TXT", 300'000, 4099, "read what was written");

  file = open(root, L"in\\shrinks", rw);
  FileInfo info;
  usize bytes = sizeof info;
  check(file->get_info(file, &guid_file_info, &bytes, &info) == success && info.file_size == 100'000, "information");
  info.file_size = 5'000;
  check(file->set_info(file, &guid_file_info, bytes, &info) == success, "truncate");
  file->close(file);

  file = open(root, L"in\\moves", rw);
  bytes = sizeof info;
  check(file->get_info(file, &guid_file_info, &bytes, &info) == success, "information");
  const Char to[] = L"\\out\\Moved and renamed";
  boot->copy(info.name, to, sizeof to);
  info.size = 80 + sizeof to;
  check(file->set_info(file, &guid_file_info, info.size, &info) == success, "move");
  file->close(file);

  file = open(root, L"in\\goes", rw);
  File* other = open(root, L"in\\goes");
  check(file && other && file->remove(file) == success, "delete");
  bytes = 1;
  check(other->read(other, &bytes, buffer) == device_error, "read what is deleted");
  other->close(other);
  file = open(root, L"in", rw);
  check(file->remove(file) == warn_delete_failure, "a directory that is not empty stays");
  check(root->set_info(root, &guid_label, sizeof L"GUEST", L"GUEST") == success, "label");
}

void check_tokens(File* root) {
  Event event = nullptr;
  check(boot->create_event(event_plain, tpl_callback, nullptr, nullptr, &event) == success, "event");
  FileToken token{event, not_ready, 0, buffer};
  File* file = nullptr;
  check(root->open_ex(root, &file, L"out\\token", rwc, 0, &token) == success && file, "OpenEx");
  check(token.status == success && boot->check_event(event) == success, "its event");
  for (u64 i = 0; i < 5000; i++) buffer[i] = pattern(i);
  token.bytes = 5000;
  check(file->write_ex(file, &token) == success && boot->check_event(event) == success, "WriteEx");
  check(file->flush_ex(file, &token) == success && boot->check_event(event) == success, "FlushEx");
  token = {nullptr, not_ready, 10, buffer};
  check(file->seek(file, 0) == success && file->read_ex(file, &token) == success && token.status == success && token.bytes == 10, "ReadEx without an event");
  token.event = event;
  check(file->seek(file, 6000) == success && file->read_ex(file, &token) == device_error && boot->check_event(event) == not_ready, "no event after an error");
  file->close(file);
  boot->close_event(event);
}

// An image by its device path: the volume's, and the file's name in two nodes.
void check_loading(Handle volume) {
  DevicePath* path = nullptr;
  PathUtilities* utilities = nullptr;
  if (boot->handle_protocol(volume, &guid_device_path, &path) || boot->locate_protocol(&guid_path_utilities, nullptr, &utilities)) return check(false, "paths");
  const Char folder[] = L"\\in", name[] = L"child.efi";
  DevicePath* nodes[] = {utilities->create_node(4, 4, 4 + sizeof folder), utilities->create_node(4, 4, 4 + sizeof name)};
  boot->copy(nodes[0] + 1, folder, sizeof folder);
  boot->copy(nodes[1] + 1, name, sizeof name);
  DevicePath* whole = utilities->append_node(utilities->append_node(path, nodes[0]), nodes[1]);
  Handle image = nullptr;
  check(boot->load_image(0, self, whole, nullptr, 0, &image) == success, "LoadImage from the volume");
  LoadedImage* loaded = nullptr;
  check(image && boot->handle_protocol(image, &guid_loaded_image, &loaded) == success && loaded->device == volume, "its device");
  check(image && boot->unload_image(image) == success, "UnloadImage");
  nodes[1] = utilities->create_node(4, 4, 4 + 4);
  boot->copy(nodes[1] + 1, L"x", 4);
  whole = utilities->append_node(path, nodes[1]);
  check(boot->load_image(0, self, whole, nullptr, 0, &image) == not_found, "an image that is not there");
}

// Handles survive their driver, without a medium.
void check_disconnecting(Handle volume, File* root) {
  File* file = open(root, L"in\\shrinks");
  usize bytes = 1;
  check(boot->disconnect(volume, nullptr, nullptr) == success, "disconnect");
  FileSystem* system = nullptr;
  check(boot->handle_protocol(volume, &guid_file_system, &system) == unsupported, "the protocol is gone");
  check(file->read(file, &bytes, buffer) == no_media && bytes == 1, "no medium");
  file->close(file);
  check(root->remove(root) == warn_delete_failure, "nothing to delete");
  check(boot->connect(volume, nullptr, nullptr, 1) == success && boot->handle_protocol(volume, &guid_file_system, &system) == success, "connect again");
  check(system && system->open_volume(system, &root) == success && (file = open(root, L"in\\shrinks")), "open again");
  file->close(file);
  root->close(root);
}

void visit(Handle volume) {
  FileSystem* system = nullptr;
  File* root = nullptr;
  if (boot->handle_protocol(volume, &guid_file_system, &system) || system->open_volume(system, &root)) return check(false, "open the volume");
  check_pattern(root, L"in\\large", 5'000'000, buffer_bytes, "read at once");
  check_pattern(root, L"\\IN\\LARGE", 5'000'000, 65'537, "read in portions");
  File* file = nullptr;
  if (root->open(root, &file, L"new", rwc, 0) == write_protected) {
    check(root->set_info(root, &guid_label, sizeof L"GUEST", L"GUEST") == write_protected, "label of a read-only volume");
  } else {
    check(file && file->remove(file) == success, "delete what is new");
    check_writing(root);
    check_tokens(root);
  }
  check_loading(volume);
  check_disconnecting(volume, root);
}

// What QEMU was given, as a volume: there is this image, and nothing can be written.
void check_blobs(Handle volume) {
  FileSystem* system = nullptr;
  File* root = nullptr;
  File* file = nullptr;
  if (boot->handle_protocol(volume, &guid_file_system, &system) || system->open_volume(system, &root)) return check(false, "open the volume");
  FileInfo info;
  usize bytes = sizeof info;
  check(root->read(root, &bytes, &info) == success && info.name[0] == 'k' && info.name[6] == 0, "its directory");
  const u64 size = info.file_size;
  unsigned more = 0;
  while (root->read(root, &(bytes = sizeof info), &info) == success && bytes && more < 3) more++;
  check(more < 3, "its end");
  check(root->open(root, &file, L"\\kernel", rw, 0) == write_protected, "written to");
  file = open(root, L"KERNEL");
  check(file && file->read(file, &(bytes = buffer_bytes), buffer) == success && bytes == size && buffer[0] == 'M' && buffer[1] == 'Z', "read");
  file->close(file);
  root->close(root);
}

}  // namespace

extern "C" void* memcpy(void* to, const void* from, usize size) {
  for (usize i = 0; i < size; i++) static_cast<volatile u8*>(to)[i] = static_cast<const u8*>(from)[i];
  return to;
}

extern "C" Status efi_main(Handle image, SystemTable* system) {
  table = system;
  boot = system->boot;
  self = image;
  u64 address = 0;
  if (boot->allocate_pages(any_pages, loader_data, buffer_bytes / 4096, &address)) return out_of_resources;
  buffer = reinterpret_cast<u8*>(address);
  Handle* handles = nullptr;
  usize count = 0, visited = 0;
  boot->locate_handle_buffer(all_handles, nullptr, nullptr, &count, &handles);
  for (usize i = 0; i < count; i++) boot->connect(handles[i], nullptr, nullptr, 1);
  count = 0;
  if (boot->locate_handle_buffer(by_protocol, &guid_file_system, nullptr, &count, &handles)) count = 0;
  for (usize i = 0; i < count; i++) {
    void* on_a_disk = nullptr;
    if (boot->handle_protocol(handles[i], &guid_block_io, &on_a_disk)) {
      check_blobs(handles[i]);
      continue;
    }
    visited++;
    visit(handles[i]);
  }
  put("FILES ");
  put_number(visited);
  put(": ");
  put_number(passed);
  put(" passed, ");
  put_number(failed);
  put(" failed\n");
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}
