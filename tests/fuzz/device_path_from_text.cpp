// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/device_path/node_maker.hpp"

using namespace device_path_test;

// Any text: what is accepted is a well-formed path, and its text means the same path.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  const std::u16string text(data, data + size);
  const Bytes path = path_of(text);
  if (path.empty()) return 0;
  auto parsed = device_path::parse(path);
  if (!parsed || parsed->size() != path.size()) std::abort();
  for (const u8* at = path.data(); !device_path::ends_path(*reinterpret_cast<const efi::DevicePath*>(at));) {
    const Bytes node(at, at + reinterpret_cast<const efi::DevicePath*>(at)->size());
    at += node.size();
    if (is_file_path(node) || node[0] == efi::device_path_type::end) continue;
    if (node_of(text_of_node(node, {.allow_shortcuts = true})) != node) std::abort();
  }
  return 0;
}
