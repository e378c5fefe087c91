// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/block_io_device.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/file_system/file_protocol.hpp"
#include "lib/fat/volume.hpp"

namespace drivers {
namespace {

// BlockIo until the driver lets go of it.
class Medium : public BlockIoDevice {
 public:
  void cut_off() { gone_ = true; }
  Result<> read(u64 lba, std::span<u8> into) override { return gone_ ? Error::no_media : BlockIoDevice::read(lba, into); }
  Result<> write(u64 lba, std::span<const u8> from) override { return gone_ ? Error::no_media : BlockIoDevice::write(lba, from); }
  Result<> flush() override { return gone_ ? Error::no_media : BlockIoDevice::flush(); }

 private:
  bool gone_ = false;
};

class Mounted : public ServedVolume {
 public:
  virtual Result<> mount(efi::BlockIo* io) = 0;
  void free() override = 0;
  u32 media_id() const { return medium_.media_id(); }

 protected:
  ~Mounted() = default;
  void cut_off() override { medium_.cut_off(); }
  Medium medium_;
};

template <class Volume>
class MountedAs final : public Mounted {
 public:
  MountedAs() : volume_(file_system_surroundings) {}  // leaves the cache as it is
  file_system::Volume& volume() override { return volume_; }
  Result<> mount(efi::BlockIo* io) override {
    TRY(medium_.init(io));
    return volume_.mount(medium_);
  }
  void free() override { core::destroy(*this); }

 private:
  Volume volume_;
};

template <class Volume>
Result<Mounted*> mount_as(efi::BlockIo* io) {
  Mounted* made = TRY(core::make<MountedAs<Volume>>());
  const auto mounted = made->mount(io);
  if (mounted) return made;
  made->free();
  return mounted.error();
}

Result<Mounted*> mount(efi::BlockIo* io) { return mount_as<fat::Volume>(io); }

efi::BlockIo* block_io_of(const Controller& controller) {
  return static_cast<efi::BlockIo*>(core::interface_of(controller.handle, efi::BlockIo::guid));
}

// EFI_SIMPLE_FILE_SYSTEM_PROTOCOL on a medium [uefi §13.4].
class FileSystem final : public Managed, public efi::SimpleFileSystem {
 public:
  using Protocol = efi::SimpleFileSystem;

  Result<> begin() override {
    mounted_ = TRY(mount(block_io_of(controller())));
    static_cast<efi::SimpleFileSystem&>(*this) = {current_revision, core::thunk<&FileSystem::open_root>};
    efi::Handle handle = controller().handle;
    TRY(core::install_protocol(&handle, &guid, efi::InterfaceType::native, static_cast<efi::SimpleFileSystem*>(this)));
    installed_ = true;
    return {};
  }

  Result<> stop() override {
    if (installed_) TRY(core::uninstall_protocol(controller().handle, &guid, static_cast<efi::SimpleFileSystem*>(this)));
    installed_ = false;
    if (mounted_) mounted_->withdraw();
    mounted_ = nullptr;
    return {};
  }

  Result<> open_root(efi::File** root) {
    if (!root) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_callback);
    TRY(look_for_another_medium());
    *root = TRY(mounted_->open_root());
    return {};
  }

 private:
  // Handles on the old one go on saying media_changed.
  Result<> look_for_another_medium() {
    efi::BlockIo* io = block_io_of(controller());
    if (!io->media->media_present) return Error::no_media;
    if (io->media->media_id == mounted_->media_id()) return {};
    auto another = mount(io);
    if (!another) return another.error() == Error::unsupported ? Error::media_changed : another.error();
    mounted_->withdraw();
    mounted_ = *another;
    return {};
  }

  Mounted* mounted_ = nullptr;
  bool installed_ = false;
};

// The first sectors tell; whether the rest is in order, begin() says.
bool has_file_system(const Controller& controller) {
  BlockIoDevice medium;
  efi::BlockIo* io = block_io_of(controller);
  if (!io || !medium.init(io)) return false;
  alignas(16) u8 first[block::most_block_bytes];
  if (!medium.read(0, {first, medium.geometry().block_bytes})) return false;
  return fat::looks_like_fat(reinterpret_cast<const fat::BootSector&>(first));
}

}  // namespace

constinit const Driver file_system_driver = {u"FAT File System", &efi::DiskIo::guid, has_file_system, start_as<FileSystem>};

}  // namespace drivers
