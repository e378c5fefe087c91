// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

// What payloads that check a driver have in common: PASS and FAIL lines, handles, and controllers that are taken and given back.
#include "serial.hpp"

extern const char* const check_group;  // of the payload
inline BootServices* bs;
inline PathToText* to_text;

constexpr Guid guid_pci_io{0x4cf5b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a}};

inline void check(const char* name, bool holds, int line = __builtin_LINE()) {
  put(holds ? "PASS " : "FAIL ");
  put(check_group);
  put(name);
  if (!holds) {
    put(": line ");
    put_number(static_cast<u64>(line));
  }
  put("\r\n");
}

// The compiler calls these for copies of structures.
extern "C" [[gnu::used]] inline void* memset(void* to, int value, usize size) {
  for (usize i = 0; i < size; i++) static_cast<volatile u8*>(to)[i] = static_cast<u8>(value);
  return to;
}
extern "C" [[gnu::used]] inline void* memcpy(void* to, const void* from, usize size) {
  for (usize i = 0; i < size; i++) static_cast<volatile u8*>(to)[i] = static_cast<const u8*>(from)[i];
  return to;
}

inline void put_path(Handle handle) {
  DevicePath* path = nullptr;
  if (bs->handle_protocol(handle, &guid_device_path, &path)) return put("no-path");
  Char* text = to_text->path(path, 0, 1);
  for (Char* c = text; *c; c++) put_byte(static_cast<char>(*c));
  bs->free_pool(text);
}

inline usize handles_with(const Guid& protocol, Handle*& list) {
  usize count = 0;
  list = nullptr;
  return bs->locate_handle_buffer(by_protocol, &protocol, nullptr, &count, &list) ? 0 : count;
}

inline void connect_all() {
  Handle* list = nullptr;
  const usize count = handles_with(guid_pci_io, list);
  for (usize i = 0; i < count; i++) bs->connect(list[i], nullptr, nullptr, 1);
}

// Drivers are taken off all controllers and put back; `protocol` is what they make.
inline void disconnect_all(const Guid& protocol) {
  Handle *list = nullptr, *made = nullptr;
  const usize count = handles_with(guid_pci_io, list), before = handles_with(protocol, made);
  bool quiet = true;
  for (usize i = 0; i < count; i++) quiet &= bs->disconnect(list[i], nullptr, nullptr) == success;
  check("disconnect", quiet);
  check("disconnected", before > 0 && handles_with(protocol, made) == 0);
  bool free = true;
  for (usize i = 0; i < count; i++) {
    void* pci = nullptr;
    OpenInformation* users = nullptr;
    usize user_count = 0;
    free &= bs->open(list[i], &guid_pci_io, &pci, list[0], list[i], open_by_driver) == success;
    free &= bs->close(list[i], &guid_pci_io, list[0], list[i]) == success;
    free &= bs->open_information(list[i], &guid_pci_io, &users, &user_count) == success && user_count == 0;
  }
  check("pci_io_is_free", free);
  connect_all();
  check("reconnect", handles_with(protocol, made) == before);
}
