// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <map>
#include <vector>

#include "lib/e1000/card.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"

namespace e1000_test {

using namespace base;
using Frame = std::vector<u8>;

// The card's side of its registers and rings. Fields may be changed to lie.
class FakeCard : public fakes::MmioDevice {
 public:
  static constexpr u64 bar_address = 0x80'0000'0000, bar_bytes = 0x2'0000;
  FakeCard() {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    bus.add(3, 0, 0x8086, 0x100e, 0x020000);
    fakes::attach(static_cast<fakes::MmioDevice&>(*this), bar_address, bar_bytes);
    pci.bdf = {0, 3, 0};
    pci.bars[0] = {.kind = pci::Resource::Kind::memory32, .placed = true, .offset = 0x10, .size = bar_bytes, .address = bar_address};
  }
  ~FakeCard() override { fakes::forget_devices(); }

  u64 read(u64 offset, unsigned) override {
    switch (offset) {
      case 0x0000: return lets_go ? 0 : 1u << 26;
      case 0x0008: return linked ? 0x80080783 : 0x80080781;
      case 0x5400: return static_cast<u32>(address);
      case 0x5404: return static_cast<u32>(address >> 32);
    }
    return registers[offset];
  }
  void write(u64 offset, unsigned, u64 value) override {
    if (offset == 0 && (value & 1u << 26)) {
      ++resets;
      if (lets_go) registers.clear();
      return;
    }
    registers[offset] = static_cast<u32>(value);
    if (offset == 0x2818) ++announced;
    if (offset == 0x3818 && sends) serve();
  }

  struct Descriptor {
    u64 address, word;
  };
  Descriptor& descriptor(u32 ring, u32 index) {
    return reinterpret_cast<Descriptor*>(registers[ring] | u64{registers[ring + 4]} << 32)[index];
  }
  bool running() { return registers[0x100] & 2; }
  // Puts a frame into the next descriptor that is the card's, and says `word` of it.
  bool deliver(const Frame& frame, u64 word) {
    u32& head = registers[0x2810];
    if (!running() || head == registers[0x2818]) return false;
    Descriptor& d = descriptor(0x2800, head);
    std::memcpy(reinterpret_cast<void*>(d.address), frame.data(), frame.size());
    d.word = word;
    head = (head + 1) % (registers[0x2808] / 16);
    return true;
  }
  bool deliver(const Frame& frame) { return deliver(frame, frame.size() | 3ull << 32); }
  void serve() {
    u32& head = registers[0x3810];
    for (; head != registers[0x3818]; head = (head + 1) % (registers[0x3808] / 16)) {
      Descriptor& d = descriptor(0x3800, head);
      if ((d.word & ~0xffffull) != 0x0b00'0000) std::abort();
      const u8* at = reinterpret_cast<u8*>(d.address);
      sent.emplace_back(at, at + (d.word & 0xffff));
      d.word |= 1ull << 32;
    }
  }

  fakes::PciBus bus;
  pci::Device pci;
  std::map<u64, u32> registers;
  u64 address = 0x8000'5634'1200'5452;
  std::vector<Frame> sent;
  unsigned resets = 0, announced = 0;
  bool lets_go = true, sends = true, linked = true;
};

}  // namespace e1000_test
