// SPDX-License-Identifier: BSD-2-Clause-Patent
// Starts \next.efi of its own volume as if the first network card had loaded it: as an image of that card's.
#include "checks.hpp"
#include "volume.hpp"

const char* const check_group = "chain.";

namespace {

constexpr Guid guid_network{0xa19832b9, 0xac25, 0x11d3, {0x9a, 0x2d, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
constexpr usize room = 4 << 20;

usize read_next(LoadedImage* self, void* into) {
  FileSystem* fs = nullptr;
  File *root = nullptr, *file = nullptr;
  usize bytes = room;
  if (bs->handle_protocol(self->device, &guid_file_system, &fs) || fs->open_volume(fs, &root)) return 0;
  if (root->open(root, &file, L"\\next.efi", 1, 0) || file->read(file, &bytes, into)) return 0;
  return bytes;
}

}  // namespace

extern "C" Status efi_main(Handle image, SystemTable* table) {
  bs = table->boot;
  LoadedImage *self = nullptr, *next_self = nullptr;
  void* buffer = nullptr;
  Handle *cards = nullptr, next = nullptr;
  DevicePath* path = nullptr;
  bs->handle_protocol(image, &guid_loaded_image, &self);
  check("memory", bs->allocate_pool(loader_data, room, &buffer) == success);
  const usize bytes = read_next(self, buffer);
  check("file", bytes > 0);
  check("card", handles_with(guid_network, cards) > 0);
  if (!bytes || !cards || bs->handle_protocol(cards[0], &guid_device_path, &path)) return not_found;
  check("load", bs->load_image(0, image, path, buffer, bytes, &next) == success);
  check("device", bs->handle_protocol(next, &guid_loaded_image, &next_self) == success && next_self->device == cards[0]);
  put("CHAIN starts\r\n");
  return bs->start_image(next, nullptr, nullptr);
}
