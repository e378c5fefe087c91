// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ide/channel.hpp"

#include <algorithm>

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/ide/registers.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace ide {
namespace {

constexpr u32 hot_looks = 64;  // at a register, before the first rest
constexpr u64 transfer_alignment = 2, most_bytes = 1_MiB;
constexpr unsigned bus_master_bar = 4;

// Port range of a BAR; 0: it has none.
u16 ports_of(const pci::Resource& bar, u64 offset, u64 bytes) {
  if (bar.kind != pci::Resource::Kind::io || !bar.placed || offset + bytes > bar.size || bar.address + offset + bytes > 0x10000) return 0;
  return static_cast<u16>(bar.address + offset);
}

}  // namespace

Result<> Channel::open(const pci::Device& device, unsigned number, const mem::PageSource& source, Patience patience) {
  constexpr u16 pc_command[] = {0x1f0, 0x170}, pc_control[] = {0x3f6, 0x376};
  const bool native = device.class_code >> (2 * number) & 1;
  command_ = native ? ports_of(device.bars[2 * number], 0, 8) : pc_command[number];
  // The control block has four ports, of which the third is in use.
  const u16 control = ports_of(device.bars[2 * number + 1], 0, 4);
  control_ = native ? static_cast<u16>(control ? control + 2 : 0) : pc_control[number];
  bus_master_ = ports_of(device.bars[bus_master_bar], number * bus_master::bytes, bus_master::bytes);
  if (!command_ || !control_ || !bus_master_) return Error::unsupported;
  constexpr u16 on = pci::reg::command_io | pci::reg::command_bus_master;
  pci::write16(device.bdf, pci::reg::command, pci::read16(device.bdf, pci::reg::command) | on);
  patience_ = patience;
  TRY(table_.allocate(source, 1));
  window_.init(source, Gpa(4_GiB), transfer_alignment, most_bytes);
  cc::out8(bus_master_ + bus_master::command, 0);
  cc::out8(control_, control_no_interrupt);
  (void)TRY(wait_idle());
  dead_ = false;
  return {};
}

void Channel::quiet() {
  dead_ = true;
  if (bus_master_ != 0) cc::out8(bus_master_ + bus_master::command, 0);
}

void Channel::stop() {
  quiet();
  table_.release();
  window_.release();
}

// The alternate status: reading it acknowledges nothing.
u8 Channel::status() const { return cc::in8(control_); }

Result<u8> Channel::wait_idle() const {
  Deadline deadline(patience_);
  for (;;) {
    const u8 now = status();
    if (!(now & status_busy)) return now;
    if (now == 0xff) return Error::no_media;  // nothing drives the wire
    if (deadline.passed()) return Error::timeout;
    if (!deadline.rest(hot_looks)) arch::pause();
  }
}

Result<u8> Channel::wait_request() const {
  const u8 now = TRY(wait_idle());
  if (now & (status_error | status_fault) || !(now & status_request)) return Error::device_error;
  return now;
}

Result<> Channel::reset() {
  dead_ = true;
  cc::out8(bus_master_ + bus_master::command, 0);
  // 5 µs with the reset on, 2 ms without it [ata §9.2].
  cc::out8(control_, control_no_interrupt | control_reset);
  const u64 start = patience_.now();
  while (patience_.now() - start < patience_.limit / 1000) arch::pause();
  cc::out8(control_, control_no_interrupt);
  while (patience_.now() - start < patience_.limit / 500) arch::pause();
  (void)TRY(wait_idle());
  dead_ = false;
  return {};
}

void Channel::select(unsigned device, u8 bits) const {
  cc::out8(command_ + reg::device, static_cast<u8>(device_always | bits | (device ? device_second : 0)));
  // 400 ns, as long as four reads at the least [ata §9].
  for (int i = 0; i < 4; ++i) (void)status();
}

ata::Kind Channel::look(unsigned device) {
  if (dead_) return ata::Kind::none;
  select(device, 0);
  // Shows the signatures as a reset does, without its delays.
  cc::out8(command_ + reg::command, static_cast<u8>(ata::Opcode::execute_device_diagnostic));
  const auto now = wait_idle();
  if (!now || *Result<u8>(now) == 0xff) return ata::Kind::none;
  const u16 signature = static_cast<u16>(cc::in8(command_ + reg::lba_mid) | cc::in8(command_ + reg::lba_high) << 8);
  // A packet device shows no status before its first command; where there is no device, everything may read as zero.
  if (signature == signature_packet) return ata::Kind::packet;
  return signature == signature_disk && *Result<u8>(now) != 0 ? ata::Kind::disk : ata::Kind::none;
}

// The registers are two deep: the upper halves of a 48-bit command go first [ata §4.x].
void Channel::send(unsigned device, const ata::TaskFile& task, u8 features) const {
  select(device, task.device);
  cc::out8(command_ + reg::features, features);
  if (ata::is_wide(task.opcode)) {
    cc::out8(command_ + reg::count, u8(task.count >> 8));
    for (u16 i = 0; i < 3; ++i) cc::out8(static_cast<u16>(command_ + reg::lba_low + i), u8(task.lba >> (24 + 8 * i)));
  }
  cc::out8(command_ + reg::count, u8(task.count));
  for (u16 i = 0; i < 3; ++i) cc::out8(static_cast<u16>(command_ + reg::lba_low + i), u8(task.lba >> (8 * i)));
  cc::out8(command_ + reg::command, static_cast<u8>(task.opcode));
}

void Channel::prepare(const Data& data) {
  u64 entry = 0, at = data.address.raw();
  for (u64 left = data.bytes; left; entry += descriptor_bytes) {
    const u64 bytes = std::min(left, region_bytes - at % region_bytes);
    left -= bytes;
    table_.write<u32>(entry, static_cast<u32>(at));
    table_.write<u32>(entry + 4, static_cast<u32>(bytes % region_bytes) | (left ? 0 : last_descriptor));
    at += bytes;
  }
  cc::out32(bus_master_ + bus_master::table, static_cast<u32>(table_.address().raw()));
  cc::out8(bus_master_ + bus_master::command, data.to_memory ? bus_master::to_memory : 0);
  cc::out8(bus_master_ + bus_master::status, bus_master::failed | bus_master::interrupt);
}

Result<> Channel::give_up(u8 opcode) {
  log::error("ide: command ", log::hex(opcode, 2), " is not answered; the channel is reset");
  if (!reset()) log::error("ide: the channel does not come back");
  return Error::timeout;
}

// Waits for the end of a command whose data, if any, moves from now on.
Result<> Channel::finish(u8 opcode, const Data& data) {
  if (data.bytes) cc::out8(bus_master_ + bus_master::command, static_cast<u8>(bus_master::start | (data.to_memory ? bus_master::to_memory : 0)));
  Deadline deadline(patience_);
  u8 now;
  while ((now = status()) & (status_busy | status_request)) {
    if ((now & (status_error | status_busy)) == status_error) break;
    if (deadline.passed()) return give_up(opcode);
    if (!deadline.rest(hot_looks)) arch::pause();
  }
  u8 failed = 0;
  if (data.bytes) {
    failed = cc::in8(bus_master_ + bus_master::status) & bus_master::failed;
    cc::out8(bus_master_ + bus_master::command, 0);
  }
  (void)cc::in8(command_ + reg::status);
  if (!failed && !(now & (status_error | status_fault))) return {};
  // A packet's sense tells the rest.
  if (opcode != static_cast<u8>(ata::Opcode::packet))
    log::error("ide: command ", log::hex(opcode, 2), " failed, status ", log::hex(now, 2), ", error ", log::hex(cc::in8(command_ + reg::error), 2));
  return Error::device_error;
}

Result<> Channel::identify(unsigned device, ata::Opcode opcode, std::span<u8> into) {
  if (dead_) return Error::device_error;
  send(device, {.opcode = opcode}, 0);
  if (auto there = wait_request(); !there) return there.error() == Error::timeout ? give_up(static_cast<u8>(opcode)) : there.error();
  for (u64 i = 0; i < ata::identify_bytes; i += sizeof(u16)) {
    const u16 word = cc::in16(command_ + reg::data);
    __builtin_memcpy(&into[i], &word, sizeof word);
  }
  return finish(static_cast<u8>(opcode), {});
}

Result<> Channel::run(unsigned device, const ata::TaskFile& task, const Data& data) {
  if (dead_) return Error::device_error;
  if (data.bytes) prepare(data);
  send(device, task, 0);
  return finish(static_cast<u8>(task.opcode), data);
}

Result<> Channel::run_packet(unsigned device, std::span<const u8> packet, const Data& data) {
  constexpr u8 opcode = static_cast<u8>(ata::Opcode::packet), features_dma = 1;
  if (dead_) return Error::device_error;
  if (data.bytes) prepare(data);
  send(device, {.opcode = ata::Opcode::packet}, data.bytes ? features_dma : 0);
  if (auto ready = wait_request(); !ready) return ready.error() == Error::timeout ? give_up(opcode) : ready.error();
  for (u64 i = 0; i < ata::packet_bytes; i += sizeof(u16)) {
    u16 word;
    __builtin_memcpy(&word, &packet[i], sizeof word);
    cc::out16(command_ + reg::data, word);
  }
  return finish(opcode, data);
}

}  // namespace ide
