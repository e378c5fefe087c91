// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/fakes/machine.hpp"

namespace fakes {

// QEMU's pflash (Intel command set, x8), stricter: what works there but not on every version, or not on a real
// chip (bits set by programming, a buffer across its boundary), is an error.
class Pflash : public MmioDevice {
 public:
  // One change of the contents: up to four bytes programmed, or with none a block erased.
  struct Change {
    u64 offset;
    u32 value;
    unsigned bytes;
    bool erases() const { return bytes == 0; }
  };
  static constexpr u64 block_bytes = 4096;

  explicit Pflash(u64 bytes) : bytes_(bytes, 0xff) {}
  explicit Pflash(std::vector<u8> bytes) : bytes_(std::move(bytes)) {}

  u64 read(u64 offset, unsigned bytes) override;
  void write(u64 offset, unsigned bytes, u64 value) override;

  static void apply(const Change& change, std::vector<u8>& to);

  std::vector<u8>& contents() { return bytes_; }
  bool in_array_mode() const { return command_ == 0; }
  const std::string& error() const { return error_; }  // the first, or empty

  bool write_protected = false;
  bool broken = false;  // nothing can be programmed or erased any more
  std::function<void(const Change&)> on_change;

 private:
  void begin(u64 offset, u8 command);
  void change(const Change& what);
  void fail(const char* why);

  std::vector<u8> bytes_;
  u8 command_ = 0;  // 0: memory
  unsigned cycle_ = 0;
  u64 buffer_ = 0, left_ = 0;
  u8 status_ = 0x80;
  std::string error_;
};

}  // namespace fakes
