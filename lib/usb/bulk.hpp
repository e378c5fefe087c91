// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/dma_window.hpp"

// Bulk transfers as large as the caller's buffer, in pieces that the host controller reaches. Every piece but the last is a whole
// number of packets, so that only the device itself ends a transfer early [usb §5.8.3]. `move` transfers a piece and says
// how many of its bytes moved.
namespace usb {

using namespace base;

template <class Move>
Result<u64> read_in_pieces(mem::DmaWindow& window, std::span<u8> into, u64 most, u16 packet_bytes, Move move) {
  u64 total = 0;
  while (total < into.size()) {
    const std::span<u8> rest = into.subspan(total);
    const auto piece = TRY(window.expect(rest, rest.size() < most ? 1 : packet_bytes));
    const u64 moved = TRY(move(piece));
    window.collect({piece.address, moved, piece.copied}, rest);
    total += moved;
    if (moved < piece.bytes) break;
  }
  return total;
}

template <class Move>
Result<> write_in_pieces(mem::DmaWindow& window, std::span<const u8> from, u64 most, u16 packet_bytes, Move move) {
  while (!from.empty()) {
    const auto piece = TRY(window.offer(from, from.size() < most ? 1 : packet_bytes));
    if (TRY(move(piece)) != piece.bytes) return Error::device_error;
    from = from.subspan(piece.bytes);
  }
  return {};
}

}  // namespace usb
