// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/xhci/controller.hpp"

#include <algorithm>

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace xhci {
namespace {

constexpr u32 hot_looks = 64;  // at a register, before the first rest
constexpr u32 most_scratchpads = 64;
constexpr unsigned events_at_once = 2 * EventRing::entries;  // a controller that never stops talking is not listened to

}  // namespace

u32 Controller::get(u64 offset) const { return cc::mmio_read32(operational_ + offset); }
void Controller::set(u64 offset, u32 value) const { cc::mmio_write32(operational_ + offset, value); }
// Two halves: not every controller takes 64 bits at once [xhci §5.1].
void Controller::set_wide(u64 offset, u64 value) const {
  set(offset, static_cast<u32>(value));
  set(offset + 4, static_cast<u32>(value >> 32));
}

Result<> Controller::find_registers(const pci::Device& device) {
  const pci::Resource& bar = device.bars[0];
  if (bar.kind == pci::Resource::Kind::none || bar.io() || !bar.placed || bar.size < page_bytes) return Error::unsupported;
  constexpr u16 on = pci::reg::command_memory | pci::reg::command_bus_master;
  pci::write16(device.bdf, pci::reg::command, pci::read16(device.bdf, pci::reg::command) | on);
  const Gpa base(bar.address);
  const u64 operational = cap::operational_offset::get(cc::mmio_read32(base + cap::length));
  const u32 structural = cc::mmio_read32(base + cap::structural1), capability = cc::mmio_read32(base + cap::capability1);
  const u64 doorbells = cc::mmio_read32(base + cap::doorbell_offset) & ~3u, runtime = cc::mmio_read32(base + cap::runtime_offset) & ~31u;
  slots_ = static_cast<u8>(std::min<u64>(cap::max_slots::get(structural), max_devices));
  port_count_ = static_cast<unsigned>(cap::max_ports::get(structural));
  const auto inside = [&](u64 offset, u64 bytes) { return offset <= bar.size && bytes <= bar.size - offset; };
  if (operational < cap::bytes || operational % 4 || slots_ == 0 || !inside(operational, op::first_port + port_count_ * op::port_stride) ||
      !inside(doorbells, 4 * (slots_ + 1ull)) || !inside(runtime, runtime::bytes))
    return Error::unsupported;
  operational_ = base + operational;
  doorbells_ = base + doorbells;
  runtime_ = base + runtime;
  large_contexts_ = cap::large_contexts::get(capability);
  dma_limit_ = Gpa(cap::addresses_64_bit::get(capability) ? 1ull << 52 : 4_GiB);
  return {};
}

Result<> Controller::halt() {
  set(op::command, get(op::command) & ~op::run);
  const Deadline deadline(patience_);
  while (!(get(op::status) & op::halted)) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  return {};
}

Result<> Controller::allocate(u32 scratchpads) {
  TRY(table_.allocate(*source_, 2, dma_limit_));
  TRY(commands_.allocate(*source_, dma_limit_));
  TRY(events_.allocate(*source_, dma_limit_));
  if (scratchpads == 0) return {};
  TRY(scratchpads_.allocate(*source_, scratchpads, dma_limit_));
  for (u32 i = 0; i < scratchpads; ++i) table_.write<u64>(page_bytes + 8 * i, scratchpads_.address(i * page_bytes).raw());
  table_.write<u64>(0, table_.address(page_bytes).raw());
  return {};
}

// [xhci §4.2]
Result<> Controller::open(const pci::Device& device, const mem::PageSource& source, Patience patience) {
  source_ = &source;
  patience_ = patience;
  TRY(find_registers(device));
  const u32 structural = cc::mmio_read32(Gpa(device.bars[0].address) + cap::structural2);
  const u32 scratchpads = static_cast<u32>(cap::scratchpads_high::get(structural) << 5 | cap::scratchpads_low::get(structural));
  if (scratchpads > most_scratchpads || !(get(op::page_size) & 1)) return Error::unsupported;
  TRY(halt());
  set(op::command, op::reset);
  const Deadline deadline(patience);
  while ((get(op::command) & op::reset) || (get(op::status) & op::not_ready)) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  TRY(allocate(scratchpads));
  set(op::configure, slots_);
  set_wide(op::contexts, table_.address().raw());
  set_wide(op::command_ring, commands_.dequeue());
  const auto interrupter = [&](u64 offset, u64 value) {
    cc::mmio_write32(runtime_ + offset, static_cast<u32>(value));
    cc::mmio_write32(runtime_ + offset + 4, static_cast<u32>(value >> 32));
  };
  cc::mmio_write32(runtime_ + runtime::segment_count, 1);
  interrupter(runtime::dequeue, events_.dequeue().raw());
  interrupter(runtime::segment_table, events_.segment_table().raw());
  set(op::command, op::run);
  dead_ = false;
  return {};
}

void Controller::quiet() {
  dead_ = true;
  if (!table_.empty()) (void)!halt();
}

Result<> Controller::stop() {
  dead_ = true;
  if (table_.empty()) return {};
  // A controller that does not let go keeps its memory.
  TRY(halt());
  device_count_ = 0;
  table_.release();
  scratchpads_.release();
  commands_.release();
  events_.release();
  return {};
}

Result<usb::Speed> Controller::reset_port(unsigned number) {
  const u64 at = port_at(number);
  const auto write = [&](u32 bits) { set(at, (get(at) & port::preserved) | bits); };
  if (!(get(at) & port::power)) write(port::power);
  if (!(get(at) & port::connected)) return Error::no_media;
  // A USB 3 port is enabled as soon as its link is up; a reset does it no harm but time [xhci §4.3].
  if (!(get(at) & port::enabled)) {
    write(port::reset);
    const Deadline deadline(patience_);
    while (!(get(at) & port::reset_changed)) {
      if (deadline.passed()) return Error::timeout;
      arch::pause();
    }
  }
  write(port::changes);
  const u32 state = get(at);
  if (!(state & port::enabled)) return Error::device_error;
  switch (port::speed::get(state)) {  // the default protocol speeds [xhci §7.2.2.1.1]
    case 1: return usb::Speed::full;
    case 2: return usb::Speed::low;
    case 3: return usb::Speed::high;
    case 4:
    case 5: return usb::Speed::super;
    default: return Error::unsupported;
  }
}

Result<> Controller::add(Device& device) {
  if (device_count_ == max_devices) return Error::out_of_resources;
  devices_[device_count_++] = &device;
  return {};
}

void Controller::dispatch(const Trb& event) {
  const u64 type = trb::type::get(event.control);
  const u8 code = static_cast<u8>(trb::code::get(event.status)), slot = static_cast<u8>(trb::slot::get(event.control));
  if (type == static_cast<u8>(TrbType::command_completion) && awaited_ && event.parameter == awaited_) {
    awaited_ = 0;
    answered_ = true;
    answer_code_ = code;
    answer_slot_ = slot;
    return;
  }
  if (type != static_cast<u8>(TrbType::transfer_event)) return;
  for (unsigned i = 0; i < device_count_; ++i)
    if (devices_[i]->slot() == slot && slot != 0)
      return devices_[i]->note(static_cast<u8>(trb::endpoint::get(event.control)), event.parameter, code, trb::residual::get(event.status));
}

void Controller::poll() {
  if (dead_) return;
  unsigned taken = 0;
  for (; taken < events_at_once; ++taken) {
    const auto event = events_.take();
    if (!event) break;
    dispatch(Result<Trb>(event).value());
  }
  if (taken == 0) return;
  const u64 dequeue = events_.dequeue().raw() | runtime::handler_busy;
  cc::mmio_write32(runtime_ + runtime::dequeue, static_cast<u32>(dequeue));
  cc::mmio_write32(runtime_ + runtime::dequeue + 4, static_cast<u32>(dequeue >> 32));
}

Result<> Controller::wait(const bool& done) {
  Deadline deadline(patience_);
  for (;;) {
    if (dead_) return Error::device_error;
    poll();
    if (done) return {};
    if (deadline.passed()) return Error::timeout;
    if (!deadline.rest(hot_looks)) arch::pause();
  }
}

Result<u8> Controller::command(Trb trb) {
  if (dead_) return Error::device_error;
  answered_ = false;
  awaited_ = commands_.put(trb);
  ring_doorbell(0, 0);
  if (auto waited = wait(answered_); !waited) {
    // It may still work on the command, and on any memory that it was told of.
    log::error("xhci: command ", trb::type::get(trb.control), " is not answered; the controller is stopped");
    quiet();
    return waited.error();
  }
  if (answer_code_ != trb::success) {
    log::warning("xhci: command ", trb::type::get(trb.control), " failed with code ", answer_code_);
    return Error::device_error;
  }
  return answer_slot_;
}

void Controller::ring_doorbell(u8 slot, u8 target) {
  arch::fence();
  cc::mmio_write32(doorbells_ + 4ull * slot, target);
}

void Controller::set_context(u8 slot, Gpa context) { table_.write<u64>(8ull * slot, context.raw()); }

}  // namespace xhci
