// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/base/result.hpp"
#include "lib/pci/topology.hpp"

namespace ahci {

using namespace base;

// An AHCI host adapter: which ports it has and how far it reaches. The ports are driven on their own.
class Adapter {
 public:
  // Resets it. unsupported: its registers are not where they should be.
  Result<> open(const pci::Device& device, Patience patience);

  // Is there such a port, and inside the register window?
  bool has_port(unsigned number) const;
  Gpa port_registers(unsigned number) const;
  // The first address that it cannot reach.
  Gpa dma_limit() const { return dma_limit_; }

 private:
  Gpa registers_, dma_limit_;
  u64 register_bytes_ = 0;
  u32 ports_ = 0;
};

}  // namespace ahci
