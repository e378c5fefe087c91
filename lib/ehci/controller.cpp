// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ehci/controller.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/ehci/registers.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace ehci {
namespace {

constexpr u32 hot_looks = 64;  // at a register, before the first rest
constexpr u64 head_at = page_bytes;
constexpr u64 periodic_entries = page_bytes / sizeof(u32);
constexpr Gpa limit{4_GiB};  // structures lie in the segment of address bits 63:32 zero
constexpr u8 last_address = 127;

}  // namespace

u32 Controller::get(u64 offset) const { return cc::mmio_read32(operational_ + offset); }
void Controller::set(u64 offset, u32 value) const { cc::mmio_write32(operational_ + offset, value); }

Result<> Controller::wait(u64 offset, u32 bits, bool on) {
  const Deadline deadline(patience_);
  while (((get(offset) & bits) != 0) != on) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  return {};
}

Result<> Controller::find_registers(const pci::Device& device) {
  const pci::Resource& bar = device.bars[0];
  if (bar.kind == pci::Resource::Kind::none || bar.io() || !bar.placed || bar.size < 0x20) return Error::unsupported;
  constexpr u16 on = pci::reg::command_memory | pci::reg::command_bus_master;
  pci::write16(device.bdf, pci::reg::command, pci::read16(device.bdf, pci::reg::command) | on);
  const Gpa base(bar.address);
  const u64 operational = cap::operational_offset::get(cc::mmio_read32(base + cap::length));
  port_count_ = static_cast<unsigned>(cap::port_count::get(cc::mmio_read32(base + cap::structural)));
  if (operational < 0xc || operational % 4 || operational + op::first_port + 4 * port_count_ > bar.size) return Error::unsupported;
  operational_ = base + operational;
  return {};
}

Result<> Controller::halt() {
  set(op::command, get(op::command) & ~(op::run | op::async_on | op::periodic_on));
  return wait(op::status, op::halted, true);
}

// [ehci §4.1]
Result<> Controller::open(const pci::Device& device, const mem::PageSource& source, Patience patience) {
  source_ = &source;
  patience_ = patience;
  TRY(find_registers(device));
  TRY(halt());
  set(op::command, op::reset);
  TRY(wait(op::command, op::reset, false));
  TRY(memory_.allocate(source, 2, limit));
  for (u64 i = 0; i < periodic_entries; ++i) memory_.write<u32>(4 * i, link::terminate);
  // The head stays halted: it only closes the ring.
  const u32 head = static_cast<u32>(memory_.address(head_at).raw());
  memory_.write<u32>(head_at + queue_head::horizontal, head | link::queue_head);
  memory_.write<u32>(head_at + queue_head::characteristics, queue_head::head | static_cast<u32>(queue_head::speed::put(queue_head::high_speed)));
  memory_.write<u32>(head_at + queue_head::capabilities, static_cast<u32>(queue_head::multiplier::put(1)));
  memory_.write<u32>(head_at + queue_head::overlay + qtd::next, link::terminate);
  memory_.write<u32>(head_at + queue_head::overlay + qtd::alternate, link::terminate);
  memory_.write<u32>(head_at + queue_head::overlay_token, qtd::halted);
  set(op::segment, 0);
  set(op::interrupts, 0);
  set(op::periodic_list, static_cast<u32>(memory_.address().raw()));
  set(op::async_list, head);
  set(op::command, op::run | op::one_microframe);
  set(op::configure, 1);
  schedules_ = 0;
  dead_ = false;
  return {};
}

void Controller::quiet() {
  dead_ = true;
  if (!memory_.empty()) (void)!halt();
}

Result<> Controller::stop() {
  dead_ = true;
  if (memory_.empty()) return {};
  TRY(halt());
  // Ports go back to the companions.
  set(op::configure, 0);
  memory_.release();
  return {};
}

Result<> Controller::reset_port(unsigned number) {
  const u64 at = op::first_port + 4 * (number - 1);
  if (!(get(at) & port::power)) set(at, port::power);
  const u32 before = get(at) & ~port::changes;
  if (!(before & port::connected)) return Error::no_media;
  if (next_address_ > last_address) return Error::out_of_resources;
  // 50 ms [usb §7.1.7.5].
  set(at, (before & ~port::enabled) | port::reset);
  const u64 start = patience_.now();
  while (patience_.now() - start < patience_.limit / 100) arch::pause();
  set(at, before & ~(port::enabled | port::reset));
  TRY(wait(at, port::reset, false));
  if (get(at) & port::enabled) return {};
  set(at, (get(at) & ~port::changes) | port::owner);
  return Error::unsupported;
}

bool Controller::is_connected(unsigned number) const { return get(op::first_port + 4 * (number - 1)) & port::connected; }

Result<> Controller::run(Gpa queue, Result<bool> (*finished)(void* context), void* context) {
  if (dead_) return Error::device_error;
  const u32 head = static_cast<u32>(memory_.address(head_at).raw());
  memory_.write<u32>(head_at + queue_head::horizontal, static_cast<u32>(queue.raw()) | link::queue_head);
  arch::fence();
  set(op::command, op::run | op::one_microframe | schedules_ | op::async_on);
  Deadline deadline(patience_);
  Result<> outcome;
  for (;;) {
    const auto done = finished(context);
    if (!done || *Result<bool>(done)) {
      if (!done) outcome = done.error();
      break;
    }
    if (deadline.passed() || (get(op::status) & op::host_error)) {
      outcome = Error::timeout;
      break;
    }
    if (!deadline.rest(hot_looks)) arch::pause();
  }
  // With the schedule off nothing looks at the queue any more.
  set(op::command, op::run | op::one_microframe | schedules_);
  if (!wait(op::status, op::async_running, false)) {
    log::error("ehci: the schedule does not end; the controller is stopped");
    quiet();
    return Error::timeout;
  }
  memory_.write<u32>(head_at + queue_head::horizontal, head | link::queue_head);
  return outcome;
}

Result<> Controller::add_periodic(Gpa queue) {
  if (dead_) return Error::device_error;
  periodic_ = static_cast<u32>(queue.raw()) | link::queue_head;
  for (u64 i = 0; i < periodic_entries; ++i) memory_.write<u32>(4 * i, periodic_);
  schedules_ = op::periodic_on;
  set(op::command, op::run | op::one_microframe | schedules_);
  return wait(op::status, op::periodic_running, true);
}

}  // namespace ehci
