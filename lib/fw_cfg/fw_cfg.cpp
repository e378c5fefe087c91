// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fw_cfg/fw_cfg.hpp"

#include "lib/base/endian.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"

namespace fw_cfg {
namespace {

constexpr u16 selector_port = 0x510;
constexpr u16 data_port = 0x511;
constexpr u16 dma_port = 0x514;

struct DmaAccess {
  Be<u32> control;
  Be<u32> length;
  Be<u64> address;
};
static_assert(sizeof(DmaAccess) == 16);
constexpr u32 dma_read = 2, dma_skip = 4, dma_select = 8, dma_write = 16;

struct DirectoryEntry {
  Be<u32> size;
  Be<u16> select;
  u16 reserved = 0;
  char name[56] = {};
};
static_assert(sizeof(DirectoryEntry) == 64);

constexpr unsigned max_files = 128;

struct State {
  bool dma = false;
  unsigned count = 0;
  std::span<u8> bounce;  // shared with the host; the access structure lies at its start
  alignas(16) DmaAccess access;
  DirectoryEntry directory[max_files] = {};
};
constinit State state = {};

// The access structure, where the device can see it.
DmaAccess& access_structure() { return state.bounce.empty() ? state.access : *reinterpret_cast<DmaAccess*>(state.bounce.data()); }

// The device works at once: control is zero when the OUT returns, or the transfer has failed.
bool transfer(u32 control, u64 address, u32 length) {
  DmaAccess& access = access_structure();
  access.control = control;
  access.length = length;
  access.address = address;
  const u64 where = reinterpret_cast<u64>(&access);
  asm volatile("" : : : "memory");
  cc::out32(dma_port, swap_be(static_cast<u32>(where >> 32)));
  cc::out32(dma_port + 4, swap_be(static_cast<u32>(where)));
  asm volatile("" : : : "memory");
  return access.control == 0;
}

// What of the bounce buffer is for data; empty: devices reach our buffers themselves.
std::span<u8> window() { return state.bounce.empty() ? state.bounce : state.bounce.subspan(sizeof(DmaAccess)); }

// Reads on from where the item stands; `first` selects it.
bool read_on(u32 first, std::span<u8> into) {
  const std::span<u8> through = window();
  if (through.empty()) return transfer(first | dma_read, reinterpret_cast<u64>(into.data()), static_cast<u32>(into.size()));
  while (!into.empty()) {
    const u64 part = into.size() < through.size() ? into.size() : through.size();
    if (!transfer(first | dma_read, reinterpret_cast<u64>(through.data()), static_cast<u32>(part))) return false;
    __builtin_memcpy(into.data(), through.data(), part);
    into = into.subspan(part);
    first = 0;
  }
  return true;
}

bool write_on(std::span<const u8> bytes) {
  const std::span<u8> through = window();
  if (through.empty()) return transfer(dma_write, reinterpret_cast<u64>(bytes.data()), static_cast<u32>(bytes.size()));
  if (bytes.size() > through.size()) return false;
  __builtin_memcpy(through.data(), bytes.data(), bytes.size());
  return transfer(dma_write, reinterpret_cast<u64>(through.data()), static_cast<u32>(bytes.size()));
}

u32 select(Key key) { return static_cast<u32>(key) << 16 | dma_select; }

std::string_view name_of(const DirectoryEntry& e) {
  usize length = 0;
  while (length < sizeof e.name && e.name[length]) ++length;
  return {e.name, length};
}

}  // namespace

Result<> init(std::span<u8> bounce) {
  state.dma = false;
  state.count = 0;
  u8 signature[4];
  read(Key::signature, signature);
  if (__builtin_memcmp(signature, "QEMU", 4) != 0) return Error::not_found;
  const bool offers_dma = (read_u32(Key::id) & 2) != 0;
  state.dma = offers_dma && (!cc::devices_need_shared_memory() || !bounce.empty());
  state.bounce = cc::devices_need_shared_memory() ? bounce : std::span<u8>();

  Be<u32> count;
  read(Key::file_directory, {reinterpret_cast<u8*>(&count), sizeof count});
  unsigned wanted = count;
  if (wanted > max_files) {
    log::warning("fw_cfg: the directory claims ", wanted, " files, using ", max_files);
    wanted = max_files;
  }
  read_at(Key::file_directory, sizeof count, {reinterpret_cast<u8*>(state.directory), wanted * sizeof(DirectoryEntry)});
  state.count = wanted;
  return {};
}

void read(Key key, std::span<u8> into) { read_at(key, 0, into); }

void read_at(Key key, u32 offset, std::span<u8> into) {
  if (into.empty()) return;
  if (state.dma) {
    const bool ok = offset == 0 ? read_on(select(key), into) : transfer(select(key) | dma_skip, 0, offset) && read_on(0, into);
    if (ok) return;
    log::warning("fw_cfg: a transfer of ", into.size(), " bytes failed");
    __builtin_memset(into.data(), 0, into.size());
    return;
  }
  cc::out16(selector_port, static_cast<u16>(key));
  while (offset--) cc::in8(data_port);
  cc::in_bytes(data_port, into);
}

u16 read_u16(Key key) {
  u8 raw[2];
  read(key, raw);
  return load_le<u16>(raw);
}
u32 read_u32(Key key) {
  u8 raw[4];
  read(key, raw);
  return load_le<u32>(raw);
}

Result<File> find(std::string_view name) {
  for (unsigned i = 0; i < state.count; ++i)
    if (name_of(state.directory[i]) == name) return file(i).file;
  return Error::not_found;
}

Result<> write(const File& file, u32 offset, std::span<const u8> bytes) {
  if (!state.dma) return Error::unsupported;
  if (offset > file.size || bytes.size() > file.size - offset) return Error::invalid_parameter;
  if (!transfer(select(file.key) | dma_skip, 0, offset)) return Error::device_error;
  if (!write_on(bytes)) return Error::device_error;
  return {};
}

unsigned file_count() { return state.count; }
Entry file(unsigned index) {
  const DirectoryEntry& e = state.directory[index];
  return {{static_cast<Key>(static_cast<u16>(e.select)), e.size}, name_of(e)};
}

}  // namespace fw_cfg
