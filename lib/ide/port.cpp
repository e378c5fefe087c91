// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ide/channel.hpp"

namespace ide {

Result<u64> Port::read(ata::TaskFile command, u8 shift, std::span<u8> into) {
  const auto piece = TRY(channel_->window().expect(into, 1ull << shift));
  ata::set_count(command, piece.bytes >> shift);
  TRY(channel_->run(device_, command, {piece.address, piece.bytes, true}));
  channel_->window().collect(piece, into);
  return piece.bytes;
}

Result<u64> Port::write(ata::TaskFile command, u8 shift, std::span<const u8> from) {
  const auto piece = TRY(channel_->window().offer(from, 1ull << shift));
  ata::set_count(command, piece.bytes >> shift);
  TRY(channel_->run(device_, command, {piece.address, piece.bytes, false}));
  return piece.bytes;
}

// Nothing tells how much of the buffer was filled: what was not is zero.
Result<u64> Port::packet_in(std::span<const u8> packet, std::span<u8> into) {
  if (into.size() % 2) return Error::invalid_parameter;
  if (into.empty()) {
    TRY(channel_->run_packet(device_, packet, {}));
    return u64{0};
  }
  __builtin_memset(into.data(), 0, into.size());
  const auto piece = TRY(channel_->window().offer(into, 2));
  TRY(channel_->run_packet(device_, packet, {piece.address, piece.bytes, true}));
  channel_->window().collect(piece, into);
  return piece.bytes;
}

Result<u64> Port::packet_out(std::span<const u8> packet, std::span<const u8> from) {
  if (from.size() % 2) return Error::invalid_parameter;
  if (from.empty()) {
    TRY(channel_->run_packet(device_, packet, {}));
    return u64{0};
  }
  const auto piece = TRY(channel_->window().offer(from, 2));
  TRY(channel_->run_packet(device_, packet, {piece.address, piece.bytes, false}));
  return piece.bytes;
}

}  // namespace ide
