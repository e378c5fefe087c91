// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <vector>

#include "lib/ehci/device.hpp"
#include "lib/ehci/registers.hpp"
#include "tests/fakes/low_memory.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"

namespace ehci_test {

using namespace base;
namespace qtd = ehci::qtd;
namespace op = ehci::op;
namespace port = ehci::port;

inline fakes::LowMemory* low_memory = nullptr;
inline constexpr auto nothing = [](PageRange) { return Result<>(); };
// Zeroed by who allocates them.
inline const mem::PageSource pages = {[](u64 count, Gpa) { return low_memory->allocate(count); }, [](PageRange range) { low_memory->release(range); },
                                      nothing, nothing};

// An EHCI controller with a device at its first port: bulk endpoints 0x81 and 0x02, reports at 0x83. Fields may be changed
// to lie.
class FakeEhci : public fakes::MmioDevice {
 public:
  static constexpr u64 bar_address = 0xf000'0000, bar_bytes = 0x1000, operational = 0x20;

  FakeEhci() {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    bus.add(4, 0, 0x8086, 0x24cd, 0x0c0320);
    fakes::attach(static_cast<fakes::MmioDevice&>(*this), bar_address, bar_bytes);
    pci.bdf = {0, 4, 0};
    pci.bars[0] = {.kind = pci::Resource::Kind::memory32, .placed = true, .offset = 0x10, .size = bar_bytes, .address = bar_address};
  }
  ~FakeEhci() override { fakes::forget_devices(); }

  fakes::PciBus bus;
  pci::Device pci;
  u32 capability_length = operational, structural = 2;
  bool never_halts = false, never_resets = false, schedule_never_ends = false, schedule_never_starts = false;
  bool connected = true, fast = true, port_never_resets = false, dies = false;
  // What becomes of a descriptor's token: changed, or false: the controller never gets to it.
  std::function<bool(u32&)> lie = [](u32&) { return true; };
  std::deque<std::vector<u8>> reports;
  std::vector<u8> answer = std::vector<u8>(255, 0xa5);  // to every control request
  u64 bulk_in_bytes = ~0ull, taken = 0;
  u8 address = 0;

  u64 read(u64 offset, unsigned) override {
    if (offset == 0) return capability_length | 0x0100u << 16;
    if (offset == 4) return structural;
    if (offset == operational + op::command) return command_ | (never_resets ? op::reset : 0);
    if (offset == operational + op::status) return status();
    if (offset == operational + op::first_port) return port_ | (connected ? port::connected : 0) | port::power;
    return 0;
  }

  void write(u64 offset, unsigned, u64 value) override {
    const u32 word_value = static_cast<u32>(value);
    if (offset == operational + op::async_list) async_ = word_value;
    if (offset == operational + op::periodic_list) periodic_ = word_value;
    if (offset == operational + op::first_port) write_port(word_value);
    if (offset != operational + op::command) return;
    command_ = word_value & ~op::reset;
    if ((command_ & op::run) && (command_ & op::async_on)) run_queue(word(async_) & ~31u);
  }

  // A frame passes: interrupt endpoints are asked.
  void frame() {
    if (!(command_ & op::run) || !(command_ & op::periodic_on)) return;
    u32 at = word(periodic_);
    for (int i = 0; i < 8 && !(at & 1); ++i, at = word(at & ~31u)) run_queue(at & ~31u);
  }

 private:
  static u32& word(u64 at) { return *reinterpret_cast<u32*>(at); }

  u64 status() const {
    u32 bits = (command_ & op::run) || never_halts ? 0 : op::halted;
    if (schedule_never_ends || (command_ & op::async_on)) bits |= op::async_running;
    if ((command_ & op::periodic_on) && !schedule_never_starts) bits |= op::periodic_running;
    return bits | (dies ? op::host_error : 0);
  }

  void write_port(u32 value) {
    if (value & port::reset) resetting_ = true, port_ |= port::reset;
    if (!(value & port::reset) && resetting_ && !port_never_resets) {
      resetting_ = false;
      port_ = fast ? port::enabled : 0;
      address = 0;
    }
    if (value & port::owner) port_ |= port::owner;
  }

  void run_queue(u64 queue) {
    const u32 characteristics = word(queue + ehci::queue_head::characteristics);
    const u8 endpoint = characteristics >> 8 & 0xf;
    if ((characteristics & 0x7f) != address) return;
    for (int i = 0; i < 100; ++i) {
      const u32 next = word(queue + ehci::queue_head::overlay + qtd::next);
      if ((next & 1) || (word(queue + ehci::queue_head::overlay_token) & qtd::halted)) return;
      const u64 at = next & ~31u;
      u32 token = word(at + qtd::token);
      if (!(token & qtd::active) || !transact(at, token, endpoint) || !lie(token)) return;
      word(at + qtd::token) = token;
      word(queue + ehci::queue_head::overlay_token) = token;
      const bool is_short = qtd::packet::get(token) == qtd::in && qtd::total::get(token) != 0;
      word(queue + ehci::queue_head::overlay + qtd::next) = word(at + (is_short ? qtd::alternate : qtd::next));
    }
  }

  // False: the device has nothing to say yet.
  bool transact(u64 at, u32& token, u8 endpoint) {
    const u64 total = qtd::total::get(token), packet = qtd::packet::get(token);
    u64 moved = total;
    if (packet == qtd::setup) {
      std::memcpy(&setup_, reinterpret_cast<void*>(u64{word(at + qtd::buffers)}), sizeof setup_);
      if (setup_.request == 5) new_address_ = static_cast<u8>(setup_.value);
    } else if (packet == qtd::in && endpoint == 0) {
      moved = give(at, total, answer);
      if (total == 0 && new_address_) address = new_address_, new_address_ = 0;
    } else if (packet == qtd::in && endpoint == 3) {
      if (reports.empty()) return false;
      moved = give(at, total, reports.front());
      reports.pop_front();
    } else if (packet == qtd::in) {
      moved = give(at, total, std::vector<u8>(std::min(bulk_in_bytes, total), 0x5a));
    } else if (endpoint == 2) {
      taken += total;
    }
    token = (token & ~(qtd::active | 0x7fff'0000u)) | static_cast<u32>((total - moved) << 16);
    return true;
  }

  static u64 give(u64 at, u64 total, const std::vector<u8>& bytes) {
    const u64 moved = std::min<u64>(total, bytes.size());
    u64 done = 0, offset = word(at + qtd::buffers) & 0xfff;
    for (unsigned i = 0; i < qtd::buffer_count && done < moved; ++i, offset = 0) {
      const u64 part = std::min(moved - done, page_bytes - offset);
      std::memcpy(reinterpret_cast<void*>((word(at + qtd::buffers + 4 * i) & ~0xfffull) + offset), bytes.data() + done, part);
      done += part;
    }
    if (done != moved) std::abort();
    return moved;
  }

  u32 command_ = 0, async_ = 0, periodic_ = 0, port_ = 0;
  bool resetting_ = false;
  usb::Setup setup_;
  u8 new_address_ = 0;
};

inline const std::vector<usb::Endpoint> endpoints = {{.address = 0x81, .transfer = usb::Transfer::bulk, .packet_bytes = 512},
                                                     {.address = 0x02, .transfer = usb::Transfer::bulk, .packet_bytes = 512},
                                                     {.address = 0x83, .transfer = usb::Transfer::interrupt, .packet_bytes = 8, .interval = 7}};

}  // namespace ehci_test
