// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fw_cfg/fw_cfg.hpp"

#include "tests/fakes/fw_cfg_device.hpp"

// The file directory is the host's; whatever it says, names and reads stay inside their buffers.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::forget_devices();
  fakes::take_log();
  fakes::FwCfgDevice device(size % 2 == 0);
  device.forge_directory(fakes::Bytes(data, data + size));
  device.plug();
  if (!fw_cfg::init()) return 0;
  unsigned char buffer[64];
  for (unsigned i = 0; i < fw_cfg::file_count(); ++i) {
    const auto entry = fw_cfg::file(i);
    if (entry.name.size() > 56 || !fw_cfg::find(entry.name)) __builtin_trap();
    if (i < 4) fw_cfg::read(entry.file.key, buffer);
    (void)fw_cfg::write(entry.file, entry.file.size / 2, buffer);
  }
  return 0;
}
