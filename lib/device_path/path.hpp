// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/efi/device_path.hpp"

// Walking device paths [uefi §10.3.1]. A path in memory ends at its end node; a node whose length is shorter than a
// header ends it too, because nothing says where the next one lies.
namespace device_path {

using namespace base;
using efi::DevicePath;

using Bytes = std::span<const u8>;

constexpr bool ends_instance(const DevicePath& node) {
  return node.type == efi::device_path_type::end && node.subtype == efi::end_subtype::instance && node.size() >= sizeof node;
}
constexpr bool ends_path(const DevicePath& node) {
  return node.size() < sizeof node || (node.type == efi::device_path_type::end && !ends_instance(node));
}
inline const DevicePath* next(const DevicePath* node) {
  return reinterpret_cast<const DevicePath*>(reinterpret_cast<const u8*>(node) + node->size());
}
inline Bytes bytes_of(const DevicePath& node) { return {reinterpret_cast<const u8*>(&node), node.size()}; }

// A path without its end node, all instances. Empty for null.
Bytes body(const DevicePath* path);
// The same with the end node.
u64 bytes(const DevicePath* path);
// The first instance without the node that ends it.
Bytes first_instance(const DevicePath* path);
// The instance behind the first, or null.
const DevicePath* next_instance(const DevicePath* path);

// The path at the start of a buffer that someone else filled, its end node included. volume_corrupted: a node leaves
// the buffer or is shorter than its header, or there is no end node.
Result<Bytes> parse(Bytes buffer);

}  // namespace device_path
