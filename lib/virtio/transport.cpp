// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/transport.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/capabilities.hpp"
#include "lib/pci/registers.hpp"

namespace virtio {
namespace {

constexpr unsigned max_capabilities = 48;  // (256 - 64) / 4
constexpr u32 doorbell_bytes = 2;
constexpr u64 window_alignment = 4;

}  // namespace

Result<Transport::Window> Transport::window(const pci::Device& device, u8 at) const {
  const u8 index = pci::read8(device.bdf, at + capability::bar);
  const u64 offset = pci::read32(device.bdf, at + capability::offset), bytes = pci::read32(device.bdf, at + capability::length);
  if (index >= pci::Device::max_bars) return Error::unsupported;
  const pci::Resource& bar = device.bars[index];
  if (bar.kind == pci::Resource::Kind::none || bar.io() || !bar.placed) return Error::unsupported;
  if (offset % window_alignment != 0 || offset > bar.size || bytes > bar.size - offset) return Error::unsupported;
  return Window{Gpa(bar.address + offset), bytes};
}

u64 Transport::offered_features() const {
  if (legacy()) return cc::in32(port(legacy::device_feature));
  u64 offered = 0;
  for (u32 half = 0; half < 2; ++half) {
    cc::mmio_write32(common_.base + common::device_feature_select, half);
    offered |= u64{cc::mmio_read32(common_.base + common::device_feature)} << 32 * half;
  }
  return offered;
}

void Transport::accept_features(u64 accepted) const {
  if (legacy()) return cc::out32(port(legacy::driver_feature), static_cast<u32>(accepted));
  for (u32 half = 0; half < 2; ++half) {
    cc::mmio_write32(common_.base + common::driver_feature_select, half);
    cc::mmio_write32(common_.base + common::driver_feature, static_cast<u32>(accepted >> 32 * half));
  }
}

u8 Transport::status() const {
  return legacy() ? cc::in8(port(legacy::device_status)) : cc::mmio_read8(common_.base + common::device_status);
}

void Transport::set_status(u8 value) const {
  if (legacy()) return cc::out8(port(legacy::device_status), value);
  cc::mmio_write8(common_.base + common::device_status, value);
}

// A legacy device has none: two equal readings have to do.
u8 Transport::generation() const { return legacy() ? 0 : cc::mmio_read8(common_.base + common::config_generation); }

u32 Transport::read_field(u32 offset, u32 bytes) const {
  const Gpa at = device_.base + offset;
  if (legacy()) {
    const u16 from = static_cast<u16>(at.raw());
    return bytes == 1 ? cc::in8(from) : bytes == 2 ? cc::in16(from) : cc::in32(from);
  }
  return bytes == 1 ? cc::mmio_read8(at) : bytes == 2 ? cc::mmio_read16(at) : cc::mmio_read32(at);
}

// The first of each kind that is well formed counts [virtio §4.1.4.1].
void Transport::take_window(const pci::Device& device, u8 at) {
  const u8 type = pci::read8(device.bdf, at + capability::type);
  const auto found = window(device, at);
  if (!found) return;
  const Window w = found.value_or({});
  if (type == capability::type_common && !common_.bytes && w.bytes >= common::bytes) common_ = w;
  if (type == capability::type_device && !device_.bytes) device_ = w;
  if (type != capability::type_notify || notify_.bytes || w.bytes < doorbell_bytes || at > 256 - capability::notify_bytes) return;
  const u32 multiplier = pci::read32(device.bdf, at + capability::notify_multiplier);
  if (multiplier % doorbell_bytes != 0) return;
  notify_ = w;
  notify_multiplier_ = multiplier;
}

void Transport::find_windows(const pci::Device& device) {
  common_ = notify_ = device_ = {};
  u8 at = 0;
  for (unsigned i = 0; i < max_capabilities; ++i) {
    at = pci::find_capability(device.bdf, pci::reg::capability_vendor, at);
    if (at == 0) return;
    if (at <= 256 - capability::bytes) take_window(device, at);
  }
}

// Modern identifiers have no legacy interface, whatever BAR 0 is [virtio §4.1.2].
bool Transport::find_ports(const pci::Device& device) {
  const pci::Resource& bar = device.bars[legacy::bar];
  if (device.device < pci_transitional_first || device.device > pci_transitional_last) return false;
  if (!bar.placed || !bar.io() || bar.size <= legacy::configuration || bar.end() > 0x1'0000) return false;
  port_ = static_cast<u16>(bar.address);
  device_ = {Gpa(bar.address + legacy::configuration), bar.size - legacy::configuration};
  return true;
}

Result<> Transport::open(const pci::Device& device, Patience patience) {
  patience_ = patience;
  port_ = 0;
  find_windows(device);
  if ((!common_.bytes || !notify_.bytes) && !find_ports(device)) return Error::unsupported;
  const u16 on = (legacy() ? pci::reg::command_io : pci::reg::command_memory) | pci::reg::command_bus_master;
  const u16 command = pci::read16(device.bdf, pci::reg::command);
  if ((command & on) != on) pci::write16(device.bdf, pci::reg::command, command | on);
  TRY(reset());
  set_status(status::acknowledge);
  set_status(status::acknowledge | status::driver);
  return {};
}

Result<u64> Transport::negotiate(u64 wanted) {
  const u64 offered = offered_features();
  const u64 always = feature::version_1 | feature::access_platform;
  const u64 accepted = offered & (wanted | always);
  if (!legacy() && !(offered & feature::version_1)) return Error::unsupported;
  accept_features(accepted);
  if (legacy()) return accepted;
  const u8 negotiated = status::acknowledge | status::driver | status::features_ok;
  set_status(negotiated);
  if (status() != negotiated) {
    set_status(status::failed);
    return Error::unsupported;
  }
  return accepted;
}

void Transport::write_address(u32 reg, Gpa address) const {
  cc::mmio_write32(common_.base + reg, static_cast<u32>(address.raw()));
  cc::mmio_write32(common_.base + reg + 4, static_cast<u32>(address.raw() >> 32));
}

Result<> Transport::add_queue(u16 index, Queue& queue, const mem::PageSource& source, u16 most) {
  queue.index_ = index;
  return legacy() ? add_legacy_queue(queue, source) : add_modern_queue(queue, source, most);
}

Result<> Transport::add_modern_queue(Queue& queue, const mem::PageSource& source, u16 most) {
  if (queue.index_ >= cc::mmio_read16(common_.base + common::queue_count)) return Error::unsupported;
  cc::mmio_write16(common_.base + common::queue_select, queue.index_);
  const u16 possible = cc::mmio_read16(common_.base + common::queue_size);
  u16 size = Queue::max_size;
  while (size > possible || size > most) size /= 2;
  if (size == 0) return Error::unsupported;
  const u64 doorbell = u64{cc::mmio_read16(common_.base + common::queue_notify_offset)} * notify_multiplier_;
  if (!notify_.holds(doorbell, doorbell_bytes)) return Error::protocol_error;

  TRY(queue.allocate(source, size));
  queue.doorbell_ = notify_.base + doorbell;
  cc::mmio_write16(common_.base + common::queue_size, size);
  write_address(common::queue_descriptors, queue.descriptors());
  write_address(common::queue_driver, queue.available_ring());
  write_address(common::queue_device, queue.used_ring());
  cc::mmio_write16(common_.base + common::queue_enable, 1);
  return {};
}

// One block of memory that the device knows by the number of its page; how long the rings are it says itself.
Result<> Transport::add_legacy_queue(Queue& queue, const mem::PageSource& source) {
  cc::out16(port(legacy::queue_select), queue.index_);
  const u16 size = cc::in16(port(legacy::queue_size));
  if (size == 0 || size > Queue::max_ring || (size & (size - 1))) return Error::unsupported;
  TRY(queue.allocate(source, size, page_bytes));
  cc::out32(port(legacy::queue_page), static_cast<u32>(queue.descriptors().raw() / page_bytes));
  return {};
}

Result<> Transport::start() {
  const u8 running = status::acknowledge | status::driver | status::driver_ok | (legacy() ? 0 : status::features_ok);
  set_status(running);
  return status() == running ? Result<>() : Error::device_error;
}

void Transport::notify(const Queue& queue) const {
  arch::fence();
  if (legacy()) return cc::out16(port(legacy::queue_notify), queue.index_);
  cc::mmio_write16(queue.doorbell_, queue.index_);
}

Result<> Transport::reset() {
  if (!common_.bytes && !legacy()) return {};
  set_status(0);
  const Deadline deadline(patience_);
  while (status() != 0) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  return {};
}

Result<u64> Transport::read_config_wide(u32 offset) const {
  constexpr int tries = 16;
  for (int i = 0; i < tries; ++i) {
    const u8 before = generation();
    const u64 low = TRY(read_config<u32>(offset)), high = TRY(read_config<u32>(offset + 4));
    if (legacy() && (low != TRY(read_config<u32>(offset)) || high != TRY(read_config<u32>(offset + 4)))) continue;
    if (generation() == before) return low | high << 32;
  }
  return Error::device_error;
}

}  // namespace virtio
