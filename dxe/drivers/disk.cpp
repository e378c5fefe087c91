// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/disk.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {

using core::thunk, core::TplGuard;

Result<> Disk::publish(efi::Handle handle, block::Device& device) {
  if (!block::usable_block_bytes(device.geometry().block_bytes)) return Error::unsupported;
  static_cast<efi::BlockIo&>(*this) = {
      .revision = revision_3,
      .media = &media_,
      .reset = thunk<&Disk::reset_device>,
      .read_blocks = thunk<&Disk::read>,
      .write_blocks = thunk<&Disk::write>,
      .flush_blocks = thunk<&Disk::flush>,
  };
  device_ = &device;
  describe();
  TRY(core::install_protocol(&handle, &efi::BlockIo::guid, efi::InterfaceType::native, static_cast<efi::BlockIo*>(this)));
  handle_ = handle;
  return {};
}

Result<> Disk::withdraw() {
  if (!handle_) return {};
  TRY(core::uninstall_protocol(handle_, &efi::BlockIo::guid, static_cast<efi::BlockIo*>(this)));
  handle_ = nullptr;
  return {};
}

void Disk::describe() {
  const block::Geometry& g = device_->geometry();
  media_.removable_media = g.removable;
  media_.media_present = g.blocks != 0;
  media_.logical_partition = g.partition;
  media_.read_only = g.read_only;
  media_.write_caching = !g.read_only;
  media_.block_size = g.block_bytes;
  media_.last_block = g.blocks ? g.blocks - 1 : 0;
}

// A driver that sees another medium says so once; from then on the old identifier is wrong. Callers know no other errors
// than these [uefi §13.9 ReadBlocks].
Result<> Disk::note(Result<> done) {
  if (done || done.error() == Error::write_protected) return done;
  if (done.error() != Error::media_changed && done.error() != Error::no_media) return Error::device_error;
  const bool was_present = media_.media_present;
  describe();
  if (was_present || media_.media_present) ++media_.media_id;
  return done;
}

// What is wrong with the medium is said before what is wrong with the arguments, so that callers can ask for the one
// with the other [uefi §13.9 ReadBlocks].
Result<> Disk::look(u32 media_id) {
  if (media_.removable_media) (void)!note(device_->look());
  if (!media_.media_present) return Error::no_media;
  return media_id == media_.media_id ? Result<>() : Error::media_changed;
}

Result<> Disk::check(u32 media_id, efi::Lba lba, u64 bytes, const void* buffer) {
  const auto range = block::check_range(device_->geometry(), lba, bytes);
  const bool fine = buffer && bytes && range && media_id == media_.media_id && media_.media_present;
  if (fine) return {};
  TRY(look(media_id));
  if (!buffer) return Error::invalid_parameter;
  return range;
}

Result<> Disk::read(u32 media_id, efi::Lba lba, u64 bytes, void* buffer) {
  TplGuard guard(efi::tpl_notify);
  TRY(check(media_id, lba, bytes, buffer));
  return bytes ? note(device_->read(lba, {static_cast<u8*>(buffer), bytes})) : Result<>();
}

Result<> Disk::write(u32 media_id, efi::Lba lba, u64 bytes, const void* buffer) {
  TplGuard guard(efi::tpl_notify);
  TRY(check(media_id, lba, bytes, buffer));
  if (media_.read_only) return Error::write_protected;
  return bytes ? note(device_->write(lba, {static_cast<const u8*>(buffer), bytes})) : Result<>();
}

Result<> Disk::flush() {
  TplGuard guard(efi::tpl_notify);
  if (!media_.media_present) return Error::no_media;
  return media_.read_only ? Result<>() : note(device_->flush());
}

Result<> Disk::reset_device(efi::Boolean) {
  TplGuard guard(efi::tpl_notify);
  return device_->reset();
}

}  // namespace drivers
