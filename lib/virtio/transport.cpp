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

u64 offered_features(Gpa common) {
  u64 offered = 0;
  for (u32 half = 0; half < 2; ++half) {
    cc::mmio_write32(common + common::device_feature_select, half);
    offered |= u64{cc::mmio_read32(common + common::device_feature)} << 32 * half;
  }
  return offered;
}
void accept_features(Gpa common, u64 accepted) {
  for (u32 half = 0; half < 2; ++half) {
    cc::mmio_write32(common + common::driver_feature_select, half);
    cc::mmio_write32(common + common::driver_feature, static_cast<u32>(accepted >> 32 * half));
  }
}

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

Result<> Transport::open(const pci::Device& device, Patience patience) {
  patience_ = patience;
  find_windows(device);
  if (!common_.bytes || !notify_.bytes) return Error::unsupported;
  constexpr u16 on = pci::reg::command_memory | pci::reg::command_bus_master;
  const u16 command = pci::read16(device.bdf, pci::reg::command);
  if ((command & on) != on) pci::write16(device.bdf, pci::reg::command, command | on);
  TRY(reset());
  set_status(status::acknowledge);
  set_status(status::acknowledge | status::driver);
  return {};
}

Result<u64> Transport::negotiate(u64 wanted) {
  const u64 offered = offered_features(common_.base);
  if (!(offered & feature::version_1)) return Error::unsupported;
  const u64 accepted = offered & (wanted | feature::version_1 | feature::access_platform);
  accept_features(common_.base, accepted);
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
  if (index >= cc::mmio_read16(common_.base + common::queue_count)) return Error::unsupported;
  cc::mmio_write16(common_.base + common::queue_select, index);
  const u16 possible = cc::mmio_read16(common_.base + common::queue_size);
  u16 size = Queue::max_size;
  while (size > possible || size > most) size /= 2;
  if (size == 0) return Error::unsupported;
  const u64 doorbell = u64{cc::mmio_read16(common_.base + common::queue_notify_offset)} * notify_multiplier_;
  if (!notify_.holds(doorbell, doorbell_bytes)) return Error::protocol_error;

  TRY(queue.allocate(source, size));
  queue.doorbell_ = notify_.base + doorbell;
  queue.index_ = index;
  cc::mmio_write16(common_.base + common::queue_size, size);
  write_address(common::queue_descriptors, queue.descriptors());
  write_address(common::queue_driver, queue.available_ring());
  write_address(common::queue_device, queue.used_ring());
  cc::mmio_write16(common_.base + common::queue_enable, 1);
  return {};
}

Result<> Transport::start() {
  const u8 running = status::acknowledge | status::driver | status::features_ok | status::driver_ok;
  set_status(running);
  return status() == running ? Result<>() : Error::device_error;
}

void Transport::notify(const Queue& queue) const {
  arch::fence();
  cc::mmio_write16(queue.doorbell_, queue.index_);
}

Result<> Transport::reset() {
  if (!common_.bytes) return {};
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
    const u8 before = cc::mmio_read8(common_.base + common::config_generation);
    const u64 low = TRY(read_config<u32>(offset)), high = TRY(read_config<u32>(offset + 4));
    if (cc::mmio_read8(common_.base + common::config_generation) == before) return low | high << 32;
  }
  return Error::device_error;
}

}  // namespace virtio
