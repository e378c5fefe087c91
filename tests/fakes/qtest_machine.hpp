// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "tests/fakes/fw_cfg_device.hpp"
#include "tests/fakes/machine.hpp"

namespace fakes {

// The device models of a real QEMU without a processor: lib/ code on the host drives them through QEMU's test protocol
// [qemu docs/devel/qtest.rst].
class QtestMachine : public PortDevice, public MmioDevice {
 public:
  static bool available();
  explicit QtestMachine(const std::vector<std::string>& arguments);
  ~QtestMachine() override;
  // Takes all ports and all addresses.
  void plug();
  // Copies every named file of QEMU's fw_cfg into ours, which lib/fw_cfg then reads. QEMU freezes its ACPI tables here.
  void copy_files(FwCfgDevice& to);

  u32 in(u16 port, unsigned bytes) override;
  void out(u16 port, unsigned bytes, u32 value) override;
  u64 read(u64 offset, unsigned bytes) override;
  void write(u64 offset, unsigned bytes, u64 value) override;

 private:
  std::string ask(const std::string& command);
  Bytes fw_cfg_item(u16 key, u32 size);

  int pid_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
};

}  // namespace fakes
