// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/driver_table.hpp"
#include "dxe/drivers/graphics/head.hpp"
#include "lib/base/endian.hpp"
#include "lib/cc/platform.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/pci/registers.hpp"

namespace drivers {
namespace {

using graphics::Resolution, graphics::Surface;

// QEMU's displays with Bochs's VBE registers [qemu docs/specs/standard-vga]: VGA, secondary-vga, bochs-display,
// virtio-vga and qxl-vga, which has none of the registers in memory.
constexpr u16 qemu_vendor = 0x1234, qemu_vga = 0x1111, redhat_vendor = 0x1b36, qxl = 0x0100, virtio_vendor = 0x1af4, virtio_gpu = 0x1050;
constexpr u32 class_vga = 0x0300;
constexpr unsigned pixels_bar = 0, registers_bar = 2;

// The register BAR.
constexpr u64 edid_offset = 0x000, vga_offset = 0x400, vbe_offset = 0x500, registers_end = 0x600;
// The same as ports.
constexpr u16 vga_ports = 0x3c0, vbe_index_port = 0x1ce, vbe_data_port = 0x1cf;
// From vga_offset and vga_ports on [vga].
constexpr u16 attribute_index = 0x00, input_status = 0x1a;
constexpr u8 attribute_screen_on = 0x20;

enum class Vbe : u16 { id, x_resolution, y_resolution, bits_per_pixel, enable, bank, virtual_width, virtual_height, x_offset, y_offset, memory_64k };
constexpr u16 enabled = 0x01, linear_framebuffer = 0x40;
constexpr u16 first_id = 0xb0c0, last_id = 0xb0cf;
constexpr u64 memory_unit = 64_KiB;

bool has_vbe(const pci::Device& d) {
  if (d.vendor == qemu_vendor) return d.device == qemu_vga;
  if (d.vendor == redhat_vendor) return d.device == qxl && d.kind() == class_vga;
  return d.vendor == virtio_vendor && d.device == virtio_gpu && d.kind() == class_vga;
}

class BochsAdapter final : public Managed, public Adapter {
 public:
  Result<> begin() override;
  Result<> stop() override { return {}; }
  Result<Surface> show(Resolution resolution) override;

 private:
  struct HeadChild final : Child, Head {
    Result<> withdraw() override { return Head::withdraw(); }
  };

  u16 read(Vbe reg) const;
  void write(Vbe reg, u16 value) const;
  void screen_on() const;
  Result<u64> memory() const;

  Gpa pixels_;
  u64 pixels_bytes_ = 0;
  Gpa registers_;  // zero: by port
  bool is_vga_ = false;
};

u16 BochsAdapter::read(Vbe reg) const {
  const u16 index = static_cast<u16>(reg);
  if (registers_.raw()) return cc::mmio_read16(registers_ + vbe_offset + 2u * index);
  cc::out16(vbe_index_port, index);
  return cc::in16(vbe_data_port);
}

void BochsAdapter::write(Vbe reg, u16 value) const {
  const u16 index = static_cast<u16>(reg);
  if (registers_.raw()) return cc::mmio_write16(registers_ + vbe_offset + 2u * index, value);
  cc::out16(vbe_index_port, index);
  cc::out16(vbe_data_port, value);
}

// A VGA is blank after reset until its attribute controller is told otherwise; a read of the status makes the next
// write an index.
void BochsAdapter::screen_on() const {
  if (registers_.raw()) {
    (void)cc::mmio_read8(registers_ + vga_offset + input_status);
    return cc::mmio_write8(registers_ + vga_offset + attribute_index, attribute_screen_on);
  }
  (void)cc::in8(vga_ports + input_status);
  cc::out8(vga_ports + attribute_index, attribute_screen_on);
}

// As much as there is behind the BAR.
Result<u64> BochsAdapter::memory() const {
  const u16 id = read(Vbe::id);
  if (id < first_id || id > last_id) return Error::unsupported;
  const u64 claimed = read(Vbe::memory_64k) * memory_unit;
  return claimed < pixels_bytes_ ? claimed : pixels_bytes_;
}

Result<> BochsAdapter::begin() {
  const pci::Device& device = *pci_device_of(controller().interface);
  const pci::Resource& pixels = device.bars[pixels_bar];
  const pci::Resource& registers = device.bars[registers_bar];
  if (pixels.kind == pci::Resource::Kind::none || pixels.io() || !pixels.placed) return Error::unsupported;
  const u16 command = pci::read16(device.bdf, pci::reg::command);
  pci::write16(device.bdf, pci::reg::command, command | pci::reg::command_memory | pci::reg::command_io);
  pixels_ = Gpa(pixels.address);
  pixels_bytes_ = pixels.size;
  is_vga_ = device.kind() == class_vga;
  const bool in_memory = device.vendor != redhat_vendor && registers.kind != pci::Resource::Kind::none && !registers.io();
  if (in_memory && registers.placed && registers.size >= registers_end) registers_ = Gpa(registers.address);
  if (!registers_.raw() && !is_vga_) return Error::unsupported;

  const u64 bytes = TRY(memory());
  u8 edid[graphics::edid_bytes] = {};
  for (u32 i = 0; registers_.raw() && i < sizeof edid; i += 4) base::store_le(&edid[i], cc::mmio_read32(registers_ + edid_offset + i));
  // An old QEMU has none there: zeros, or what nobody answers.
  const bool has_edid = edid[1] == 0xff && edid[0] != 0xff;
  auto* head = TRY(add_child<HeadChild>(node_bytes(head_node())));
  return head->publish(head->handle(), *this, has_edid ? std::span<const u8>(edid) : std::span<const u8>(), bytes);
}

Result<Surface> BochsAdapter::show(Resolution r) {
  screen_on();
  write(Vbe::enable, 0);
  write(Vbe::bits_per_pixel, 32);
  write(Vbe::x_resolution, static_cast<u16>(r.width));
  write(Vbe::y_resolution, static_cast<u16>(r.height));
  write(Vbe::virtual_width, static_cast<u16>(r.width));
  write(Vbe::bank, 0);
  write(Vbe::x_offset, 0);
  write(Vbe::y_offset, 0);
  write(Vbe::enable, enabled | linear_framebuffer);
  if (read(Vbe::x_resolution) != r.width || read(Vbe::y_resolution) != r.height) return Error::device_error;
  const Surface surface(pixels_, r, r.width, true);
  // A VGA clears its memory when it is enabled.
  if (!is_vga_) surface.fill({0, 0, r.width, r.height}, 0);
  return surface;
}

bool is_ours(const Controller& c) {
  const pci::Device* device = pci_device_of(c.interface);
  return device && has_vbe(*device);
}

}  // namespace

const Driver bochs_display_driver = {u"QEMU display", &efi::PciIo::guid, is_ours, start_as<BochsAdapter>};

}  // namespace drivers
