// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/xhci/ring.hpp"

namespace xhci {

Result<> Ring::allocate(const mem::PageSource& source, Gpa below) {
  TRY(pages_.allocate(source, 1, below));
  clear();
  return {};
}

void Ring::clear() {
  for (u64 at = 0; at < page_bytes; at += sizeof(u64)) pages_.write<u64>(at, 0);
  next_ = 0;
  cycle_ = true;
}

u64 Ring::put(Trb trb) {
  const auto write = [&](u32 index, const Trb& t) {
    const u64 at = index * sizeof(Trb);
    pages_.write<u64>(at, t.parameter);
    pages_.write<u32>(at + 8, t.status);
    // The cycle bit hands it over: last.
    pages_.write<u32>(at + 12, t.control | (cycle_ ? trb::cycle : 0));
    return pages_.address(at).raw();
  };
  const u64 where = write(next_++, trb);
  if (next_ == entries - 1) {
    write(next_, {pages_.address().raw(), 0, trb::of(TrbType::link) | trb::toggle_cycle | (trb.control & trb::chain)});
    next_ = 0;
    cycle_ = !cycle_;
  }
  return where;
}

Result<> EventRing::allocate(const mem::PageSource& source, Gpa below) {
  TRY(pages_.allocate(source, 2, below));
  pages_.write<u64>(page_bytes, pages_.address().raw());
  pages_.write<u32>(page_bytes + 8, entries);
  next_ = 0;
  cycle_ = true;
  return {};
}

Result<Trb> EventRing::take() {
  const u64 at = next_ * sizeof(Trb);
  const u32 control = pages_.read<u32>(at + 12);
  if (((control & trb::cycle) != 0) != cycle_) return Error::not_ready;
  const Trb event{pages_.read<u64>(at), pages_.read<u32>(at + 8), control};
  if (++next_ == entries) {
    next_ = 0;
    cycle_ = !cycle_;
  }
  return event;
}

}  // namespace xhci
