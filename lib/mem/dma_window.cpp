// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/dma_window.hpp"

#include "lib/cc/platform.hpp"

namespace mem {

void DmaWindow::init(const PageSource& source, Gpa below, u64 alignment, u64 most) {
  source_ = &source;
  below_ = below;
  alignment_ = alignment;
  most_ = most;
}

u64 DmaWindow::sure() const {
  constexpr Gpa any(1ull << 52);
  const bool may_copy = cc::devices_need_shared_memory() || below_ < any || alignment_ > 1;
  return may_copy && most_ > copy_pages * page_bytes ? copy_pages * page_bytes : most_;
}

Result<DmaWindow::Piece> DmaWindow::piece(u64 address, u64 bytes, u64 unit) {
  const u64 direct = bytes < most_ ? bytes : most_ & ~(unit - 1);
  const bool reached = address + direct <= below_.raw() && address % alignment_ == 0;
  if (reached && !cc::devices_need_shared_memory()) return Piece{Gpa(address), direct, false};
  if (copy_.empty()) TRY(copy_.allocate(*source_, bytes_to_pages(most_) < copy_pages ? bytes_to_pages(most_) : copy_pages, below_));
  const u64 room = copy_.bytes() & ~(unit - 1);
  return Piece{copy_.address(), direct < room ? direct : room, true};
}

Result<DmaWindow::Piece> DmaWindow::offer(std::span<const u8> from, u64 unit) {
  const Piece p = TRY(piece(reinterpret_cast<u64>(from.data()), from.size(), unit));
  if (p.copied) copy_.copy_in(0, from.first(p.bytes));
  return p;
}

Result<DmaWindow::Piece> DmaWindow::expect(std::span<u8> into, u64 unit) {
  return piece(reinterpret_cast<u64>(into.data()), into.size(), unit);
}

void DmaWindow::collect(const Piece& p, std::span<u8> into) const {
  if (p.copied) copy_.copy_out(0, into.first(p.bytes));
}

}  // namespace mem
