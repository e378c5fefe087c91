// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/shared_pages.hpp"

namespace mem {

// What a disk or network driver gives its device of a caller's buffer: the buffer itself where the device reaches it,
// else a copy of its beginning in shared pages that the driver keeps. One piece at a time.
class DmaWindow {
 public:
  struct Piece {
    Gpa address;
    u64 bytes = 0;  // at most what was asked for, a multiple of `unit` of it
    bool copied = false;
  };

  // `below`: the first address that the device cannot reach. `alignment`: of an address that it is given. `unit`: what a
  // piece is a whole number of, a power of two up to a page. `most`: the bytes of a piece, a whole number of pages.
  void init(const PageSource& source, Gpa below, u64 alignment, u64 most);

  // What every piece has room for, wherever the caller's buffer lies.
  u64 sure() const;

  // For the device to read.
  Result<Piece> offer(std::span<const u8> from, u64 unit);
  // For the device to write; collect() when it has.
  Result<Piece> expect(std::span<u8> into, u64 unit);
  void collect(const Piece& piece, std::span<u8> into) const;

  // Not while the device may still use a piece.
  void release() { copy_.release(); }

 private:
  static constexpr u64 copy_pages = 64;  // what the host is shown at once
  Result<Piece> piece(u64 address, u64 bytes, u64 unit);

  const PageSource* source_ = nullptr;
  Gpa below_;
  u64 alignment_ = 1, most_ = page_bytes;
  SharedPages copy_;
};

}  // namespace mem
