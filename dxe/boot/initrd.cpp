// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/initrd.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "lib/efi/device_path_nodes.hpp"

namespace boot {
namespace {

struct [[gnu::packed]] InitrdPath {
  efi::media_path::Vendor vendor;
  efi::DevicePath end;
};
constinit InitrdPath path = {
    {efi::node_header<efi::media_path::Vendor>(efi::device_path_type::media, efi::media_path::Vendor::subtype), efi::linux_initrd_media_guid},
    efi::end_device_path,
};

}  // namespace

void Initrd::init(const KernelBlobs& blobs) {
  bytes_ = blobs.initrd_bytes;
  if (!bytes_) return;
  load_file = core::thunk<&Initrd::load>;
  efi::Handle handle = nullptr;
  core::install(handle, path, efi::DevicePath::guid);
  core::install<efi::LoadFile2>(handle, *this);
}

Result<> Initrd::load(efi::DevicePath* rest, efi::Boolean boot_policy, u64* buffer_size, void* buffer) {
  if (boot_policy) return Error::unsupported;
  if (!buffer_size || !rest) return Error::invalid_parameter;
  if (rest->type != efi::device_path_type::end || rest->subtype != efi::end_subtype::entire) return Error::invalid_parameter;
  const u64 given = *buffer_size;
  *buffer_size = bytes_;
  if (!buffer || given < bytes_) return Error::buffer_too_small;
  read_initrd({static_cast<u8*>(buffer), bytes_});
  return {};
}

}  // namespace boot
