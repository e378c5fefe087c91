// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/nvme/controller.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace nvme {
namespace {

constexpr u16 admin_id = 0, io_id = 1;
constexpr u32 contiguous = 1;  // of Create Queue's dword 11
constexpr u64 transfer_alignment = 4;
constexpr u64 page_entries = page_bytes / sizeof(u64);

}  // namespace

Gpa Controller::doorbell(u16 queue, bool completion) const {
  return registers_ + (reg::doorbells + ((2ull * queue + completion) << (2 + capabilities::doorbell_stride::get(capabilities_))));
}

Result<> Controller::wait_ready(bool ready) {
  const Deadline deadline(patience_);
  for (;;) {
    const u32 status = cc::mmio_read32(registers_ + reg::status);
    if (status == ~0u) return Error::device_error;
    if (((status & status::ready) != 0) == ready) return {};
    if (ready && (status & status::fatal)) return Error::device_error;
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
}

Result<> Controller::disable() {
  cc::mmio_write32(registers_ + reg::configuration, 0);
  return wait_ready(false);
}

Result<> Controller::open(const pci::Device& device, const mem::PageSource& source, Patience patience) {
  const pci::Resource& bar = device.bars[0];
  if (bar.kind == pci::Resource::Kind::none || bar.io() || !bar.placed || bar.size < reg::doorbells + page_bytes) return Error::unsupported;
  registers_ = Gpa(bar.address);
  register_bytes_ = bar.size;
  patience_ = patience;
  constexpr u16 on = pci::reg::command_memory | pci::reg::command_bus_master;
  pci::write16(device.bdf, pci::reg::command, pci::read16(device.bdf, pci::reg::command) | on);
  capabilities_ = cc::mmio_read64(registers_ + reg::capabilities);
  if (!capabilities::nvm_command_set::get(capabilities_) || capabilities::least_page_size::get(capabilities_) != 0 ||
      capabilities::queue_entries_less_1::get(capabilities_) + 1 < QueuePair::entries ||
      doorbell(io_id, true).raw() + sizeof(u32) > registers_.raw() + register_bytes_)
    return Error::unsupported;
  TRY(disable());
  TRY(admin_.allocate(source));
  TRY(io_.allocate(source));
  TRY(page_list_.allocate(source, 1));
  TRY(answer_.allocate(source, 1));
  window_.init(source, Gpa(1ull << 52), transfer_alignment, page_bytes);
  TRY(start());

  u8 about[page_bytes];
  TRY(identify(identify::of_controller, 0, about));
  __builtin_memcpy(&namespace_count_, about + identify::namespace_count, sizeof namespace_count_);
  has_write_cache_ = about[identify::write_cache] & 1;
  const u8 limit = about[identify::transfer_limit];
  constexpr u8 no_limit = 0, beyond_ours = 9;
  window_.init(source, Gpa(1ull << 52), transfer_alignment, limit == no_limit || limit >= beyond_ours ? most_bytes : page_bytes << limit);
  return {};
}

Result<> Controller::start() {
  dead_ = true;
  admin_.restart(admin_id, doorbell(admin_id, false), doorbell(admin_id, true));
  io_.restart(io_id, doorbell(io_id, false), doorbell(io_id, true));
  constexpr u32 last = QueuePair::entries - 1;
  cc::mmio_write32(registers_ + reg::admin_queue_sizes, last << 16 | last);
  cc::mmio_write64(registers_ + reg::admin_submission, admin_.submission().raw());
  cc::mmio_write64(registers_ + reg::admin_completion, admin_.completion().raw());
  cc::mmio_write32(registers_ + reg::configuration, configuration::running);
  TRY(wait_ready(true));
  Command create;
  create.opcode = static_cast<u8>(AdminOpcode::create_completion_queue);
  create.prp1 = io_.completion().raw();
  create.dword10 = last << 16 | io_id;
  create.dword11 = contiguous;
  TRY(admin_.run(create, patience_));
  create.opcode = static_cast<u8>(AdminOpcode::create_submission_queue);
  create.prp1 = io_.submission().raw();
  create.dword11 = u32{io_id} << 16 | contiguous;
  TRY(admin_.run(create, patience_));
  dead_ = false;
  return {};
}

void Controller::quiet() {
  dead_ = true;
  if (registers_ != Gpa()) (void)!disable();
}

Result<> Controller::stop() {
  dead_ = true;
  if (registers_ == Gpa()) return {};
  // A controller that does not let go keeps its memory.
  TRY(disable());
  admin_.release();
  io_.release();
  page_list_.release();
  answer_.release();
  window_.release();
  return {};
}

Result<> Controller::run(QueuePair& queue, const Command& command) {
  if (dead_) return Error::device_error;
  const auto done = queue.run(command, patience_);
  if (done) return {};
  if (done.error() == Error::device_error) {
    log::warning("nvme: command ", log::hex(command.opcode, 2), " failed with status ", log::hex(queue.last_status(), 4));
    return done;
  }
  log::error("nvme: command ", log::hex(command.opcode, 2), ": ", done.error(), "; the controller is reset");
  dead_ = true;
  if (auto reset = disable(); !reset || !start()) log::error("nvme: the controller does not come back");
  return done;
}

Result<> Controller::identify(u32 what, u32 namespace_id, std::span<u8> into) {
  Command command;
  command.opcode = static_cast<u8>(AdminOpcode::identify);
  command.namespace_id = namespace_id;
  command.prp1 = answer_.address().raw();
  command.dword10 = what;
  TRY(run(admin_, command));
  answer_.copy_out(0, into.first(page_bytes));
  return {};
}

Result<u32> Controller::list_namespaces(std::span<u32> into) {
  u8 list[page_bytes];
  u32 count = 0;
  if (!identify(identify::active_namespaces, 0, list)) {
    // Before version 1.1 they are simply numbered.
    while (count < into.size() && count < namespace_count_) into[count] = count + 1, ++count;
    return count;
  }
  for (u64 at = 0; at < page_bytes && count < into.size(); at += sizeof(u32)) {
    u32 id;
    __builtin_memcpy(&id, list + at, sizeof id);
    if (id == 0) break;
    // They are sorted; what is not would show a namespace twice.
    if (id <= (count ? into[count - 1] : 0)) return Error::protocol_error;
    into[count++] = id;
  }
  return count;
}

// The first page may begin anywhere, every further one at its beginning; from the third on they are in a list.
void Controller::point_at(Command& command, const mem::DmaWindow::Piece& piece) {
  command.prp1 = piece.address.raw();
  const Gpa second = piece.address.align_down(page_bytes) + page_bytes, end = piece.address + piece.bytes;
  if (second >= end) return;
  if (end - second <= page_bytes) {
    command.prp2 = second.raw();
    return;
  }
  u64 n = 0;
  for (Gpa page = second; page < end && n < page_entries; page = page + page_bytes) page_list_.write<u64>(8 * n++, page.raw());
  command.prp2 = page_list_.address().raw();
}

Command Controller::transfer(Opcode opcode, u32 namespace_id, u8 shift, u64 lba, u64 bytes) {
  Command c;
  c.opcode = static_cast<u8>(opcode);
  c.namespace_id = namespace_id;
  c.dword10 = static_cast<u32>(lba);
  c.dword11 = static_cast<u32>(lba >> 32);
  c.dword12 = static_cast<u32>((bytes >> shift) - 1);
  return c;
}

Result<> Controller::read(u32 namespace_id, u8 shift, u64 lba, std::span<u8> into) {
  while (!into.empty()) {
    const auto piece = TRY(window_.expect(into, 1ull << shift));
    Command command = transfer(Opcode::read, namespace_id, shift, lba, piece.bytes);
    point_at(command, piece);
    TRY(run(io_, command));
    window_.collect(piece, into);
    into = into.subspan(piece.bytes);
    lba += piece.bytes >> shift;
  }
  return {};
}

Result<> Controller::write(u32 namespace_id, u8 shift, u64 lba, std::span<const u8> from) {
  while (!from.empty()) {
    const auto piece = TRY(window_.offer(from, 1ull << shift));
    Command command = transfer(Opcode::write, namespace_id, shift, lba, piece.bytes);
    point_at(command, piece);
    TRY(run(io_, command));
    from = from.subspan(piece.bytes);
    lba += piece.bytes >> shift;
  }
  return {};
}

Result<> Controller::flush(u32 namespace_id) {
  if (!has_write_cache_) return {};
  Command command;
  command.opcode = static_cast<u8>(Opcode::flush);
  command.namespace_id = namespace_id;
  return run(io_, command);
}

}  // namespace nvme
