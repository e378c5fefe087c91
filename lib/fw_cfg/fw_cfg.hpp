// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"

// QEMU's firmware configuration device [qemu docs/specs/fw_cfg]. All of it is host input: sizes are bounded
// by the caller's buffer and contents are copied once.
namespace fw_cfg {

using namespace base;

// Well-known selectors [qemu include/standard-headers/linux/qemu_fw_cfg.h].
enum class Key : u16 {
  signature = 0x00,
  id = 0x01,
  cpu_count = 0x05,
  kernel_size = 0x08,
  initrd_size = 0x0b,
  boot_menu = 0x0e,
  max_cpus = 0x0f,
  kernel_data = 0x11,
  initrd_data = 0x12,
  cmdline_size = 0x14,
  cmdline_data = 0x15,
  setup_size = 0x17,
  setup_data = 0x18,
  file_directory = 0x19,
};

struct File {
  Key key{};
  u32 size = 0;
};

// Checks signature and interface, reads the file directory. not_found: no device. Where devices reach only shared
// memory, DMA goes through `bounce`, pages shared with the host; without it, bytes come one exit for two thousand.
Result<> init(std::span<u8> bounce = {});

// Reads an item from its start; bytes past its end read as zero, as the device has it.
void read(Key key, std::span<u8> into);
// Reads from an offset of an item.
void read_at(Key key, u32 offset, std::span<u8> into);
u16 read_u16(Key key);
u32 read_u32(Key key);

Result<File> find(std::string_view name);
// Overwrites part of a writable file (the table loader's WRITE_POINTER). unsupported: no DMA interface.
Result<> write(const File& file, u32 offset, std::span<const u8> bytes);

// The directory as it was read, for whoever must walk it (genroms/, vgaroms/).
struct Entry {
  File file;
  std::string_view name;
};
unsigned file_count();
Entry file(unsigned index);

}  // namespace fw_cfg
