// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/e1000/card.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace e1000 {
namespace {

constexpr u64 slot_bytes = 2048;  // what the card writes at most, as it comes out of its reset
constexpr u64 buffers_offset = page_bytes;
static_assert(net::most_frame <= slot_bytes);

constexpr u64 buffer_at(u16 slot) { return buffers_offset + slot * slot_bytes; }
constexpr u64 word_at(u16 slot) { return slot * descriptor_bytes + descriptor_word; }

}  // namespace

u32 Card::read(u32 reg) const { return cc::mmio_read32(registers_ + reg); }
void Card::write(u32 reg, u32 value) const { cc::mmio_write32(registers_ + reg, value); }

Result<> Card::reset() {
  if (!registers_.raw()) return {};
  write(reg::interrupt_mask_clear, ~0u);
  write(reg::receive_control, 0);
  write(reg::transmit_control, 0);
  write(reg::control, control::reset);
  const Deadline deadline(patience_);
  while (read(reg::control) & control::reset) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  write(reg::interrupt_mask_clear, ~0u);
  return {};
}

// The reset loads it from the card's own memory.
Result<net::Address> Card::read_address() const {
  const u64 bits = u64{read(reg::address_high)} << 32 | read(reg::address_low);
  net::Address address;
  __builtin_memcpy(&address, &bits, sizeof address);
  return address.sound() ? Result<net::Address>(address) : Error::protocol_error;
}

Result<> Card::open(const pci::Device& device, const mem::PageSource& pages, Patience patience) {
  const pci::Resource& bar = device.bars[0];
  if (bar.kind == pci::Resource::Kind::none || bar.io() || !bar.placed || bar.size < reg::bytes) return Error::unsupported;
  registers_ = Gpa(bar.address);
  pages_ = &pages;
  patience_ = patience;
  constexpr u16 on = pci::reg::command_memory | pci::reg::command_bus_master;
  pci::write16(device.bdf, pci::reg::command, pci::read16(device.bdf, pci::reg::command) | on);
  auto done = reset();
  auto address = done ? read_address() : done.error();
  if (!address) log::warning("e1000: the card cannot be used: ", address.error());
  properties_ = {.address = TRY(address), .reports_link = true};
  return {};
}

Result<> Card::add_ring(u32 base, Ring& ring) {
  TRY(ring.memory.allocate(*pages_, bytes_to_pages(buffer_at(slots))));
  ring.next = 0;
  write(base + ring::base_low, static_cast<u32>(ring.memory.address().raw()));
  write(base + ring::base_high, static_cast<u32>(ring.memory.address().raw() >> 32));
  write(base + ring::length, slots * descriptor_bytes);
  write(base + ring::head, 0);
  write(base + ring::tail, 0);
  return {};
}

void Card::give(u16 slot) {
  in_.memory.write<u64>(word_at(slot), 0);
  in_.memory.write<u64>(slot * descriptor_bytes, in_.memory.address(buffer_at(slot)).raw());
  ++unannounced_;
}

// The card has what lies before its tail; one slot is never its own.
void Card::announce() {
  if (unannounced_ == 0) return;
  unannounced_ = 0;
  arch::fence();
  write(reg::receive_ring + ring::tail, (in_.next + slots - 1u) % slots);
}

// Whom a frame is for is looked at above.
Result<> Card::set_up() {
  idle_ = false;
  TRY(reset());
  if (TRY(read_address()) != properties_.address) return Error::media_changed;
  write(reg::control, control::set_link_up);
  TRY(add_ring(reg::receive_ring, in_));
  TRY(add_ring(reg::transmit_ring, out_));
  oldest_ = 0;
  for (u16 i = 0; i < slots; ++i) give(i);
  namespace rx = receive_control;
  namespace tx = transmit_control;
  write(reg::transmit_control, tx::enable | tx::pad_short | tx::collisions | tx::distance);
  write(reg::receive_control, rx::enable | rx::all_unicast | rx::all_multicast | rx::broadcast | rx::strip_check_sequence);
  announce();
  return {};
}

Result<> Card::up() {
  TRY(down());
  auto done = set_up();
  if (done) return {};
  log::error("e1000: the card cannot be used: ", done.error());
  (void)!down();
  return Error::device_error;
}

Result<> Card::down() {
  if (idle_) return {};
  if (auto quiet = reset(); !quiet) {
    log::error("e1000 does not stop: ", quiet.error());
    return Error::device_error;
  }
  in_.memory.release();
  out_.memory.release();
  idle_ = true;
  return {};
}

bool Card::link() { return read(reg::status) & status::link_up; }

Result<> Card::transmit(std::span<const u8> frame, void* buffer) {
  namespace d = transmit_descriptor;
  const u16 slot = out_.next, after = (slot + 1) % slots;
  if (after == oldest_) return Error::not_ready;
  out_.memory.copy_in(buffer_at(slot), frame);
  out_.memory.write<u64>(slot * descriptor_bytes, out_.memory.address(buffer_at(slot)).raw());
  out_.memory.write<u64>(word_at(slot), frame.size() | d::end_of_packet | d::insert_check_sequence | d::report_status);
  buffers_[slot] = buffer;
  out_.next = after;
  arch::fence();
  write(reg::transmit_ring + ring::tail, after);
  return {};
}

Result<void*> Card::transmitted() {
  if (oldest_ == out_.next || !(out_.memory.read<u64>(word_at(oldest_)) & transmit_descriptor::done)) return Error::not_ready;
  void* buffer = buffers_[oldest_];
  oldest_ = (oldest_ + 1) % slots;
  return buffer;
}

Result<usize> Card::receive(std::span<u8> into) {
  namespace d = receive_descriptor;
  for (u16 i = 0; i < slots; ++i) {
    const u16 slot = in_.next;
    const u64 word = in_.memory.read<u64>(word_at(slot));
    if (!(word & d::done)) break;
    const usize bytes = word & d::length;
    const bool good = (word & d::end_of_packet) && !(word & d::errors) && bytes >= net::header_bytes && bytes <= into.size();
    if (good) in_.memory.copy_out(buffer_at(slot), into.first(bytes));
    give(slot);
    in_.next = (slot + 1) % slots;
    if (unannounced_ == slots / 4) announce();
    if (good) return bytes;
  }
  announce();
  return Error::not_ready;
}

}  // namespace e1000
