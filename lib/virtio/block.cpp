// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/block.hpp"

#include <algorithm>

#include "lib/log/log.hpp"

namespace virtio {
namespace {

// [virtio §5.2.3, §5.2.4]
namespace feature_bit {
constexpr u64 size_max = 1 << 1, seg_max = 1 << 2, read_only = 1 << 5, block_size = 1 << 6, flush = 1 << 9;
}
namespace config {
constexpr u32 capacity = 0, size_max = 8, seg_max = 12, block_size = 20;
}
constexpr u32 sector_bytes = 512;  // what capacities and addresses are counted in, whatever a block is

struct Header {
  u32 type;
  u32 reserved;
  u64 sector;
};
static_assert(sizeof(Header) == 16);
constexpr u64 status_offset = sizeof(Header);
constexpr u8 status_ok = 0, status_none = 0xff;

}  // namespace

Result<> Block::start(const pci::Device& device, const mem::PageSource& pages, Patiences patience) {
  device_ = &device;
  pages_ = &pages;
  patience_ = patience;
  TRY(control_.allocate(pages, 1));
  return set_up();
}

Result<> Block::set_up() {
  namespace bit = feature_bit;
  TRY(transport_.open(*device_, patience_.set_up));
  const u64 features = TRY(transport_.negotiate(bit::size_max | bit::seg_max | bit::read_only | bit::block_size | bit::flush));
  queue_.release();
  TRY(transport_.add_queue(0, queue_, *pages_));
  TRY(read_limits(features));
  TRY(transport_.start());
  dead_ = false;
  return {};
}

Result<> Block::read_limits(u64 features) {
  constexpr u16 framing = 2;  // descriptors of header and status
  if (queue_.most_pieces() <= framing) return Error::unsupported;
  u32 segments = queue_.most_pieces() - framing, bytes = most_bytes, block = sector_bytes;
  if (features & feature_bit::seg_max) segments = std::min(segments, std::max(1u, TRY(transport_.read_config<u32>(config::seg_max))));
  if (features & feature_bit::size_max) bytes = std::min(bytes, TRY(transport_.read_config<u32>(config::size_max)));
  if (features & feature_bit::block_size) block = TRY(transport_.read_config<u32>(config::block_size));
  const u64 most = std::min<u64>(most_bytes, u64{segments} * bytes) & ~(page_bytes - 1);
  if (most == 0 || !block::usable_block_bytes(block)) {
    log::warning("virtio-blk: blocks of ", block, " bytes in pieces of ", bytes, ": not for us");
    return Error::unsupported;
  }
  piece_bytes_ = bytes;
  window_.init(*pages_, Gpa(1ull << 52), 1, most);
  geometry_ = {.block_bytes = block,
               .blocks = TRY(transport_.read_config_wide(config::capacity)) / (block / sector_bytes),
               .read_only = (features & feature_bit::read_only) != 0};
  flushes_ = (features & feature_bit::flush) != 0;
  return {};
}

void Block::quiet() {
  dead_ = true;
  if (auto done = transport_.reset(); !done) log::error("virtio-blk does not stop: ", done.error());
}

void Block::stop() {
  quiet();
  queue_.release();
  window_.release();
  control_.release();
}

Result<u16> Block::submit(Type type, u64 lba, const mem::DmaWindow::Piece& data) {
  const Header header{static_cast<u32>(type), 0, lba * (geometry_.block_bytes / sector_bytes)};
  control_.copy_in(0, {reinterpret_cast<const u8*>(&header), sizeof header});
  control_.write<u8>(status_offset, status_none);
  Queue::Piece chain[Queue::max_size];
  u16 count = 0;
  chain[count++] = {control_.address(), sizeof header, false};
  for (u64 at = 0; at < data.bytes; at += piece_bytes_)
    chain[count++] = {data.address + at, static_cast<u32>(std::min(piece_bytes_, data.bytes - at)), type == Type::in};
  chain[count++] = {control_.address(status_offset), 1, true};
  return queue_.submit({chain, count});
}

Result<> Block::request(Type type, u64 lba, const mem::DmaWindow::Piece& data) {
  if (dead_) return Error::device_error;
  (void)TRY(submit(type, lba, data));
  transport_.notify(queue_);
  if (auto done = queue_.wait(patience_.request); !done) {
    log::error("virtio-blk: no answer to a request (", done.error(), "), the device is reset");
    (void)!reset();
    return Error::device_error;
  }
  const u8 status = control_.read<u8>(status_offset);
  if (status == status_ok) return {};
  log::warning("virtio-blk: request ", static_cast<u32>(type), " at block ", lba, " failed with status ", status);
  return Error::device_error;
}

// A device that comes back as another one is not used: whoever reads from it knows the old one.
Result<> Block::reset() {
  const block::Geometry before = geometry_;
  dead_ = true;
  auto done = set_up();
  if (done && geometry_ != before) done = Error::media_changed;
  if (done) return {};
  geometry_ = before;
  log::error("virtio-blk: it does not come back: ", done.error());
  quiet();
  return Error::device_error;
}

Result<> Block::read(u64 lba, std::span<u8> into) {
  TRY(block::check_range(geometry_, lba, into.size()));
  while (!into.empty()) {
    const auto piece = TRY(window_.expect(into, geometry_.block_bytes));
    TRY(request(Type::in, lba, piece));
    window_.collect(piece, into);
    into = into.subspan(piece.bytes);
    lba += piece.bytes / geometry_.block_bytes;
  }
  return {};
}

Result<> Block::write(u64 lba, std::span<const u8> from) {
  TRY(block::check_range(geometry_, lba, from.size()));
  if (geometry_.read_only) return Error::write_protected;
  while (!from.empty()) {
    const auto piece = TRY(window_.offer(from, geometry_.block_bytes));
    TRY(request(Type::out, lba, piece));
    from = from.subspan(piece.bytes);
    lba += piece.bytes / geometry_.block_bytes;
  }
  return {};
}

Result<> Block::flush() { return flushes_ ? request(Type::flush, 0, {}) : Result<>(); }

}  // namespace virtio
