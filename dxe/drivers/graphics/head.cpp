// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/graphics/head.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/graphics/blit.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

using core::thunk;
using graphics::Rectangle, graphics::Resolution;

constexpr u32 external_digital_display = 0x8001'0300;  // uses ACPI's scheme, the firmware can detect it

}  // namespace

bool is_display(const pci::Device& device) {
  constexpr u32 base_class = 0x03;
  return device.class_code >> 16 == base_class;
}

efi::acpi_path::Adr head_node() {
  using efi::acpi_path::Adr;
  return {efi::node_header<Adr>(efi::device_path_type::acpi, Adr::subtype), external_digital_display};
}

efi::GraphicsOutputModeInformation Head::describe(Resolution r, u32 pixels_per_line) const {
  const auto format = adapter_->draws_by_itself() ? efi::PixelFormat::bgr_reserved : efi::PixelFormat::blt_only;
  return {0, r.width, r.height, format, {}, pixels_per_line};
}

void Head::take_edid(std::span<const u8> edid, u64 memory) {
  graphics::Edid known;
  const graphics::Edid* sound = nullptr;
  if (edid.size() >= graphics::edid_bytes) {
    const auto block = edid.first<graphics::edid_bytes>();
    if (auto parsed = graphics::parse_edid(block)) {
      known = *parsed;
      sound = &known;
      __builtin_memcpy(edid_, block.data(), sizeof edid_);
      discovered_ = active_ = {sizeof edid_, edid_};
    } else {
      log::warning("display: its EDID is damaged; common modes are used");
    }
  }
  modes_.init(sound, memory);
}

Result<> Head::install_all() {
  TRY(core::install_protocol(&handle_, &efi::edid_discovered_guid, efi::InterfaceType::native, &discovered_));
  TRY(core::install_protocol(&handle_, &efi::edid_active_guid, efi::InterfaceType::native, &active_));
  TRY(core::install_protocol(&handle_, &console_out_device_guid, efi::InterfaceType::native, nullptr));
  return core::install_protocol(&handle_, &GraphicsOutput::guid, efi::InterfaceType::native, static_cast<GraphicsOutput*>(this));
}

Result<> Head::publish(efi::Handle handle, Adapter& adapter, std::span<const u8> edid, u64 memory) {
  adapter_ = &adapter;
  take_edid(edid, memory);
  if (modes_.count() == 0) return Error::unsupported;
  static_cast<efi::GraphicsOutput&>(*this) = {
      .query_mode = thunk<&Head::query>, .set_mode = thunk<&Head::choose>, .blt = thunk<&Head::blit>, .mode = &mode_};
  mode_ = {modes_.count(), 0, &info_, sizeof info_, 0, 0};
  TRY(choose(modes_.preferred()));
  handle_ = handle;
  return install_all();
}

// The interface that others use goes first; what may remain after a failure to install is taken off by name.
Result<> Head::withdraw() {
  if (!handle_) return {};
  const efi::Handle handle = handle_;
  if (core::interface_of(handle, GraphicsOutput::guid))
    TRY(core::uninstall_protocol(handle, &GraphicsOutput::guid, static_cast<GraphicsOutput*>(this)));
  (void)!core::uninstall_protocol(handle, &console_out_device_guid, nullptr);
  (void)!core::uninstall_protocol(handle, &efi::edid_active_guid, &active_);
  (void)!core::uninstall_protocol(handle, &efi::edid_discovered_guid, &discovered_);
  handle_ = nullptr;
  return {};
}

Result<> Head::query(u32 mode, u64* bytes, efi::GraphicsOutputModeInformation** info) {
  if (!bytes || !info || mode >= modes_.count()) return Error::invalid_parameter;
  auto* copy = TRY(core::allocate_array<efi::GraphicsOutputModeInformation>(1));
  *copy = describe(modes_[mode], modes_[mode].width);
  *bytes = sizeof *copy;
  *info = copy;
  return {};
}

Result<> Head::choose(u32 mode) {
  if (mode >= modes_.count()) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  const auto shown = adapter_->show(modes_[mode]);
  if (!shown) {
    log::error("display: no picture at ", modes_[mode].width, "x", modes_[mode].height, ": ", shown.error());
    surface_ = {};  // the picture before may be gone, too
    return Error::device_error;
  }
  surface_ = shown.value_or({});
  info_ = describe(modes_[mode], surface_.pixels_per_line());
  mode_.mode = mode;
  // Where drawing is our work there is nothing for others to draw on.
  const bool open = adapter_->draws_by_itself();
  mode_.frame_buffer_base = open ? surface_.base().raw() : 0;
  mode_.frame_buffer_size = open ? surface_.bytes() : 0;
  return {};
}

Result<> Head::blit(efi::BltPixel* buffer, efi::BltOperation operation, u64 source_x, u64 source_y, u64 x, u64 y, u64 width, u64 height,
                    u64 delta) {
  core::TplGuard guard(efi::tpl_notify);
  if (surface_.bytes() == 0) return Error::device_error;
  const graphics::Blit blit{operation, source_x, source_y, x, y, width, height, delta};
  const Rectangle changed = TRY(graphics::draw(surface_, blit, reinterpret_cast<u32*>(buffer)));
  if (!changed.empty()) adapter_->present(changed);
  return {};
}

}  // namespace drivers
