// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/block_io_device.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/file_system/file_protocol.hpp"
#include "lib/block/bytes.hpp"
#include "lib/fat/volume.hpp"
#include "lib/iso9660/volume.hpp"

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

enum class Kind : u8 { none, fat, iso9660 };

// By the first bytes of each; whether the rest is in order, mounting says.
Result<Kind> kind_of(block::Device& medium) {
  fat::BootSector boot;
  TRY(block::read_bytes(medium, 0, {reinterpret_cast<u8*>(&boot), sizeof boot}));
  if (fat::looks_like_fat(boot)) return Kind::fat;
  // A partition of a hybrid image is not looked into: what is to be booted from it is in its EFI system partition.
  if (medium.geometry().partition) return Kind::none;
  constexpr u64 at = u64{iso9660::first_descriptor} * iso9660::sector_bytes + offsetof(iso9660::VolumeDescriptor, identifier);
  char identifier[sizeof iso9660::identifier];
  if (!block::read_bytes(medium, at, {reinterpret_cast<u8*>(identifier), sizeof identifier})) return Kind::none;
  return __builtin_memcmp(identifier, iso9660::identifier, sizeof identifier) == 0 ? Kind::iso9660 : Kind::none;
}

Result<Mounted*> mount(efi::BlockIo* io) {
  BlockIoDevice medium;
  TRY(medium.init(io));
  switch (TRY(kind_of(medium))) {
    case Kind::fat: return mount_as<fat::Volume>(io);
    case Kind::iso9660: return mount_as<iso9660::Volume>(io);
    case Kind::none: return Error::unsupported;
  }
  __builtin_unreachable();
}

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

bool has_file_system(const Controller& controller) {
  BlockIoDevice medium;
  efi::BlockIo* io = block_io_of(controller);
  if (!io || !medium.init(io)) return false;
  return kind_of(medium).value_or(Kind::none) != Kind::none;
}

}  // namespace

constinit const Driver file_system_driver = {u"FAT and ISO 9660 File Systems", &efi::DiskIo::guid, has_file_system, start_as<FileSystem>};

}  // namespace drivers
