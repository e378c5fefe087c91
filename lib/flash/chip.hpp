// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

namespace flash {

using namespace base;

inline constexpr u64 block_bytes = 4_KiB;  // what is erased at once, as QEMU's PCs have it [qemu hw/i386/pc_sysfw.c]

enum class Kind : u8 { absent, write_protected, writable };

// One of QEMU's pflash devices: CFI, Intel's command set, 8 bits wide [qemu hw/block/pflash_cfi01.c]. Each access
// in command mode is an exit to the host, reading as memory is none: so the chip stays in command mode until
// something is to be read, and data goes by the write buffer, 32 bits at a time (67 exits for 256 bytes).
class Chip {
 public:
  constexpr Chip() = default;
  constexpr explicit Chip(u64 base) : base_(base) {}
  constexpr explicit operator bool() const { return base_ != 0; }
  u64 base() const { return base_; }
  // Under an operating system the address is a virtual one.
  void moved_to(u64 base) { base_ = base; }

  // Harmless where there is none: memory keeps its contents.
  Kind probe();

  void read(u64 offset, std::span<u8> into);
  bool erased(u64 offset, u64 bytes);

  // Clears bits. The range may cross blocks.
  Result<> program(u64 offset, std::span<const u8> data);
  Result<> erase(u64 block);
  // Back to memory, for whoever else reads it.
  void read_array();

 private:
  void command(u64 offset, u8 value);
  Result<> wait();
  Result<> program_run(u64 offset, std::span<const u8> data);
  Result<> program_words(u64 offset, std::span<const u8> data);
  Result<> program_byte(u64 offset, u8 value);

  u64 base_ = 0;
  bool commanded_ = false;
};

}  // namespace flash
