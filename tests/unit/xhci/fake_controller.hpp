// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <deque>
#include <functional>
#include <vector>

#include "lib/xhci/controller.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"

namespace xhci_test {

using namespace base;
using xhci::Trb, xhci::TrbType;

// An xHCI controller with a device of one configuration at its first port: bulk endpoints 0x81 and 0x02, reports at 0x83.
// Fields may be changed to lie.
class FakeXhci : public fakes::MmioDevice {
 public:
  static constexpr u64 bar_address = 0x80'0000'0000, bar_bytes = 0x4000;
  static constexpr u64 operational = 0x40, runtime = 0x1000, doorbells = 0x2000;

  FakeXhci() {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    bus.add(4, 0, 0x1b36, 0x000d, 0x0c0330);
    fakes::attach(static_cast<fakes::MmioDevice&>(*this), bar_address, bar_bytes);
    pci.bdf = {0, 4, 0};
    pci.bars[0] = {.kind = pci::Resource::Kind::memory64, .placed = true, .offset = 0x10, .size = bar_bytes, .address = bar_address};
  }
  ~FakeXhci() override { fakes::forget_devices(); }

  fakes::PciBus bus;
  pci::Device pci;
  u32 capability_length = operational, structural1 = 8 | 2u << 24, structural2 = 0, doorbell_offset = doorbells, runtime_offset = runtime;
  bool never_halts = false, never_resets = false, never_enables = false, port_never_resets = false, connected = true;
  u32 speed = 3;
  u8 slot = 1;
  // What becomes of an event: changed, or false: it is lost. Further ones are put by post().
  std::function<bool(Trb&)> lie = [](Trb&) { return true; };
  std::function<u8(TrbType)> command_code = [](TrbType) { return xhci::trb::success; };
  u8 transfer_code = xhci::trb::success;
  std::deque<std::vector<u8>> reports;
  std::vector<u8> answer = std::vector<u8>(255, 0xa5);  // to every control request
  u64 bulk_in_bytes = ~0ull, taken = 0;
  u64 commands = 0;
  u32 last_slot_context[3] = {};

  u64 read(u64 offset, unsigned) override {
    if (offset == 0x00) return capability_length | 0x0100u << 16;
    if (offset == 0x04) return structural1;
    if (offset == 0x08) return structural2;
    if (offset == 0x10) return 1;
    if (offset == 0x14) return doorbell_offset;
    if (offset == 0x18) return runtime_offset;
    if (offset == operational) return command_ | (never_resets ? 2 : 0);
    if (offset == operational + 4) return running() || never_halts ? 0 : 1;
    if (offset == operational + 8) return 1;
    if (offset == operational + 0x400) return port_ | (connected ? 1 : 0) | 1u << 9 | speed << 10;
    return 0;
  }

  void write(u64 offset, unsigned, u64 value) override {
    if (offset == operational) command_ = static_cast<u32>(value) & ~2u;
    if (offset == operational + 0x18) low(command_ring_, value);
    if (offset == operational + 0x1c) high(command_ring_, value);
    if (offset == operational + 0x30) low(contexts_, value);
    if (offset == operational + 0x34) high(contexts_, value);
    if (offset == operational + 0x400) write_port(static_cast<u32>(value));
    if (offset == runtime + 0x30) low(segments_, value);
    if (offset == runtime + 0x34) high(segments_, value), start_events();
    if (offset == doorbells) run_commands();
    if (offset > doorbells && offset <= doorbells + 4 * 8) run_transfers(static_cast<u8>((offset - doorbells) / 4), static_cast<u8>(value));
  }

  void post(Trb event) {
    if (!running() || !events_) return;
    event.control = (event.control & ~1u) | event_cycle_;
    std::memcpy(reinterpret_cast<void*>(events_ + 16ull * event_index_), &event, sizeof event);
    if (++event_index_ < event_count_) return;
    event_index_ = 0;
    event_cycle_ = !event_cycle_;
  }
  u8* event_ring() { return reinterpret_cast<u8*>(events_); }

 private:
  struct Ring {
    u64 at = 0;
    bool cycle = true;
  };
  bool running() const { return command_ & 1; }
  static void low(u64& where, u64 value) { where = (where & ~0xffff'ffffull) | value; }
  static void high(u64& where, u64 value) { where = (where & 0xffff'ffff) | value << 32; }
  static u32 word(u64 at) { return *reinterpret_cast<u32*>(at); }

  void write_port(u32 value) {
    port_ &= ~(value & 0x7f << 17);
    if ((value & 1u << 4) && !port_never_resets) port_ |= 1u << 21 | (never_enables ? 0 : 2);
  }

  void start_events() {
    events_ = *reinterpret_cast<u64*>(segments_);
    event_count_ = word(segments_ + 8);
    event_index_ = 0;
    event_cycle_ = true;
    commands_ = {command_ring_ & ~63ull, true};
  }

  // The next TRB of a ring, links followed; false: there is none.
  static bool next(Ring& ring, Trb& trb, u64& where) {
    for (;;) {
      if (!ring.at) return false;
      where = ring.at;
      std::memcpy(&trb, reinterpret_cast<void*>(where), sizeof trb);
      if ((trb.control & 1) != ring.cycle) return false;
      ring.at += sizeof trb;
      if (xhci::trb::type::get(trb.control) != static_cast<u8>(TrbType::link)) return true;
      ring.at = trb.parameter;
      if (trb.control & 2) ring.cycle = !ring.cycle;
    }
  }

  void answer_with(TrbType type, u64 parameter, u8 code, u64 residual, u8 in_slot, u8 endpoint) {
    Trb event{parameter, static_cast<u32>(residual | u64{code} << 24), xhci::trb::of(type) | u32{endpoint} << 16 | u32{in_slot} << 24};
    if (lie(event)) post(event);
  }

  void run_commands() {
    Trb trb;
    u64 where;
    while (running() && next(commands_, trb, where)) {
      ++commands;
      const auto type = static_cast<TrbType>(xhci::trb::type::get(trb.control));
      const u8 code = command_code(type), endpoint = static_cast<u8>(trb.control >> 16 & 31);
      if (code == xhci::trb::success) {
        if (type == TrbType::address_device) rings_[1] = ring_of(trb.parameter, 1);
        if (type == TrbType::address_device || type == TrbType::configure_endpoint) std::memcpy(last_slot_context, reinterpret_cast<void*>(trb.parameter + 32), sizeof last_slot_context);
        if (type == TrbType::configure_endpoint)
          for (unsigned i = 2; i < 32; ++i)
            if (word(trb.parameter + 4) >> i & 1) rings_[i] = ring_of(trb.parameter, i);
        if (type == TrbType::set_dequeue) rings_[endpoint] = {trb.parameter & ~15ull, (trb.parameter & 1) != 0};
      }
      answer_with(TrbType::command_completion, where, code, 0, type == TrbType::enable_slot ? slot : static_cast<u8>(trb.control >> 24), 0);
    }
  }
  static Ring ring_of(u64 input, unsigned index) {
    const u64 dequeue = *reinterpret_cast<u64*>(input + 32 * (index + 1) + 8);
    return {dequeue & ~15ull, (dequeue & 1) != 0};
  }

  void run_transfers(u8 in_slot, u8 target) {
    if (target == 0 || target > 31 || !rings_[target].at || !running()) return;
    Trb trb;
    u64 where;
    Ring ahead = rings_[target];
    while (next(ahead, trb, where)) {
      const auto type = static_cast<TrbType>(xhci::trb::type::get(trb.control));
      u64 moved = trb.status & 0x1'ffff;
      const u64 asked = moved;
      if (type == TrbType::data_stage) moved = give(trb, trb.control & 1 << 16, answer);
      if (type == TrbType::normal && target == 7) {
        if (reports.empty()) return;
        moved = give(trb, true, reports.front());
        reports.pop_front();
      }
      if (type == TrbType::normal && target == 3) moved = give(trb, true, std::vector<u8>(std::min(bulk_in_bytes, asked), 0x5a));
      if (type == TrbType::normal && target == 4) taken += asked;
      rings_[target] = ahead;
      const u8 code = transfer_code != xhci::trb::success ? transfer_code : moved < asked ? xhci::trb::short_packet : xhci::trb::success;
      if ((trb.control & 1 << 5) || code != xhci::trb::success) answer_with(TrbType::transfer_event, where, code, asked - moved, in_slot, target);
      if (transfer_code != xhci::trb::success) return;
      if (code == xhci::trb::short_packet && type == TrbType::normal && (trb.control & xhci::trb::chain)) {
        (void)next(ahead, trb, where);
        rings_[target] = ahead;
      }
    }
  }
  static u64 give(const Trb& trb, bool in, const std::vector<u8>& bytes) {
    const u64 asked = trb.status & 0x1'ffff, moved = in ? std::min<u64>(asked, bytes.size()) : asked;
    if (in && moved) std::memcpy(reinterpret_cast<void*>(trb.parameter), bytes.data(), moved);
    return moved;
  }

  u32 command_ = 0, port_ = 0, event_count_ = 0, event_index_ = 0;
  u64 command_ring_ = 0, contexts_ = 0, segments_ = 0, events_ = 0;
  bool event_cycle_ = true;
  Ring commands_, rings_[32];
};

// Endpoint 3 (0x81), 4 (0x02), 7 (0x83) by their index.
inline const std::vector<usb::Endpoint> endpoints = {{.address = 0x81, .transfer = usb::Transfer::bulk, .packet_bytes = 512},
                                                     {.address = 0x02, .transfer = usb::Transfer::bulk, .packet_bytes = 512},
                                                     {.address = 0x83, .transfer = usb::Transfer::interrupt, .packet_bytes = 8, .interval = 7}};

}  // namespace xhci_test
