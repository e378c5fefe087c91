// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/network.hpp"

#include <algorithm>
#include <bit>

#include "lib/log/log.hpp"

namespace virtio {
namespace {

// [virtio §5.1.3, §5.1.4]
namespace feature_bit {
constexpr u64 mtu = 1 << 3, mac = 1 << 5, status = 1 << 16;
}
namespace config {
constexpr u32 mac = 0, status = 6, mtu = 10;
constexpr u16 link_up = 1;
}
constexpr u16 receive_queue = 0, transmit_queue = 1;

// The header before each frame is all zero when nothing is offloaded [virtio §5.1.6]; what the device puts there is not
// looked at. A legacy device has no field for merged buffers, and wants the header in a piece of its own [virtio §5.1.6.6].
constexpr u32 modern_header = 12, legacy_header = 10;
constexpr u64 slot_bytes = 2048, frame_offset = 16;
constexpr u16 pieces = 2;
static_assert(frame_offset + net::most_frame < slot_bytes);

}  // namespace

Result<net::Device::Properties> Network::read_properties(u64 features) const {
  Properties p;
  if (!(features & feature_bit::mac)) return Error::unsupported;
  for (u32 i = 0; i < net::address_bytes; ++i) p.address.bytes[i] = TRY(transport_.read_config<u8>(config::mac + i));
  p.reports_link = features & feature_bit::status;
  if (p.reports_link) (void)TRY(transport_.read_config<u16>(config::status));
  const u16 mtu = features & feature_bit::mtu ? TRY(transport_.read_config<u16>(config::mtu)) : net::most_payload;
  if (!p.address.sound() || mtu < net::least_payload) return Error::protocol_error;
  p.most_payload = std::min<u16>(mtu, net::most_payload);
  return p;
}

Result<net::Device::Properties> Network::negotiate() {
  TRY(transport_.open(*device_, patience_));
  const u64 features = TRY(transport_.negotiate(feature_bit::mtu | feature_bit::mac | feature_bit::status));
  own_header_ = transport_.legacy() ? legacy_header : modern_header;
  return read_properties(features);
}

Result<> Network::open(const pci::Device& device, const mem::PageSource& pages, Patience patience) {
  device_ = &device;
  pages_ = &pages;
  patience_ = patience;
  auto found = negotiate();
  quiet();
  if (!found) log::warning("virtio-net: the card cannot be used: ", found.error());
  properties_ = TRY(found);
  return {};
}

Result<> Network::add_lane(u16 index, Lane& lane) {
  TRY(transport_.add_queue(index, lane.queue, *pages_));
  lane.slots = std::min<u16>(most_slots, lane.queue.most_pieces() / pieces);
  if (lane.slots == 0) return Error::unsupported;
  return lane.memory.allocate(*pages_, bytes_to_pages(lane.slots * slot_bytes));
}

Result<> Network::submit(Lane& lane, unsigned slot, usize bytes, bool device_writes) {
  const Gpa at = lane.memory.address(slot * slot_bytes);
  const Queue::Piece chain[pieces] = {{at, own_header_, device_writes}, {at + frame_offset, static_cast<u32>(bytes), device_writes}};
  lane.slot_of[TRY(lane.queue.submit(chain))] = static_cast<u8>(slot);
  return {};
}

// A device that comes back as another one is not used: clients know the old one.
Result<> Network::set_up() {
  idle_ = false;
  const Properties now = TRY(negotiate());
  if (now != properties_) return Error::media_changed;
  TRY(add_lane(receive_queue, in_));
  TRY(add_lane(transmit_queue, out_));
  free_ = ~0ull >> (64 - out_.slots);
  complained_ = false;
  for (unsigned i = 0; i < in_.slots; ++i) TRY(submit(in_, i, slot_bytes - frame_offset, true));
  TRY(transport_.start());
  transport_.notify(in_.queue);
  unannounced_ = 0;
  return {};
}

Result<> Network::up() {
  TRY(down());
  auto done = set_up();
  if (done) return {};
  log::error("virtio-net: the card cannot be used: ", done.error());
  (void)!down();
  return Error::device_error;
}

Result<> Network::down() {
  if (idle_) return {};
  if (auto quiet = transport_.reset(); !quiet) {
    log::error("virtio-net does not stop: ", quiet.error());
    return Error::device_error;
  }
  in_.release();
  out_.release();
  idle_ = true;
  return {};
}

bool Network::link() {
  if (!properties_.reports_link) return true;
  auto status = transport_.read_config<u16>(config::status);
  return status && (*status & config::link_up);
}

Result<> Network::transmit(std::span<const u8> frame, void* buffer) {
  if (out_.queue.broken()) return Error::device_error;
  if (free_ == 0) return Error::not_ready;
  const unsigned slot = static_cast<unsigned>(std::countr_zero(free_));
  out_.memory.copy_in(slot * slot_bytes + frame_offset, frame);
  TRY(submit(out_, slot, frame.size(), false));
  free_ &= free_ - 1;
  buffers_[slot] = buffer;
  transport_.notify(out_.queue);
  return {};
}

Result<void*> Network::transmitted() {
  const auto done = TRY(out_.queue.poll());
  const unsigned slot = out_.slot_of[done.id];
  free_ |= 1ull << slot;
  return buffers_[slot];
}

// To tell the device is to leave the guest.
void Network::announce() {
  if (unannounced_ == 0) return;
  unannounced_ = 0;
  transport_.notify(in_.queue);
}

Result<usize> Network::receive(std::span<u8> into) {
  for (unsigned i = 0; i < in_.slots; ++i) {
    auto done = in_.queue.poll();
    if (!done) {
      if (done.error() != Error::not_ready) return Error::device_error;
      announce();
      return Error::not_ready;
    }
    const unsigned slot = in_.slot_of[done->id];
    const usize bytes = done->written > own_header_ ? done->written - own_header_ : 0;
    const bool good = bytes >= net::header_bytes && bytes <= into.size();
    if (good) in_.memory.copy_out(slot * slot_bytes + frame_offset, into.first(bytes));
    TRY(submit(in_, slot, slot_bytes - frame_offset, true));
    if (++unannounced_ == in_.slots / 2) announce();
    if (good) return bytes;
    if (!complained_) log::warning("virtio-net: frames of ", bytes, " bytes and the like are dropped");
    complained_ = true;
  }
  return Error::not_ready;
}

}  // namespace virtio
