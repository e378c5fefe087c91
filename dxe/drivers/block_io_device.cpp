// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/block_io_device.hpp"

#include "dxe/core/memory.hpp"
#include "lib/efi/status_of.hpp"

namespace drivers {
namespace {

constexpr u64 bounce_pages = 16;

struct Bounce {
  u8* at = nullptr;
  ~Bounce() {
    if (at) (void)!core::free_pages(Gpa(reinterpret_cast<u64>(at)), bounce_pages);
  }
  Result<> allocate() {
    at = reinterpret_cast<u8*>(
        TRY(core::allocate_pages(efi::AllocateType::any_pages, efi::MemoryType::boot_services_data, bounce_pages, Gpa(0))).raw());
    return {};
  }
};

}  // namespace

Result<> BlockIoDevice::init(efi::BlockIo* io) {
  const efi::BlockIoMedia media = *io->media;
  if (!media.media_present || media.last_block == ~0ull) return Error::no_media;
  if (!block::usable_block_bytes(media.block_size) || media.io_align > page_bytes) return Error::unsupported;
  io_ = io;
  media_id_ = media.media_id;
  alignment_ = media.io_align > 1 ? media.io_align : 1;
  geometry_ = {media.block_size, media.last_block + 1, media.read_only != 0, media.removable_media != 0, media.logical_partition != 0};
  return {};
}

Result<> BlockIoDevice::read(u64 lba, std::span<u8> into) {
  if (aligned(into.data())) return efi::result_of(io_->read_blocks(io_, media_id_, lba, into.size(), into.data()));
  Bounce bounce;
  TRY(bounce.allocate());
  while (!into.empty()) {
    const u64 bytes = into.size() < bounce_pages * page_bytes ? into.size() : bounce_pages * page_bytes;
    TRY(efi::result_of(io_->read_blocks(io_, media_id_, lba, bytes, bounce.at)));
    __builtin_memcpy(into.data(), bounce.at, bytes);
    into = into.subspan(bytes);
    lba += bytes / geometry_.block_bytes;
  }
  return {};
}

Result<> BlockIoDevice::write(u64 lba, std::span<const u8> from) {
  if (aligned(from.data())) return efi::result_of(io_->write_blocks(io_, media_id_, lba, from.size(), from.data()));
  Bounce bounce;
  TRY(bounce.allocate());
  while (!from.empty()) {
    const u64 bytes = from.size() < bounce_pages * page_bytes ? from.size() : bounce_pages * page_bytes;
    __builtin_memcpy(bounce.at, from.data(), bytes);
    TRY(efi::result_of(io_->write_blocks(io_, media_id_, lba, bytes, bounce.at)));
    from = from.subspan(bytes);
    lba += bytes / geometry_.block_bytes;
  }
  return {};
}

Result<> BlockIoDevice::flush() { return efi::result_of(io_->flush_blocks(io_)); }

}  // namespace drivers
