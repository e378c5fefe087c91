// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "tests/fakes/machine.hpp"

namespace fakes {

// One function: 4 KiB of configuration space with a mask of what can be written.
struct PciFunction {
  u8 devfn = 0;
  u8 root_bus = 0;  // when there is no parent
  PciFunction* parent = nullptr;
  std::array<u8, 4096> config{}, writable{};

  template <class T>
  void put(unsigned offset, T value) {
    __builtin_memcpy(&config[offset], &value, sizeof value);
  }
  template <class T>
  void allow(unsigned offset, T mask) {
    __builtin_memcpy(&writable[offset], &mask, sizeof mask);
  }
  template <class T>
  T get(unsigned offset) const {
    T value;
    __builtin_memcpy(&value, &config[offset], sizeof value);
    return value;
  }
  // Sizes are powers of two. Flags are the low bits of the register.
  PciFunction& bar(unsigned index, u64 size, u32 flags);
  PciFunction& rom(u64 size);
  PciFunction& pin(u8 number);
  PciFunction& multi_function();
  // Appends a capability with this body behind id and next pointer; gives its offset.
  unsigned capability(u8 id, const std::vector<u8>& body);
  u64 bar_address(unsigned index) const;

 private:
  u8 free_ = 0x40, last_ = 0;
};

// A tree of functions behind ports 0xcf8/0xcfc and, when the host bridge has it enabled, ECAM.
class PciBus : public PortDevice, public MmioDevice {
 public:
  void plug();
  PciFunction& add(u8 device, u8 function, u16 vendor, u16 id, u32 class_code, PciFunction* parent = nullptr, u8 root_bus = 0);
  // A PCI-to-PCI bridge with all windows, the prefetchable one 64 bits wide.
  PciFunction& add_bridge(u8 device, u8 function, PciFunction* parent = nullptr, u8 root_bus = 0);
  // Chipset functions as QEMU has them.
  void make_q35();
  void make_i440fx();
  const std::vector<std::unique_ptr<PciFunction>>& functions() const { return functions_; }

  u32 in(u16 port, unsigned bytes) override;
  void out(u16 port, unsigned bytes, u32 value) override;
  u64 read(u64 offset, unsigned bytes) override;
  void write(u64 offset, unsigned bytes, u64 value) override;

 private:
  PciFunction* route(u8 bus, u8 devfn);
  u32 config_read(u16 bdf, unsigned offset, unsigned bytes);
  void config_write(u16 bdf, unsigned offset, unsigned bytes, u32 value);

  std::vector<std::unique_ptr<PciFunction>> functions_;
  u32 address_ = 0;
};

}  // namespace fakes
