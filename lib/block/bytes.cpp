// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/block/bytes.hpp"

namespace block {
namespace {

// The part of one block that a range begins or ends in.
struct Edge {
  u64 lba;
  u32 offset, bytes;
};

// Cuts [offset, offset + bytes) at the borders of blocks: an edge first, blocks, an edge last.
struct Cut {
  Edge head{}, tail{};
  u64 whole_lba = 0, whole_bytes = 0;
};

Cut cut(u32 block, u64 offset, u64 bytes) {
  Cut c;
  const u32 into_block = static_cast<u32>(offset % block);
  u64 lba = offset / block;
  if (into_block != 0) {
    const u64 room = block - into_block;
    c.head = {lba++, into_block, static_cast<u32>(bytes < room ? bytes : room)};
    bytes -= c.head.bytes;
  }
  c.whole_lba = lba;
  c.whole_bytes = bytes - bytes % block;
  c.tail = {lba + c.whole_bytes / block, 0, static_cast<u32>(bytes % block)};
  return c;
}

Result<> check(const Geometry& g, u64 offset, u64 bytes) {
  u64 end = 0, size = 0;
  if (!usable_block_bytes(g.block_bytes)) return Error::unsupported;
  if (__builtin_mul_overflow(g.blocks, u64{g.block_bytes}, &size)) size = ~0ull;
  return !__builtin_add_overflow(offset, bytes, &end) && end <= size ? Result<>() : Error::invalid_parameter;
}

Result<> read_edge(Device& device, const Edge& edge, u8* into) {
  if (edge.bytes == 0) return {};
  u8 block[most_block_bytes];
  TRY(device.read(edge.lba, {block, device.geometry().block_bytes}));
  __builtin_memcpy(into, block + edge.offset, edge.bytes);
  return {};
}

Result<> write_edge(Device& device, const Edge& edge, const u8* from) {
  if (edge.bytes == 0) return {};
  u8 block[most_block_bytes];
  const u32 block_bytes = device.geometry().block_bytes;
  TRY(device.read(edge.lba, {block, block_bytes}));
  __builtin_memcpy(block + edge.offset, from, edge.bytes);
  return device.write(edge.lba, {block, block_bytes});
}

}  // namespace

Result<> read_bytes(Device& device, u64 offset, std::span<u8> into) {
  const Geometry& g = device.geometry();
  TRY(check(g, offset, into.size()));
  const Cut c = cut(g.block_bytes, offset, into.size());
  TRY(read_edge(device, c.head, into.data()));
  if (c.whole_bytes) TRY(device.read(c.whole_lba, into.subspan(c.head.bytes, c.whole_bytes)));
  return read_edge(device, c.tail, into.data() + c.head.bytes + c.whole_bytes);
}

Result<> write_bytes(Device& device, u64 offset, std::span<const u8> from) {
  const Geometry& g = device.geometry();
  TRY(check(g, offset, from.size()));
  const Cut c = cut(g.block_bytes, offset, from.size());
  TRY(write_edge(device, c.head, from.data()));
  if (c.whole_bytes) TRY(device.write(c.whole_lba, from.subspan(c.head.bytes, c.whole_bytes)));
  return write_edge(device, c.tail, from.data() + c.head.bytes + c.whole_bytes);
}

}  // namespace block
