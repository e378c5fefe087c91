// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/device_path/path.hpp"

namespace device_path {
namespace {

Bytes between(const DevicePath* from, const DevicePath* to) {
  return {reinterpret_cast<const u8*>(from), static_cast<usize>(reinterpret_cast<const u8*>(to) - reinterpret_cast<const u8*>(from))};
}

}  // namespace

Bytes body(const DevicePath* path) {
  if (!path) return {};
  const DevicePath* node = path;
  while (!ends_path(*node)) node = next(node);
  return between(path, node);
}

u64 bytes(const DevicePath* path) { return path ? body(path).size() + sizeof(DevicePath) : 0; }

Bytes first_instance(const DevicePath* path) {
  if (!path) return {};
  const DevicePath* node = path;
  while (!ends_path(*node) && !ends_instance(*node)) node = next(node);
  return between(path, node);
}

const DevicePath* next_instance(const DevicePath* path) {
  if (!path) return nullptr;
  const DevicePath* node = path;
  while (!ends_path(*node)) {
    const bool found = ends_instance(*node);
    node = next(node);
    if (found) return node;
  }
  return nullptr;
}

Result<Bytes> parse(Bytes buffer) {
  for (usize at = 0; buffer.size() - at >= sizeof(DevicePath);) {
    DevicePath node;
    __builtin_memcpy(&node, &buffer[at], sizeof node);
    if (node.size() < sizeof node || node.size() > buffer.size() - at) return Error::volume_corrupted;
    at += node.size();
    if (ends_path(node)) return node.size() == sizeof node ? Result<Bytes>(buffer.first(at)) : Error::volume_corrupted;
  }
  return Error::volume_corrupted;
}

}  // namespace device_path
