// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/nvme/namespace.hpp"

namespace nvme {

Result<> Namespace::open(Controller& controller, u32 id) {
  u8 about[page_bytes];
  TRY(controller.identify(identify::of_namespace, id, about));
  u64 blocks;
  u32 format;
  __builtin_memcpy(&blocks, about + identify::size, sizeof blocks);
  const u8 in_use = about[identify::format_in_use];
  const u8 index = about[identify::last_format] < 16 ? in_use & 0xf : (in_use & 0xf) | (in_use >> 1 & 0x30);
  if (index > about[identify::last_format]) return Error::unsupported;
  __builtin_memcpy(&format, about + identify::formats + 4 * index, sizeof format);
  __builtin_memcpy(&eui64_, about + identify::eui64, sizeof eui64_);
  const u64 shift = identify::format_block_shift::get(format);
  if (shift > 31 || !block::usable_block_bytes(1ull << shift) || identify::format_metadata_bytes::get(format) != 0) return Error::unsupported;
  if (blocks == 0 || blocks > ~0ull >> shift) return Error::no_media;
  controller_ = &controller;
  id_ = id;
  shift_ = static_cast<u8>(shift);
  geometry_ = {.block_bytes = 1u << shift, .blocks = blocks, .read_only = (about[identify::attributes] & identify::write_protected) != 0};
  return {};
}

Result<> Namespace::read(u64 lba, std::span<u8> into) {
  TRY(block::check_range(geometry_, lba, into.size()));
  return controller_->read(id_, shift_, lba, into);
}

Result<> Namespace::write(u64 lba, std::span<const u8> from) {
  TRY(block::check_range(geometry_, lba, from.size()));
  if (geometry_.read_only) return Error::write_protected;
  return controller_->write(id_, shift_, lba, from);
}

}  // namespace nvme
