// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string>

#include "lib/base/types.hpp"

// A machine made of handlers, behind lib/arch. What no device claims reads as all ones, as on a PC.
namespace fakes {

using namespace base;

class PortDevice {
 public:
  virtual ~PortDevice() = default;
  virtual u32 in(u16 port, unsigned bytes) = 0;
  virtual void out(u16 port, unsigned bytes, u32 value) = 0;
};

class MmioDevice {
 public:
  virtual ~MmioDevice() = default;
  virtual u64 read(u64 offset, unsigned bytes) = 0;
  virtual void write(u64 offset, unsigned bytes, u64 value) = 0;
};

// Devices stay the property of the test; the one attached last wins. forget_devices() before they die.
void attach(PortDevice& device, u16 first, u16 last);
void attach(MmioDevice& device, u64 base, u64 bytes);
void forget_devices();
void detach(MmioDevice& device);

void set_cr3(u64 root);
void set_cpuid(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx);

// Accesses since the last reset; each is an exit under a hypervisor.
struct Counters {
  u64 port_reads = 0, port_writes = 0, mmio_reads = 0, mmio_writes = 0;
};
extern Counters counters;

// Where the descriptor table of the processor at work lies.
extern u64 descriptor_table;

// What base::panic and arch::stop become.
struct Panic {
  std::string why;
};
struct Stopped {};

// Everything logged since the last take; with ASHLAR_TEST_LOG in the environment it also goes to stderr.
std::string take_log();
extern bool debug_console;

}  // namespace fakes
