// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/graphics/ramfb.hpp"

#include "dxe/core/connect.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/drivers/graphics/head.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "lib/base/endian.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

using graphics::Resolution, graphics::Surface;

// What etc/ramfb is told.
struct [[gnu::packed]] Configuration {
  Be<u64> address;
  Be<u32> format, flags, width, height, stride;
};
static_assert(sizeof(Configuration) == 28);
constexpr u32 format_xrgb8888 = 0x3432'5258;  // "XR24"
constexpr u64 most_bytes = u64{1920} * 1200 * graphics::pixel_bytes;

class Ramfb final : public Adapter {
 public:
  void use(fw_cfg::File file) { file_ = file; }

  // The picture lies in memory that the operating system leaves alone: QEMU goes on showing it. It stays where it is while
  // modes fit there, since loaders believe that (memtest86+ reads the address before it sets a mode); the old memory is given
  // back when QEMU knows of the new one.
  Result<Surface> show(Resolution r) override {
    const u64 bytes = r.pixels() * graphics::pixel_bytes;
    const bool fits = !pages_[current_].empty() && pages_[current_].bytes() >= bytes;
    mem::SharedPages& next = pages_[fits ? current_ : 1 - current_];
    if (!fits) {
      next.release();
      TRY(next.allocate(reserved_dma_pages, bytes_to_pages(bytes)));
    }
    const Surface surface(next.address(), r, r.width, false);
    if (fits) surface.fill({0, 0, r.width, r.height}, 0);
    const Configuration c{next.address().raw(), format_xrgb8888, 0, r.width, r.height, r.width * graphics::pixel_bytes};
    TRY(fw_cfg::write(file_, 0, {reinterpret_cast<const u8*>(&c), sizeof c}));
    if (!fits) {
      pages_[current_].release();
      current_ = 1 - current_;
    }
    return surface;
  }

 private:
  fw_cfg::File file_;
  mem::SharedPages pages_[2];
  unsigned current_ = 0;
};

struct [[gnu::packed]] Path {
  efi::hardware_path::Vendor device;
  efi::acpi_path::Adr head;
  efi::DevicePath end;
};

// As OVMF names it.
constexpr Guid ramfb_guid = "557423a1-63ab-406c-be7e-91cdbc08c457"_guid;

constinit Path path{};

Result<> start(efi::Handle handle, fw_cfg::File file) {
  auto* ramfb = TRY(core::make<Ramfb>());
  auto* head = TRY(core::make<Head>());
  ramfb->use(file);
  TRY(head->publish(handle, *ramfb, {}, most_bytes));
  return core::connect_controller(handle, nullptr, nullptr, true);
}

Result<fw_cfg::File> find_ramfb() {
  const fw_cfg::File file = TRY(fw_cfg::find("etc/ramfb"));
  return file.size == sizeof(Configuration) ? Result<fw_cfg::File>(file) : Error::unsupported;
}

}  // namespace

const efi::DevicePath* ramfb_path() {
  using efi::hardware_path::Vendor;
  if (!find_ramfb()) return nullptr;
  path = {{efi::node_header<Vendor>(efi::device_path_type::hardware, Vendor::subtype), ramfb_guid}, head_node(), efi::end_device_path};
  return &path.device.header;
}

void start_ramfb() {
  auto file = find_ramfb();
  if (!file || !ramfb_path()) return;
  efi::Handle handle = nullptr;
  core::install(handle, path, efi::DevicePath::guid);
  if (auto done = start(handle, *file); !done) log::error("ramfb cannot be used: ", done.error());
}

}  // namespace drivers
