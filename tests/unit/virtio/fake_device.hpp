// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <functional>

#include "lib/virtio/transport.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"

namespace virtio_test {

using namespace base;

using fakes::live_pages, fakes::patience, fakes::ticks;
inline constexpr const mem::PageSource& pages = fakes::dma_pages;

// The device's side of a split queue, with raw access for lies.
struct RingView {
  u64 descriptors = 0, available = 0, used = 0;
  u16 size = 0;
  template <class T>
  static T& at(u64 address) {
    return *reinterpret_cast<T*>(address);
  }
  virtio::Descriptor& descriptor(u16 i) const { return at<virtio::Descriptor>(descriptors + 16ull * i); }
  u16 available_index() const { return at<u16>(available + 2); }
  u16 available_entry(u16 i) const { return at<u16>(available + 4 + 2ull * (i % size)); }
  u16& used_index() const { return at<u16>(used + 2); }
  void put_used(u32 id, u32 length) const {
    at<u32>(used + 4 + 8ull * (used_index() % size)) = id;
    at<u32>(used + 8 + 8ull * (used_index() % size)) = length;
    ++used_index();
  }
};

// A modern virtio-pci function with one 16 KiB BAR and one queue. Fields may be changed to lie.
class FakeDevice : public fakes::MmioDevice {
 public:
  static constexpr u64 bar_address = 0x80'0000'0000, bar_bytes = 0x4000;
  FakeDevice() {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    function = &bus.add(3, 0, 0x1af4, 0x1044, 0x00ff00);
    fakes::attach(static_cast<fakes::MmioDevice&>(*this), bar_address, bar_bytes);
    pci.bdf = {0, 3, 0};
    pci.bars[4] = {.kind = pci::Resource::Kind::memory64, .placed = true, .offset = 0x20, .size = bar_bytes, .address = bar_address};
  }
  ~FakeDevice() override { fakes::forget_devices(); }
  void add_window(u8 type, u8 bar, u32 offset, u32 length, u32 multiplier = 4) {
    std::vector<u8> body{static_cast<u8>(type == 2 ? 20 : 16), type, bar, 0, 0, 0};
    for (u32 v : {offset, length}) body.insert(body.end(), {u8(v), u8(v >> 8), u8(v >> 16), u8(v >> 24)});
    if (type == 2) body.insert(body.end(), {u8(multiplier), u8(multiplier >> 8), u8(multiplier >> 16), u8(multiplier >> 24)});
    function->capability(9, body);
  }
  void add_good_windows() {
    add_window(1, 4, 0, 0x38);
    add_window(2, 4, 0x3000, 0x1000);
    add_window(4, 4, 0x2000, 0x10);
  }

  u64 read(u64 offset, unsigned) override;
  void write(u64 offset, unsigned bytes, u64 value) override;

  fakes::PciBus bus;
  fakes::PciFunction* function;
  pci::Device pci;
  u64 offered = 1ull << 32 | 1ull << 33 | 5, accepted = 0;
  u16 queues = 1, queue_size = 256, notify_offset = 0;
  bool accepts_features = true, lets_go = true, starts = true;
  u8 status = 0;
  u8 generation = 0, generation_steps = 0;
  RingView ring;
  unsigned doorbells = 0;
  std::function<void()> on_notify;

 private:
  u32 select_ = 0, driver_select_ = 0;
};

inline u64 FakeDevice::read(u64 offset, unsigned bytes) {
  if (offset >= 0x2000 && offset < 0x2010) return 0x1122334455667788ull >> 8 * (offset & 7) & (~0ull >> (64 - 8 * bytes));
  switch (offset) {
    case 4:
      return static_cast<u32>(offered >> 32 * select_);
    case 18:
      return queues;
    case 20:
      return status;
    case 21:
      return generation += generation_steps;
    case 24:
      return queue_size;
    case 30:
      return notify_offset;
  }
  return 0;
}

inline void FakeDevice::write(u64 offset, unsigned, u64 value) {
  const auto half = [value](u64& to, bool high) { to = high ? (to & 0xffff'ffff) | value << 32 : (to & ~0xffff'ffffull) | value; };
  if (offset >= 0x3000) {
    ++doorbells;
    if (on_notify) on_notify();
    return;
  }
  switch (offset) {
    case 0:
      select_ = value & 1;
      return;
    case 8:
      driver_select_ = value & 1;
      return;
    case 12:
      half(accepted, driver_select_);
      return;
    case 20:
      if (value == 0 && !lets_go) return;
      status = static_cast<u8>(value);
      if (!accepts_features) status &= ~8;
      if (!starts && status & 4) status |= 64;
      return;
    case 24:
      ring.size = static_cast<u16>(value);
      return;
    case 32:
    case 36:
      half(ring.descriptors, offset & 4);
      return;
    case 40:
    case 44:
      half(ring.available, offset & 4);
      return;
    case 48:
    case 52:
      half(ring.used, offset & 4);
      return;
  }
}

}  // namespace virtio_test
