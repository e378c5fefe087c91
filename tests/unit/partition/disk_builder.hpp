// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <vector>

#include "lib/base/crc32.hpp"
#include "lib/base/endian.hpp"
#include "lib/base/guid.hpp"
#include "tests/fakes/memory_disk.hpp"

// Disks with partition tables, made from the specification apart from the code that reads them [uefi §5.2, §5.3].
namespace partition_test {

using namespace base;

struct Disk {
  Disk(u32 block, u64 blocks) : block_bytes(block), bytes(block * blocks) {}
  u8* at(u64 lba) { return bytes.data() + lba * block_bytes; }
  template <class T>
  void put(u64 offset, T value) {
    store_le(bytes.data() + offset, value);
  }
  u64 last() const { return bytes.size() / block_bytes - 1; }
  fakes::MemoryDisk device() const { return {block_bytes, bytes}; }

  void mbr_record(u64 lba, unsigned index, u8 type, u32 start, u32 blocks) {
    const u64 record = lba * block_bytes + 446 + 16 * index;
    bytes[record + 4] = type;
    put<u32>(record + 8, start);
    put<u32>(record + 12, blocks);
    put<u16>(lba * block_bytes + 510, 0xaa55);
  }

  u32 block_bytes;
  std::vector<u8> bytes;
};

struct GptEntry {
  Guid type, unique;
  u64 first, last, attributes = 0;
};
inline constexpr Guid linux_guid = "0fc63daf-8483-4772-8e79-3d69d8477de4"_guid;
inline constexpr Guid esp_guid = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"_guid;
inline constexpr Guid disk_guid = "11111111-2222-3333-4444-555555555555"_guid;
constexpr Guid numbered(u8 n) { return {n, 0, 0, {0, 0, 0, 0, 0, 0, 0, n}}; }

// A GPT disk of 1 MiB or so; reseal() after changes.
struct Gpt : Disk {
  explicit Gpt(u32 block = 512, u64 blocks = 2048, u32 entry_count = 128, u32 entry_size = 128)
      : Disk(block, blocks), entries(entry_count), entry_bytes(entry_size) {
    array_blocks = (u64{entries} * entry_bytes + block - 1) / block;
    mbr_record(0, 0, 0xee, 1, static_cast<u32>(last()));
    header(1, last(), 2);
    header(last(), 1, last() - array_blocks);
  }
  u64 first_usable() const { return 2 + array_blocks; }
  u64 last_usable() const { return last() - array_blocks - 1; }
  void header(u64 lba, u64 other, u64 array) {
    const u64 h = lba * block_bytes;
    std::memcpy(at(lba), "EFI PART", 8);
    put<u32>(h + 8, 0x10000);
    put<u32>(h + 12, 92);
    put<u64>(h + 24, lba);
    put<u64>(h + 32, other);
    put<u64>(h + 40, first_usable());
    put<u64>(h + 48, last_usable());
    put(h + 56, disk_guid);
    put<u64>(h + 72, array);
    put<u32>(h + 80, entries);
    put<u32>(h + 84, entry_bytes);
  }
  void entry(unsigned index, const GptEntry& e) {
    for (u64 array : {u64{2}, last() - array_blocks}) {
      const u64 o = array * block_bytes + u64{index} * entry_bytes;
      put(o, e.type);
      put(o + 16, e.unique);
      put(o + 32, e.first);
      put(o + 40, e.last);
      put(o + 48, e.attributes);
    }
  }
  Gpt& reseal() {
    for (u64 lba : {u64{1}, last()}) reseal(lba);
    return *this;
  }
  void reseal(u64 lba) {
    const u64 h = lba * block_bytes;
    const u64 array = load_le<u64>(bytes.data() + h + 72) * block_bytes;
    const u64 size = u64{entries} * entry_bytes;
    if (array + size <= bytes.size()) put<u32>(h + 88, crc32(bytes.data() + array, size));
    put<u32>(h + 16, 0);
    put<u32>(h + 16, crc32(bytes.data() + h, load_le<u32>(bytes.data() + h + 12)));
  }

  u32 entries, entry_bytes;
  u64 array_blocks;
};

}  // namespace partition_test
