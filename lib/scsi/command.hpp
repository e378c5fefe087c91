// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <initializer_list>
#include <span>

#include "lib/base/result.hpp"

// SCSI commands as a firmware needs them [spc4] [sbc3] [mmc6]; every number in them is big-endian.
namespace scsi {

using namespace base;

// Command descriptor block.
struct Cdb {
  u8 bytes[16] = {};
  u8 length = 0;
  std::span<const u8> span() const { return {bytes, length}; }
};

namespace op {
inline constexpr u8 test_unit_ready = 0x00, request_sense = 0x03, inquiry = 0x12, mode_sense_6 = 0x1a;
inline constexpr u8 read_capacity_10 = 0x25, read_10 = 0x28, write_10 = 0x2a, synchronize_cache_10 = 0x35;
inline constexpr u8 read_16 = 0x88, write_16 = 0x8a, service_action_in_16 = 0x9e, report_luns = 0xa0;
}  // namespace op

constexpr void put_be(u8* to, u64 value, unsigned bytes) {
  for (; bytes; value >>= 8) to[--bytes] = static_cast<u8>(value);
}
constexpr u64 get_be(const u8* from, unsigned bytes) {
  u64 value = 0;
  for (unsigned i = 0; i < bytes; ++i) value = value << 8 | from[i];
  return value;
}

constexpr Cdb test_unit_ready() { return {{op::test_unit_ready}, 6}; }
constexpr Cdb request_sense(u8 room) { return {{op::request_sense, 0, 0, 0, room}, 6}; }
constexpr Cdb inquiry(u8 room) { return {{op::inquiry, 0, 0, 0, room}, 6}; }
// All pages, without block descriptors: only the header is looked at.
constexpr Cdb mode_sense(u8 room) { return {{op::mode_sense_6, 0x08, 0x3f, 0, room}, 6}; }
constexpr Cdb read_capacity_10() { return {{op::read_capacity_10}, 10}; }
constexpr Cdb read_capacity_16(u8 room) { return {{op::service_action_in_16, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, room}, 16}; }
constexpr Cdb synchronize_cache() { return {{op::synchronize_cache_10}, 10}; }
constexpr Cdb report_luns(u32 room) {
  Cdb cdb{{op::report_luns}, 12};
  put_be(cdb.bytes + 6, room, 4);
  return cdb;
}
// Of 10 bytes where they do: some devices know no longer ones.
constexpr Cdb transfer(bool write, u64 lba, u32 blocks) {
  Cdb cdb;
  if (lba + blocks <= 1ull << 32 && blocks <= 0xffff) {
    cdb = {{write ? op::write_10 : op::read_10}, 10};
    put_be(cdb.bytes + 2, lba, 4);
    put_be(cdb.bytes + 7, blocks, 2);
  } else {
    cdb = {{write ? op::write_16 : op::read_16}, 16};
    put_be(cdb.bytes + 2, lba, 8);
    put_be(cdb.bytes + 10, blocks, 4);
  }
  return cdb;
}
static_assert(transfer(false, 0x12345678, 0xabcd).bytes[2] == 0x12 && transfer(false, 0x12345678, 0xabcd).bytes[8] == 0xcd);
static_assert(transfer(true, 0xffff'ffff, 2).length == 16 && transfer(true, 0xffff'ffff, 1).length == 10);

// Status [sam5 §5.3.1].
namespace status {
inline constexpr u8 good = 0x00, check_condition = 0x02, busy = 0x08, task_set_full = 0x28;
}

// Why a command failed [spc4 §4.5].
struct Sense {
  enum Key : u8 {
    no_sense = 0,
    recovered = 1,
    not_ready = 2,
    medium_error = 3,
    hardware_error = 4,
    illegal_request = 5,
    unit_attention = 6,
    data_protect = 7,
    aborted = 0xb
  };
  u8 key = no_sense, code = 0, qualifier = 0;
};
// Of what a device sent, in either format; all zeros when it is none.
Sense parse_sense(std::span<const u8> data);

// Logical unit numbers of a REPORT LUNS answer that one level of addressing can say [sam5 §4.7]; how many were put into
// `out`.
usize parse_luns(std::span<const u8> data, std::span<u16> out);

struct Command {
  Cdb cdb;
  std::span<u8> in;         // what the device sends
  std::span<const u8> out;  // or gets
};
struct Answer {
  u8 status = status::good;
  Sense sense;    // with check_condition
  u64 moved = 0;  // bytes of data, at most what there was room for
};

// What carries commands to one logical unit: virtio-scsi, USB mass storage, ATAPI.
class LogicalUnit {
 public:
  // An error is the carrier's, which then is usable again, or fails everything. no_response: there is no such unit.
  virtual Result<Answer> execute(const Command& command) = 0;
  // Data of one command; 4096 at least.
  virtual u64 most_bytes() const = 0;
  virtual Result<> reset() = 0;

 protected:
  ~LogicalUnit() = default;
};

}  // namespace scsi
