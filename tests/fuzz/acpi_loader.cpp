// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/acpi/fadt.hpp"
#include "lib/acpi/table_set.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/low_memory.hpp"
#include "tests/unit/acpi/script_builder.hpp"

namespace {

using namespace acpi_test;

// A script made of the input's choices: offsets and sizes mostly near something real, or the input as it is.
Script make_script(fakes::Choices& c) {
  const auto file = [&] { return c.of<std::string>({tables, tables, rsdp, "etc/blob", "etc/none", ""}); };
  const auto offset = [&] { return c.one_in(8) ? static_cast<u32>(0 - c.next()) : static_cast<u32>(c.below(1100)); };
  Script s;
  s.allocate(rsdp, 16, 2).allocate(tables);
  while (!c.exhausted() && s.bytes().size() < 60 * 128) {
    const u8 size = c.of<u8>({1, 2, 4, 8, 4, 3});
    switch (c.below(5)) {
      case 0: s.allocate(file(), static_cast<u32>(c.below(70)), static_cast<u8>(c.below(4))); break;
      case 1: s.point(file(), offset(), size, file()); break;
      case 2: s.checksum(file(), offset(), offset(), offset()); break;
      case 3: s.write(file(), offset(), size, file(), offset()); break;
      default: s.raw(static_cast<u32>(c.next()));
    }
  }
  return s;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::forget_devices();
  fakes::take_log();
  fakes::Choices choices(std::span(data, size));
  fakes::FwCfgDevice device;
  device.plug();
  Script script = small_machine(device);
  device.add_file("etc/blob", Bytes(300));
  const u64 mode = choices.below(3);
  if (mode == 0) {
    const Script more = make_script(choices);
    Bytes all = script.bytes();
    all.insert(all.end(), more.bytes().begin() + 256, more.bytes().end());
    device.add_file("etc/table-loader", all);
  } else if (mode == 1) {
    device.add_file("etc/table-loader", make_script(choices).bytes());
  } else {
    device.add_file("etc/table-loader", script.bytes());
    Bytes t(data, data + size);
    t.resize(1024);
    device.add_file(tables, t);
  }
  if (!fw_cfg::init()) return 0;

  fakes::LowMemory memory;
  auto loaded = acpi::load_tables(memory.allocator());
  if (!loaded) {
    if (memory.live() != 0) __builtin_trap();
    return 0;
  }
  acpi::TableSet set;
  if (!set.open(*loaded)) return 0;
  unsigned long sum = 0;
  for (unsigned i = 0; i < set.count(); ++i)
    for (unsigned char byte : set.find(load_le<unsigned>(reinterpret_cast<void*>(set.table(i).raw())))) sum += byte;
  sum += acpi::read_fadt(set.find(acpi::signature("FACP"))).flags;
  const auto page = *memory.allocate(1);
  if (!set.publish({reinterpret_cast<unsigned char*>(page.start().raw()), page.bytes()}) || sum == 1) __builtin_trap();
  return 0;
}
