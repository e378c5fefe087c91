// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/fw_cfg_device.hpp"

#include <cstring>

#include "lib/base/endian.hpp"

namespace fakes {

namespace {
void append_be(Bytes& to, u64 value, unsigned bytes) {
  while (bytes--) to.push_back(static_cast<u8>(value >> 8 * bytes));
}
}  // namespace

FwCfgDevice::FwCfgDevice(bool dma) : dma_(dma) {
  set_item(0, {'Q', 'E', 'M', 'U'});
  set_item(1, {static_cast<u8>(dma ? 3 : 1), 0, 0, 0});
}

u16 FwCfgDevice::add_file(const std::string& name, Bytes contents) {
  auto [at, is_new] = keys_.try_emplace(name, next_key_);
  if (is_new) ++next_key_;
  items_[at->second] = std::move(contents);
  return at->second;
}

Bytes FwCfgDevice::directory() const {
  if (forge_) return forged_;
  Bytes raw;
  append_be(raw, keys_.size(), 4);
  for (const auto& [name, key] : keys_) {
    const auto claimed = claimed_.find(name);
    append_be(raw, claimed == claimed_.end() ? items_.at(key).size() : claimed->second, 4);
    append_be(raw, key, 2);
    append_be(raw, 0, 2);
    for (usize i = 0; i < 56; ++i) raw.push_back(static_cast<u8>(i < name.size() ? name[i] : 0));
  }
  return raw;
}

void FwCfgDevice::select(u16 key) {
  selected_ = key & 0x3fff;
  offset_ = 0;
  if (selected_ == 0x19) items_[selected_] = directory();
}

u8 FwCfgDevice::next() {
  ++moved_;
  const Bytes& item = items_[selected_];
  return offset_ < item.size() ? item[offset_++] : 0;
}

u32 FwCfgDevice::in(u16 port, unsigned bytes) {
  if (port == 0x511 && bytes == 1) return next();
  if (port == 0x514 && dma_) return swap_be(u32{0x51454d55});
  return ~0u;
}

void FwCfgDevice::out(u16 port, unsigned bytes, u32 value) {
  if (port == 0x510 && bytes == 2) select(static_cast<u16>(value));
  if (!dma_ || bytes != 4) return;
  if (port == 0x514) dma_high_ = swap_be(value);
  if (port == 0x518) run_dma(dma_high_ << 32 | swap_be(value));
}

void FwCfgDevice::run_dma(u64 address) {
  struct Access {
    Be<u32> control, length;
    Be<u64> address;
  };
  auto* access = reinterpret_cast<Access*>(address);
  const u32 control = access->control, length = access->length;
  auto* memory = reinterpret_cast<u8*>(static_cast<u64>(access->address));
  if (control & 8) select(static_cast<u16>(control >> 16));
  if (fail_dma_) {
    access->control = 1;
    return;
  }
  Bytes& item = items_[selected_];
  if (control & 2) {
    const usize have = offset_ < item.size() ? std::min<usize>(length, item.size() - offset_) : 0;
    if (have) std::memcpy(memory, item.data() + offset_, have);
    std::memset(memory + have, 0, length - have);
    offset_ += have;
    moved_ += length;
  } else if (control & 16) {
    if (offset_ + length > item.size()) {
      access->control = 1;
      return;
    }
    std::memcpy(item.data() + offset_, memory, length);
    offset_ += length;
    ++writes_;
  } else if (control & 4) {
    offset_ += length;
  }
  access->control = 0;
}

}  // namespace fakes
