// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "tests/fakes/machine.hpp"

namespace fakes {

using Bytes = std::vector<u8>;

// QEMU's fw_cfg device: items by key, named files, byte port and DMA. It lies when told to.
class FwCfgDevice : public PortDevice {
 public:
  explicit FwCfgDevice(bool dma = true);
  void plug() { attach(*this, 0x510, 0x51b); }

  u16 add_file(const std::string& name, Bytes contents);
  // The directory's size differs from what reading gives.
  void claim_size(const std::string& name, u32 size) { claimed_[name] = size; }
  void set_item(u16 key, Bytes contents) { items_[key] = std::move(contents); }
  // Replaces the whole directory item.
  void forge_directory(Bytes raw) { forged_ = std::move(raw), forge_ = true; }
  void fail_dma(bool fail) { fail_dma_ = fail; }
  const Bytes& file(const std::string& name) { return items_[keys_.at(name)]; }
  u64 bytes_moved() const { return moved_; }
  u64 writes() const { return writes_; }

  u32 in(u16 port, unsigned bytes) override;
  void out(u16 port, unsigned bytes, u32 value) override;

 private:
  void select(u16 key);
  Bytes directory() const;
  u8 next();
  void run_dma(u64 address);

  bool dma_, forge_ = false, fail_dma_ = false;
  Bytes forged_;
  std::map<u16, Bytes> items_;
  std::map<std::string, u16> keys_;
  std::map<std::string, u32> claimed_;
  u16 next_key_ = 0x20, selected_ = 0;
  u64 offset_ = 0, dma_high_ = 0, moved_ = 0, writes_ = 0;
};

}  // namespace fakes
