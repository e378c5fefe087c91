// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ahci/port.hpp"

#include <algorithm>

#include "lib/ahci/registers.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"

namespace ahci {
namespace {

// Where things lie in the port's one page: the list needs 1 KiB, the frames 256 bytes, the table 128 [ahci §4.2].
constexpr u32 hot_looks = 64;  // at a register, before the first rest
constexpr u64 list_at = 0, frames_at = command::list_bytes, table_at = 0x800, table_bytes = 0x100;
constexpr u64 transfer_alignment = 2;
constexpr u8 packet_features_dma = 1;

}  // namespace

u32 Port::get(u64 offset) const { return cc::mmio_read32(registers_ + offset); }
void Port::set(u64 offset, u32 value) const { cc::mmio_write32(registers_ + offset, value); }

Result<> Port::wait_clear(u64 offset, u32 bits) const {
  const Deadline deadline(patience_);
  while (get(offset) & bits) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  return {};
}

// In this order [ahci §10.3.2, §10.4.2].
Result<> Port::stop_engine() {
  set(port::command, get(port::command) & ~port::start);
  TRY(wait_clear(port::command, port::list_running));
  set(port::command, get(port::command) & ~port::receive);
  return wait_clear(port::command, port::receive_running);
}

Result<> Port::start_engine() {
  set(port::link_error, ~0u);
  set(port::interrupt_status, ~0u);
  TRY(wait_clear(port::task_file, port::task_busy | port::task_request));
  set(port::command, get(port::command) | port::start);
  return {};
}

// A device that is there shows itself within 10 ms of its link [ahci §10.1.2]; an empty port does not wait for one.
Result<bool> Port::detect() {
  const Deadline deadline(patience_);
  for (;;) {
    const u64 state = port::detected::get(get(port::link_status));
    if (state == port::present) return true;
    if (state != 1) return false;
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
}

Result<ata::Kind> Port::open(Gpa registers, Gpa below, const mem::PageSource& source, Patience patience) {
  registers_ = registers;
  patience_ = patience;
  if (!TRY(detect())) return ata::Kind::none;
  TRY(stop_engine());
  TRY(structures_.allocate(source, 1, below));
  window_.init(source, below, transfer_alignment, command::most_region_bytes);
  for (const auto& [reg, at] : {std::pair{port::command_list, list_at}, {port::received_frames, frames_at}}) {
    set(reg, static_cast<u32>(structures_.address(at).raw()));
    set(reg + 4, static_cast<u32>(structures_.address(at).raw() >> 32));
  }
  set(port::command, get(port::command) | port::spin_up | port::power_on | port::receive);
  TRY(start_engine());
  dead_ = false;
  switch (get(port::signature)) {
    case port::signature_disk: return ata::Kind::disk;
    case port::signature_packet: return ata::Kind::packet;
    default: return Error::unsupported;
  }
}

void Port::quiet() {
  dead_ = true;
  if (!structures_.empty()) (void)!stop_engine();
}

Result<> Port::stop() {
  dead_ = true;
  if (structures_.empty()) return {};
  TRY(stop_engine());
  structures_.release();
  window_.release();
  return {};
}

Result<> Port::reset_link() {
  dead_ = true;
  TRY(stop_engine());
  // At least a millisecond [ahci §10.4.2].
  const u64 start = patience_.now();
  set(port::link_control, port::link_reset);
  while (patience_.now() - start < patience_.limit / 1000) arch::pause();
  set(port::link_control, 0);
  if (!TRY(detect())) return Error::no_media;
  set(port::command, get(port::command) | port::receive);
  TRY(start_engine());
  dead_ = false;
  return {};
}

void Port::fill(const ata::TaskFile& task, std::span<const u8> packet, const Piece& piece, Direction direction) {
  const bool write = direction == Direction::to_device;
  u8 table[table_bytes] = {};
  const u8 words[] = {frame::type, frame::is_command, static_cast<u8>(task.opcode), packet.empty() ? u8{0} : packet_features_dma,
                      u8(task.lba), u8(task.lba >> 8), u8(task.lba >> 16), task.device,
                      u8(task.lba >> 24), u8(task.lba >> 32), u8(task.lba >> 40), 0,
                      u8(task.count), u8(task.count >> 8)};
  std::copy(std::begin(words), std::end(words), table);
  std::copy(packet.begin(), packet.end(), table + command::packet_at);
  const u64 address = piece.address.raw();
  const u32 length = static_cast<u32>(piece.bytes - 1);
  __builtin_memcpy(table + command::region_at, &address, sizeof address);
  __builtin_memcpy(table + command::region_at + command::region_length, &length, sizeof length);
  structures_.copy_in(table_at, table);

  const u32 flags = static_cast<u32>(command::frame_dwords::put(frame::dwords) | command::regions::put(piece.bytes != 0)) |
                    (packet.empty() ? 0 : command::packet) | (write ? command::write : 0);
  structures_.write<u32>(list_at, flags);
  structures_.write<u32>(list_at + command::moved, 0);
  structures_.write<u64>(list_at + command::table, structures_.address(table_at).raw());
}

// How many bytes the adapter says it moved, at most those of the piece.
Result<u64> Port::issue(const ata::TaskFile& task, std::span<const u8> packet, const Piece& piece, Direction direction) {
  if (dead_) return Error::device_error;
  fill(task, packet, piece, direction);
  arch::fence();
  set(port::command_issue, 1);
  Deadline deadline(patience_);
  for (;;) {
    const u32 interrupts = get(port::interrupt_status);
    if (interrupts & (port::task_file_error | port::host_errors)) {
      if (packet.empty()) log::warning("ahci: command ", log::hex(static_cast<u8>(task.opcode), 2), " failed, task file ", log::hex(get(port::task_file), 4));
      // The engine goes on only from a fresh start [ahci §6.2.2.1].
      if (!stop_engine()) dead_ = true;
      set(port::command, get(port::command) | port::receive);
      if (!start_engine()) dead_ = true;
      return Error::device_error;
    }
    if (!(get(port::command_issue) & 1)) break;
    if (deadline.passed()) {
      log::error("ahci: command ", log::hex(static_cast<u8>(task.opcode), 2), " is not answered; the link is reset");
      if (!reset_link()) log::error("ahci: the device does not come back");
      return Error::timeout;
    }
    if (!deadline.rest(hot_looks)) arch::pause();
  }
  if (get(port::task_file) & port::task_error) return Error::device_error;
  return std::min<u64>(structures_.read<u32>(list_at + command::moved), piece.bytes);
}

Result<> Port::issue_whole(const ata::TaskFile& task, const Piece& piece, Direction direction) {
  const u64 moved = TRY(issue(task, {}, piece, direction));
  return moved == piece.bytes ? Result<>() : Error::device_error;
}

Result<> Port::identify(ata::Opcode opcode, std::span<u8> into) {
  const Piece piece = TRY(window_.expect(into.first(ata::identify_bytes), ata::identify_bytes));
  TRY(issue_whole({.opcode = opcode}, piece, Direction::to_host));
  window_.collect(piece, into);
  return {};
}

Result<> Port::execute(const ata::TaskFile& command) {
  (void)TRY(issue(command, {}, {}, Direction::to_host));
  return {};
}

Result<u64> Port::read(ata::TaskFile command, u8 shift, std::span<u8> into) {
  const Piece piece = TRY(window_.expect(into, 1ull << shift));
  ata::set_count(command, piece.bytes >> shift);
  TRY(issue_whole(command, piece, Direction::to_host));
  window_.collect(piece, into);
  return piece.bytes;
}

Result<u64> Port::write(ata::TaskFile command, u8 shift, std::span<const u8> from) {
  const Piece piece = TRY(window_.offer(from, 1ull << shift));
  ata::set_count(command, piece.bytes >> shift);
  TRY(issue_whole(command, piece, Direction::to_device));
  return piece.bytes;
}

Result<u64> Port::packet_in(std::span<const u8> packet, std::span<u8> into) {
  if (into.size() % 2) return Error::invalid_parameter;
  const Piece piece = into.empty() ? Piece{} : TRY(window_.expect(into, 2));
  const u64 moved = TRY(issue({.opcode = ata::Opcode::packet}, packet, piece, Direction::to_host));
  window_.collect({piece.address, moved, piece.copied}, into);
  return moved;
}

Result<u64> Port::packet_out(std::span<const u8> packet, std::span<const u8> from) {
  if (from.size() % 2) return Error::invalid_parameter;
  const Piece piece = from.empty() ? Piece{} : TRY(window_.offer(from, 2));
  return issue({.opcode = ata::Opcode::packet}, packet, piece, Direction::to_device);
}

}  // namespace ahci
