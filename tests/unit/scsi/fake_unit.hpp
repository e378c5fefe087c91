// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <vector>

#include "lib/scsi/command.hpp"

namespace scsi_test {

using namespace base;

// A disk behind a carrier, with answers that a test puts before the right ones.
class FakeUnit : public scsi::LogicalUnit {
 public:
  FakeUnit() {
    medium.resize(1 << 20);
    for (usize i = 0; i < medium.size(); ++i) medium[i] = static_cast<u8>(i * 13 + i / 511);
  }
  Result<scsi::Answer> execute(const scsi::Command& c) override {
    ++commands;
    ++count[c.cdb.bytes[0]];
    longest = std::max<u64>(longest, c.in.size() + c.out.size());
    if (carrier_error != Error::end_of_file) return carrier_error;
    if (always.status) return always;
    if (!pending.empty()) return take(pending);
    if (c.cdb.bytes[0] != scsi::op::inquiry && !pending_ready.empty()) return take(pending_ready);
    auto answer = work(c);
    answer.moved -= std::min(answer.moved, shorten);
    return answer;
  }
  u64 most_bytes() const override { return most; }
  Result<> reset() override { return {}; }

  std::vector<u8> medium;
  u64 most = 65536;
  u32 block = 512;
  u64 claimed_last = 0, shorten = 0;  // 0: the truth
  u8 type = 0;
  bool removable = false, absent = false, protected_from_writes = false;
  std::deque<scsi::Answer> pending, pending_ready;
  scsi::Answer always;
  Error carrier_error = Error::end_of_file;  // this: none

  std::map<u8, unsigned> count;
  unsigned commands = 0;
  u64 longest = 0, last_lba = 0;

 private:
  static scsi::Answer take(std::deque<scsi::Answer>& from) {
    const auto answer = from.front();
    from.pop_front();
    return answer;
  }
  static scsi::Answer give(const scsi::Command& c, std::vector<u8> data) {
    data.resize(std::min(data.size(), c.in.size()));
    std::copy(data.begin(), data.end(), c.in.begin());
    return {0, {}, data.size()};
  }
  scsi::Answer work(const scsi::Command& c) {
    using namespace scsi;
    const u8* cdb = c.cdb.bytes;
    const u64 last = claimed_last ? claimed_last : block ? medium.size() / block - 1 : 0;
    if (cdb[0] == op::inquiry) {
      std::vector<u8> data(36);
      data[0] = type;
      data[1] = removable ? 0x80 : 0;
      return give(c, data);
    }
    if (absent) return {2, {Sense::not_ready, 0x3a, 0}, 0};
    switch (cdb[0]) {
      case op::test_unit_ready:
      case op::synchronize_cache_10:
        return {};
      case op::mode_sense_6:
        return give(c, {3, 0, static_cast<u8>(protected_from_writes ? 0x80 : 0), 0});
      case op::read_capacity_10: {
        std::vector<u8> data(8);
        put_be(data.data(), std::min<u64>(last, 0xffff'ffff), 4);
        put_be(data.data() + 4, block, 4);
        return give(c, data);
      }
      case op::service_action_in_16: {
        std::vector<u8> data(32);
        put_be(data.data(), last, 8);
        put_be(data.data() + 8, block, 4);
        return give(c, data);
      }
      case op::read_10:
      case op::write_10:
        return move(c, get_be(cdb + 2, 4), get_be(cdb + 7, 2));
      case op::read_16:
      case op::write_16:
        return move(c, get_be(cdb + 2, 8), get_be(cdb + 10, 4));
    }
    return {2, {Sense::illegal_request, 0x20, 0}, 0};
  }
  scsi::Answer move(const scsi::Command& c, u64 lba, u64 blocks) {
    last_lba = lba;
    const u64 at = lba * block, bytes = blocks * block;
    if (bytes != c.in.size() + c.out.size()) std::abort();
    if (at > medium.size() || bytes > medium.size() - at) return {2, {scsi::Sense::illegal_request, 0x21, 0}, 0};
    std::copy_n(medium.begin() + static_cast<long>(at), c.in.size(), c.in.begin());
    std::copy(c.out.begin(), c.out.end(), medium.begin() + static_cast<long>(at));
    return {0, {}, bytes};
  }
};

}  // namespace scsi_test
