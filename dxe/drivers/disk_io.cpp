// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/block_io_device.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "lib/block/bytes.hpp"
#include "lib/efi/status_of.hpp"

namespace drivers {
namespace {

// EFI_DISK_IO_PROTOCOL on every BlockIo [uefi §13.7].
class DiskIo final : public Managed, public efi::DiskIo {
 public:
  using Protocol = efi::DiskIo;

  Result<> begin() override {
    static_cast<efi::DiskIo&>(*this) = {current_revision, core::thunk<&DiskIo::read>, core::thunk<&DiskIo::write>};
    efi::Handle handle = controller().handle;
    TRY(core::install_protocol(&handle, &efi::DiskIo::guid, efi::InterfaceType::native, static_cast<efi::DiskIo*>(this)));
    installed_ = true;
    return {};
  }

  Result<> stop() override {
    if (!installed_) return {};
    return core::uninstall_protocol(controller().handle, &efi::DiskIo::guid, static_cast<efi::DiskIo*>(this));
  }

  Result<> read(u32 media_id, u64 offset, u64 bytes, void* buffer) {
    core::TplGuard guard(efi::tpl_notify);
    BlockIoDevice device;
    TRY(open(device, media_id, bytes, buffer));
    return block::read_bytes(device, offset, {static_cast<u8*>(buffer), bytes});
  }

  Result<> write(u32 media_id, u64 offset, u64 bytes, const void* buffer) {
    core::TplGuard guard(efi::tpl_notify);
    BlockIoDevice device;
    TRY(open(device, media_id, bytes, buffer));
    if (device.geometry().read_only) return Error::write_protected;
    return block::write_bytes(device, offset, {static_cast<const u8*>(buffer), bytes});
  }

 private:
  Result<> open(BlockIoDevice& device, u32 media_id, u64 bytes, const void* buffer) {
    auto* io = static_cast<efi::BlockIo*>(controller().interface);
    // What is wrong with the medium is the device's to say, and comes first.
    if (!io->media->media_present || io->media->media_id != media_id)
      TRY(efi::result_of(io->read_blocks(io, media_id, 0, 0, nullptr)));
    TRY(device.init(io));
    if (device.media_id() != media_id) return Error::media_changed;
    return buffer || bytes == 0 ? Result<>() : Error::invalid_parameter;
  }

  bool installed_ = false;
};

}  // namespace

constinit const Driver disk_io_driver = {u"Disk I/O", &efi::BlockIo::guid, [](const Controller&) { return true; }, start_as<DiskIo>};

}  // namespace drivers
