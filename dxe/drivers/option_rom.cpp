// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/option_rom.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/driver.hpp"
#include "dxe/drivers/pci_function.hpp"
#include "lib/cc/platform.hpp"
#include "lib/compress/efi.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/pe.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/option_rom.hpp"
#include "lib/pci/registers.hpp"

namespace drivers {
namespace {

using efi::Status;

constexpr u64 max_rom_bytes = 16_MiB;
constexpr u64 max_image_bytes = 64_MiB;
constexpr u32 rom_enable = 1;

// Prefers the driver that came with the card [uefi §11.4].
class RomOverride : public efi::BusSpecificDriverOverride {
 public:
  using Protocol = efi::BusSpecificDriverOverride;
  Result<> driver(efi::Handle* image) {
    if (!image || (*image && *image != image_)) return Error::invalid_parameter;
    if (*image == image_) return Error::not_found;
    *image = image_;
    return {};
  }
  efi::Handle image_ = nullptr;
};

// The ROM and the device's memory share one decoder; the card is quiet, and nobody drives it yet [pci §6.2.5.2].
std::span<u8> copy_rom(const pci::Device& device) {
  if (!device.rom.placed || device.rom.size > max_rom_bytes) return {};
  auto* bytes = core::allocate_array<u8>(device.rom.size).value_or(nullptr);
  if (!bytes) return {};
  const u16 command = pci::read16(device.bdf, pci::reg::command);
  pci::write16(device.bdf, pci::reg::command, command | pci::reg::command_memory);
  pci::write32(device.bdf, device.rom.offset, static_cast<u32>(device.rom.address) | rom_enable);
  for (u64 at = 0; at + sizeof(u32) <= device.rom.size; at += sizeof(u32)) {
    const u32 word = cc::mmio_read32(Gpa(device.rom.address + at));
    __builtin_memcpy(bytes + at, &word, sizeof word);
    // No ROM in the socket: nothing to read on.
    if (at == 0 && (word & 0xffff) != 0xaa55) break;
  }
  pci::write32(device.bdf, device.rom.offset, static_cast<u32>(device.rom.address));
  pci::write16(device.bdf, pci::reg::command, command);
  return {bytes, device.rom.size};
}

struct [[gnu::packed]] OffsetNode {
  efi::media_path::RelativeOffset node;
  efi::DevicePath end = efi::end_device_path;
};

Result<efi::Handle> load_image(const PciFunction& function, const pci::RomImage& image, std::span<u8> pe) {
  const auto parent = device_path::body(function.path());
  const OffsetNode offset{{efi::node_header<efi::media_path::RelativeOffset>(efi::device_path_type::media, efi::media_path::RelativeOffset::subtype),
                           0, image.offset, u64{image.offset} + image.bytes - 1}};
  auto* path = TRY(core::allocate_array<u8>(parent.size() + sizeof offset));
  __builtin_memcpy(path, parent.data(), parent.size());
  __builtin_memcpy(path + parent.size(), &offset, sizeof offset);
  efi::Handle handle = nullptr;
  const Status status =
      core::load_image(false, core::firmware_image(), reinterpret_cast<efi::DevicePath*>(path), pe.data(), pe.size(), &handle);
  (void)!core::free_pool(path);
  return status == Status::success ? Result<efi::Handle>(handle) : Error::load_error;
}

Result<efi::Handle> load(const PciFunction& function, std::span<u8> rom) {
  const pci::RomImage image = TRY(pci::find_efi_image(rom, efi::pe::machine_x64));
  const auto payload = rom.subspan(image.offset, image.bytes).subspan(image.payload);
  if (!image.compressed) return load_image(function, image, payload);
  const u32 bytes = TRY(compress::efi_size(payload));
  if (bytes > max_image_bytes) return Error::volume_corrupted;
  auto* pe = TRY(core::allocate_array<u8>(bytes));
  const auto done = compress::efi_decompress(payload, {pe, bytes});
  const auto handle = done ? load_image(function, image, {pe, bytes}) : Result<efi::Handle>(done.error());
  (void)!core::free_pool(pe);
  return handle;
}

bool start(PciFunction& function, efi::Handle image) {
  const Status status = core::start_image(image, nullptr, nullptr);
  if (efi::is_error(status)) {
    log::warning("option ROM of PCI ", log::hex(function.device().bdf.number(), 4), " ends with status ", log::hex(static_cast<u64>(status)));
    return false;
  }
  if (auto made = core::make<RomOverride>()) {
    (*made)->get_driver = core::thunk<&RomOverride::driver>;
    (*made)->image_ = image;
    efi::Handle handle = function.handle();
    core::install<efi::BusSpecificDriverOverride>(handle, **made);
  }
  return true;
}

}  // namespace

bool start_option_rom(efi::Handle pci_function) {
  auto* pci_io = static_cast<efi::PciIo*>(core::interface_of(pci_function, efi::PciIo::guid));
  if (!pci_io || !pci_device_of(pci_io)) return false;
  auto& function = static_cast<PciFunction&>(*pci_io);
  if (function.device().rom.kind == pci::Resource::Kind::none || function.rom_image) return false;
  const auto bdf = function.device().bdf;
  if (!cc::host_may_add_drivers()) {
    static constinit bool said = false;
    if (!said) log::warning("option ROMs are not started in a confidential guest");
    said = true;
    return false;
  }
  const auto rom = copy_rom(function.device());
  if (rom.empty()) return false;
  function.rom_image = rom.data();
  function.rom_size = pci::used_rom_bytes(rom);
  const auto image = load(function, rom);
  if (!image) {
    if (image.error() != Error::not_found) log::warning("option ROM of PCI ", log::hex(bdf.number(), 4), " is refused: ", image.error());
    return false;
  }
  return start(function, image.value_or(nullptr));
}

}  // namespace drivers
