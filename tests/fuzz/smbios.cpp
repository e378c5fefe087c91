// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/smbios/smbios.hpp"

#include <memory>

#include "lib/smbios/wire.hpp"
#include "tests/fakes/fw_cfg_device.hpp"

// Anchor (first 31 bytes) and structures are the host's. What is built
// must always be a table that walks cleanly to its end.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size < 31) return 0;
  fakes::forget_devices();
  fakes::take_log();
  fakes::FwCfgDevice device;
  device.plug();
  fakes::Bytes anchor(data, data + 31);
  device.add_file("etc/smbios/smbios-anchor", anchor);
  device.add_file("etc/smbios/smbios-tables", fakes::Bytes(data + 31, data + size));
  if (!fw_cfg::init()) return 0;

  const smbios::Source source = smbios::find_source();
  std::unique_ptr<unsigned char[]> memory(new unsigned char[source.output_bytes]);
  if (!smbios::build(source, {memory.get(), source.output_bytes}, {"v", "1", "01/01/2025", 0, 0})) return 0;
  const auto* entry = reinterpret_cast<const smbios::EntryPoint30*>(memory.get());
  const smbios::Walk w = smbios::walk({memory.get() + 32, entry->max_table_bytes});
  if (!w.intact || w.bytes + 6 != entry->max_table_bytes) __builtin_trap();
  return 0;
}
