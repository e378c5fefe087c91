// SPDX-License-Identifier: BSD-2-Clause-Patent
// A disk of what the fuzzer says: partitions that are found lie on it, and, but for boot images, apart from each other.
// Checksums are put right first, half of the time, so that what is behind them is reached.
#include <algorithm>
#include <memory>

#include "lib/partition/table.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/partition/disk_builder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const base::u8* data, base::usize size) {
  using namespace partition_test;
  if (size < 2) return 0;
  const u32 block = 512u << data[0] % 4;
  const u64 blocks = 40 * 2048 / block + data[1] % 8;
  Disk disk(block, blocks);
  // Pieces: where, how long, what.
  for (usize at = 2; at + 3 < size;) {
    const u64 to = load_le<u16>(data + at) * 8ull % disk.bytes.size();
    const usize length = std::min<usize>({data[at + 2], size - at - 3, disk.bytes.size() - to});
    std::memcpy(disk.bytes.data() + to, data + at + 3, length);
    at += 3 + length;
  }
  if (data[1] & 8) {
    for (u64 lba : {u64{1}, disk.last()}) {
      const u64 h = lba * block;
      const u64 array = load_le<u64>(disk.bytes.data() + h + 72);
      const u64 bytes = u64{load_le<u32>(disk.bytes.data() + h + 80)} * load_le<u32>(disk.bytes.data() + h + 84);
      std::memcpy(disk.bytes.data() + h, "EFI PART", 8);
      if (array <= disk.last() && bytes <= disk.bytes.size() - array * block) disk.put<u32>(h + 88, crc32(disk.at(array), bytes));
      disk.put<u32>(h + 16, 0);
      disk.put<u32>(h + 16, crc32(disk.at(lba), std::min<u32>(load_le<u32>(disk.bytes.data() + h + 12), block)));
    }
  }
  auto table = std::make_unique<partition::Table>();
  auto device = disk.device();
  if (!partition::read_table(device, *table)) std::abort();
  if (table->count > partition::Table::most || (table->count && table->scheme == partition::Scheme::none)) std::abort();
  for (unsigned i = 0; i < table->count; ++i) {
    const auto& p = table->partitions[i];
    if (p.blocks == 0 || p.first >= blocks || p.blocks > blocks - p.first) std::abort();
    for (unsigned j = 0; j < i && table->scheme != partition::Scheme::el_torito; ++j) {
      const auto& q = table->partitions[j];
      if (p.first < q.first + q.blocks && q.first < p.first + p.blocks) std::abort();
    }
  }
  fakes::take_log();
  return 0;
}
