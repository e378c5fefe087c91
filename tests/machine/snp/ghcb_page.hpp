// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/ghcb.hpp"
#include "tests/machine/snp/model.hpp"

namespace snp {

// One exit through the page: what the guest vouches for, and the host's answer.
struct Request {
  Vcpu& v;
  cc::sev::Ghcb& ghcb;
  u64 gpa;  // of the page

  bool valid(usize offset) const {
    const unsigned bit = cc::sev::valid_bit(offset);
    return ghcb.valid_bitmap[bit / 8] >> bit % 8 & 1;
  }
  void set(u64& field, u64 value) {
    field = value;
    const auto offset = reinterpret_cast<u8*>(&field) - reinterpret_cast<u8*>(&ghcb);
    const unsigned bit = cc::sev::valid_bit(static_cast<usize>(offset));
    ghcb.valid_bitmap[bit / 8] |= static_cast<u8>(1 << bit % 8);
  }
  void malformed(cc::sev::Malformed why);
  void refuse(cc::sev::Malformed why);  // the same answer to a question that a guest may ask
  // Shared memory at SW_SCRATCH; nullptr when there is none.
  u8* scratch(usize bytes, usize& room);
};

using Handler = void (*)(Request& r);
struct Event {
  cc::sev::Exit code;
  const char* needs;  // fields that must be valid: a RAX, b RBX, c RCX, d RDX, s SW_SCRATCH
  Handler handler;
};
extern const Event events[];

}  // namespace snp
