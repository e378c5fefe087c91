// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/device_path_protocols.hpp"

#include <initializer_list>

#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "lib/device_path/path.hpp"
#include "lib/device_path/text.hpp"
#include "lib/efi/device_path_utilities.hpp"

// These protocols have no `self` and answer with a pool block or null, so they are not made with core::thunk.
namespace drivers {
namespace {

using namespace base;
using device_path::Bytes, device_path::bytes_of;
using efi::DevicePath;

DevicePath* joined(std::initializer_list<Bytes> parts) {
  u64 bytes = 0;
  for (Bytes part : parts) bytes += part.size();
  auto block = core::allocate_array<u8>(bytes);
  if (!block) return nullptr;
  u8* at = *block;
  for (Bytes part : parts) {
    __builtin_memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return reinterpret_cast<DevicePath*>(*block);
}

u64 EFIAPI size(const DevicePath* path) { return device_path::bytes(path); }

DevicePath* EFIAPI append_path(const DevicePath* first, const DevicePath* second) {
  return joined({device_path::body(first), device_path::body(second), bytes_of(efi::end_device_path)});
}

DevicePath* EFIAPI duplicate(const DevicePath* path) { return path ? append_path(path, nullptr) : nullptr; }

DevicePath* EFIAPI append_node(const DevicePath* path, const DevicePath* node) {
  return joined({device_path::body(path), node ? bytes_of(*node) : Bytes(), bytes_of(efi::end_device_path)});
}

DevicePath* EFIAPI append_instance(const DevicePath* path, const DevicePath* instance) {
  if (!instance) return nullptr;
  if (!path) return duplicate(instance);
  return joined(
      {device_path::body(path), bytes_of(efi::end_device_path_instance), device_path::body(instance), bytes_of(efi::end_device_path)});
}

DevicePath* EFIAPI take_instance(DevicePath** path, u64* bytes) {
  if (bytes) *bytes = 0;
  if (!path || !*path) return nullptr;
  const Bytes instance = device_path::first_instance(*path);
  DevicePath* copy = joined({instance, bytes_of(efi::end_device_path)});
  if (!copy) return nullptr;
  if (bytes) *bytes = instance.size() + sizeof(DevicePath);
  *path = const_cast<DevicePath*>(device_path::next_instance(*path));
  return copy;
}

efi::Boolean EFIAPI has_instances(const DevicePath* path) { return device_path::next_instance(path) != nullptr; }

DevicePath* EFIAPI create_node(u8 type, u8 subtype, u16 length) {
  if (length < sizeof(DevicePath)) return nullptr;
  auto block = core::allocate_array<u8>(length);
  if (!block) return nullptr;
  __builtin_memset(*block, 0, length);
  auto* node = reinterpret_cast<DevicePath*>(*block);
  *node = {type, subtype, {static_cast<u8>(length), static_cast<u8>(length >> 8)}};
  return node;
}

// Runs a conversion twice: to measure and to keep. Null when it refuses or memory is out.
template <class Unit, class Sink, class Convert>
Unit* converted(Convert convert, u64 extra) {
  Sink measure;
  if (!convert(measure)) return nullptr;
  auto block = core::allocate_array<Unit>(measure.length() + extra);
  if (!block) return nullptr;
  Sink keep{std::span(*block, measure.length())};
  (void)convert(keep);
  for (u64 i = 0; i < extra; ++i) (*block)[measure.length() + i] = 0;
  return *block;
}

template <class Convert>
char16_t* text_of(Convert convert) {
  return converted<char16_t, device_path::TextSink>(
      [&](device_path::TextSink& to) {
        convert(to);
        return true;
      },
      1);
}

char16_t* EFIAPI node_text(const DevicePath* node, efi::Boolean display_only, efi::Boolean allow_shortcuts) {
  if (!node) return nullptr;
  return text_of([&](device_path::TextSink& to) { device_path::node_to_text(*node, {display_only != 0, allow_shortcuts != 0}, to); });
}

char16_t* EFIAPI path_text(const DevicePath* path, efi::Boolean display_only, efi::Boolean allow_shortcuts) {
  if (!path) return nullptr;
  return text_of([&](device_path::TextSink& to) { device_path::path_to_text(path, {display_only != 0, allow_shortcuts != 0}, to); });
}

template <Result<> (*read)(std::u16string_view, device_path::ByteSink&)>
DevicePath* EFIAPI from_text(const char16_t* text) {
  if (!text) return nullptr;
  const std::u16string_view whole(text);
  return reinterpret_cast<DevicePath*>(
      converted<u8, device_path::ByteSink>([&](device_path::ByteSink& to) { return static_cast<bool>(read(whole, to)); }, 0));
}

constinit efi::DevicePathUtilities utilities = {size,          duplicate,     append_path, append_node, append_instance,
                                                take_instance, has_instances, create_node};
constinit efi::DevicePathToText to_text = {node_text, path_text};
constinit efi::DevicePathFromText out_of_text = {from_text<device_path::node_from_text>, from_text<device_path::path_from_text>};

}  // namespace

void install_device_path_protocols() {
  efi::Handle handle = nullptr;
  core::install(handle, utilities);
  core::install(handle, to_text);
  core::install(handle, out_of_text);
}

}  // namespace drivers
