// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstdlib>

#include "lib/efi/pe.hpp"
#include "lib/pci/option_rom.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  const std::span<const base::u8> rom(data, size);
  if (pci::used_rom_bytes(rom) > size) std::abort();
  auto image = pci::find_efi_image(rom, efi::pe::machine_x64);
  if (image && (image->offset + base::u64{image->bytes} > size || image->payload >= image->bytes)) std::abort();
  return 0;
}
