// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/flash/chip.hpp"
#include "lib/variable/volume_format.hpp"

namespace variable {

// The volume on the flash. Single bits of it are cleared in place; anything else is a rewrite by way of the spare
// area, in edk2's fault-tolerant manner, so that either firmware finishes what the other was cut off in.
class Volume {
 public:
  enum class Recovery : u8 { none, finished };

  constexpr Volume() = default;
  constexpr Volume(flash::Chip chip, u64 total) : chip_(chip), geometry_{total} {}
  constexpr explicit operator bool() const { return static_cast<bool>(chip_); }
  constexpr u64 base() const { return chip_.base(); }
  constexpr u64 bytes() const { return geometry_.total; }
  void moved_to(u64 base) { chip_.moved_to(base); }

  // Finishes a rewrite that was cut off; to be done before anything else is believed.
  Result<Recovery> recover();
  // Whether the two headers are sound.
  bool has_volume_header();
  Result<StoreHeader> store_header();

  // Offsets in the store, which begins with its header.
  void read(u64 offset, std::span<u8> into) { chip_.read(store_offset + offset, into); }
  bool erased(u64 offset, u64 bytes) { return chip_.erased(store_offset + offset, bytes); }
  Result<> program(u64 offset, std::span<const u8> data) { return chip_.program(store_offset + offset, data); }
  // The first block boundary behind `offset` that something is written at, 0 when there is none.
  u64 next_written_block(u64 offset);

  // The store becomes these bytes, erased behind them: all or nothing.
  Result<> rewrite(std::span<const u8> store);

  void settle() { chip_.read_array(); }

 private:
  template <class T>
  T get(u64 offset) {
    T value;
    chip_.read(offset, {reinterpret_cast<u8*>(&value), sizeof value});
    return value;
  }
  template <class T>
  Result<> put(u64 offset, const T& value) {
    return chip_.program(offset, {reinterpret_cast<const u8*>(&value), sizeof value});
  }
  Result<> set_state(u64 offset, u8 state) { return chip_.program(offset, {&state, 1}); }

  bool has_working_block();
  u64 last_write();
  Result<> format_working_block();
  Result<u64> begin_write(u64 length);
  // Where new contents of the store's blocks come from: headers and records in RAM, or the spare area.
  struct Source {
    const u8* header = nullptr;
    std::span<const u8> store = {};
  };
  void fill(const Source& source, u64 offset, std::span<u8> chunk);
  Result<> make_block(u64 to, const Source& source, u64 offset);
  Result<> make_blocks(u64 to, const Source& source);
  Result<> finish_write(u64 header, const Source& source);

  flash::Chip chip_;
  Geometry geometry_;
};

}  // namespace variable
