// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/pflash.hpp"

#include <algorithm>
#include <cstring>

namespace fakes {

void Pflash::fail(const char* why) {
  if (error_.empty()) error_ = why;
}

void Pflash::apply(const Change& change, std::vector<u8>& to) {
  if (change.erases())
    std::memset(to.data() + change.offset, 0xff, block_bytes);
  else
    std::memcpy(to.data() + change.offset, &change.value, change.bytes);
}

void Pflash::change(const Change& what) {
  if (write_protected || broken) {
    status_ |= what.erases() ? 0x20 : 0x10;
    return;
  }
  u32 before = 0;
  std::memcpy(&before, bytes_.data() + what.offset, what.bytes);
  if (what.value & ~before) fail("programming would set a bit");
  apply(what, bytes_);
  if (on_change) on_change(what);
}

u64 Pflash::read(u64 offset, unsigned bytes) {
  if (command_ == 0x98) {
    constexpr char query[] = "QRY";
    const u64 at = offset & 0xff;
    return at >= 0x10 && at < 0x13 ? static_cast<u8>(query[at - 0x10]) : 0;
  }
  if (command_) return status_;
  u64 value = 0;
  if (offset + bytes > bytes_.size()) {
    fail("read behind the end");
    return ~0ull;
  }
  std::memcpy(&value, bytes_.data() + offset, bytes);
  return value;
}

void Pflash::begin(u64 offset, u8 command) {
  switch (command) {
    case 0x10: case 0x40: case 0xe8: case 0x98: cycle_ = 1; break;
    case 0x20:
      cycle_ = 1;
      change({offset & ~(block_bytes - 1), 0, 0});
      break;
    case 0x70: break;
    case 0x50:
      status_ = 0x80;
      command_ = 0;
      return;
    case 0xff: command_ = 0; return;
    default:
      fail("unknown command");
      command_ = 0;
      return;
  }
  command_ = command;
}

void Pflash::write(u64 offset, unsigned bytes, u64 value) {
  if (offset + bytes > bytes_.size()) return fail("write behind the end");
  if (bytes > 4 || offset % bytes != 0) return fail("QEMU drops unaligned and wide writes");
  const u8 low = static_cast<u8>(value);
  const Change programmed{offset, static_cast<u32>(value), bytes};
  if (cycle_ == 0) return begin(offset, low);
  if (command_ == 0x98) {
    if (low == 0xff) command_ = 0, cycle_ = 0;
    return;
  }
  if (command_ == 0x20) {
    if (low != 0xd0) fail("erasure not confirmed");
    cycle_ = 0;
    return;
  }
  if (command_ == 0x10 || command_ == 0x40) {
    change(programmed);
    cycle_ = 0;
    return;
  }
  // The write buffer: count, data, confirmation.
  if (cycle_ == 1) {
    buffer_ = offset & ~255ull;
    left_ = low + 1u;
    if (left_ < 2) fail("newer QEMUs refuse a buffer of one");
    cycle_ = 2;
  } else if (cycle_ == 2) {
    if (offset < buffer_ || offset + bytes > buffer_ + 256) fail("write buffer crossed");
    change(programmed);
    if (--left_ == 0) cycle_ = 3;
  } else {
    if (low != 0xd0) fail("buffer not confirmed");
    cycle_ = 0;
  }
}

}  // namespace fakes
