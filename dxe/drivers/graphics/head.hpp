// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "dxe/drivers/graphics/adapter.hpp"
#include "lib/efi/boot_services.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/graphics_output.hpp"
#include "lib/graphics/mode_list.hpp"
#include "lib/pci/topology.hpp"

namespace drivers {

// EFI_GRAPHICS_OUTPUT_PROTOCOL of an adapter [uefi §12.9], with the EDID protocols where there is one.
class Head : public efi::GraphicsOutput {
 public:
  using Protocol = efi::GraphicsOutput;

  // `edid` may be empty; what is in it is checked here. `memory`: bytes that the adapter has for pixels. Sets a mode.
  Result<> publish(efi::Handle handle, Adapter& adapter, std::span<const u8> edid, u64 memory);
  // An error: somebody holds on to the protocol, nothing changed.
  Result<> withdraw();

  Result<> query(u32 mode, u64* bytes, efi::GraphicsOutputModeInformation** info);
  Result<> choose(u32 mode);
  Result<> blit(efi::BltPixel* buffer, efi::BltOperation operation, u64 source_x, u64 source_y, u64 x, u64 y, u64 width, u64 height,
                u64 delta);

 private:
  efi::GraphicsOutputModeInformation describe(graphics::Resolution r, u32 pixels_per_line) const;
  void take_edid(std::span<const u8> edid, u64 memory);
  Result<> install_all();

  Adapter* adapter_ = nullptr;
  efi::Handle handle_ = nullptr;
  graphics::ModeList modes_;
  graphics::Surface surface_;
  efi::GraphicsOutputModeInformation info_{};
  efi::GraphicsOutputMode mode_{};
  efi::Edid discovered_{}, active_{};
  u8 edid_[graphics::edid_bytes] = {};
};

// The node of a head behind its adapter, as OVMF has it [acpi §B.3.2].
efi::acpi_path::Adr head_node();

bool is_display(const pci::Device& device);

// On the handle of the display that the console writes to: there is nothing behind it.
inline constexpr Guid console_out_device_guid = "d3b36f2c-d551-11d4-9a46-0090273fc14d"_guid;

}  // namespace drivers
