// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/device_path/node_maker.hpp"

using namespace device_path_test;

// Any bytes as a path: what parses has a text, and every node of it comes back from its text.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  auto parsed = device_path::parse({data, size});
  Bytes path = parsed ? Bytes(data, data + parsed->size()) : Bytes();
  if (!parsed) {
    // One node of these bytes, its length put right.
    if (size < 2 || size > 0xfff0) return 0;
    path = {data[0], data[1], static_cast<u8>(size + 2), static_cast<u8>((size + 2) >> 8)};
    path.insert(path.end(), data + 2, data + size);
    path.insert(path.end(), {0x7f, 0xff, 4, 0});
  }
  (void)text_of_path(path, {.display_only = true, .allow_shortcuts = true});
  const u8* at = path.data();
  while (!device_path::ends_path(*reinterpret_cast<const efi::DevicePath*>(at))) {
    const Bytes node(at, at + reinterpret_cast<const efi::DevicePath*>(at)->size());
    at += node.size();
    if (is_file_path(node) || node[0] == efi::device_path_type::end) continue;
    if (node_of(text_of_node(node)) != node) std::abort();
  }
  return 0;
}
