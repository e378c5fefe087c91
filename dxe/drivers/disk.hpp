// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"
#include "lib/efi/block_io.hpp"

namespace drivers {

using namespace base;

// EFI_BLOCK_IO_PROTOCOL of a block::Device [uefi §13.9]: what a disk driver publishes.
class Disk : public efi::BlockIo {
 public:
  using Protocol = efi::BlockIo;

  // Both must live until withdraw(), which fails while somebody holds on to the protocol. Withdrawing what was not
  // published does nothing.
  Result<> publish(efi::Handle handle, block::Device& device);
  Result<> withdraw();

  Result<> reset_device(efi::Boolean extended);
  Result<> read(u32 media_id, efi::Lba lba, u64 bytes, void* buffer);
  Result<> write(u32 media_id, efi::Lba lba, u64 bytes, const void* buffer);
  Result<> flush();

 private:
  Result<> check(u32 media_id, efi::Lba lba, u64 bytes, const void* buffer);
  Result<> look(u32 media_id);
  Result<> note(Result<> done);
  void describe();

  efi::BlockIoMedia media_;
  block::Device* device_;
  efi::Handle handle_;
};

}  // namespace drivers
