// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/partition/table.hpp"

namespace partition {

void Table::add(const block::Geometry& disk, const Partition& p) {
  const char* why = nullptr;
  if (p.blocks == 0 || p.first >= disk.blocks || p.blocks > disk.blocks - p.first) why = "leaves the disk";
  for (unsigned i = 0; i < count && !why; ++i)
    if (p.first < partitions[i].first + partitions[i].blocks && partitions[i].first < p.first + p.blocks) why = "overlaps another one";
  if (count == most) why = "is one too many";
  if (why) return say("partition ", p.number, " ", why, " and is left out");
  partitions[count++] = p;
}

Result<> read_table(block::Device& disk, Table& table) {
  constexpr u32 cd_block_bytes = 2048;
  table.scheme = Scheme::none;
  table.count = 0;
  u8 first[block::most_block_bytes];
  const block::Geometry& g = disk.geometry();
  if (!block::usable_block_bytes(g.block_bytes) || g.blocks == 0) return {};
  const std::span<u8> first_block(first, g.block_bytes);
  TRY(disk.read(0, first_block));
  // A CD that can be a hard disk as well has a GPT for blocks of 512 bytes, which is none here.
  if (g.block_bytes == cd_block_bytes && TRY(read_el_torito(disk, table))) return {};
  if (is_protective(first_block) && read_gpt(disk, table)) return {};
  (void)TRY(read_mbr(disk, first_block, table));
  return {};
}

}  // namespace partition
