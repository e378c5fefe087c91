// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"

// ATA devices behind whatever controller there is [ata] ATA8-ACS.
namespace ata {

using namespace base;

enum class Opcode : u8 {
  read_dma = 0xc8,
  read_dma_ext = 0x25,
  write_dma = 0xca,
  write_dma_ext = 0x35,
  execute_device_diagnostic = 0x90,
  packet = 0xa0,
  identify_packet_device = 0xa1,
  flush_cache = 0xe7,
  flush_cache_ext = 0xea,
  identify_device = 0xec,
};

// What a command is made of; 48-bit commands use all of `lba` and `count`.
struct TaskFile {
  Opcode opcode;
  u8 device = 0;
  u16 count = 0;
  u64 lba = 0;
};
inline constexpr u8 device_lba = 0x40;

// Does a command have 48 bits of address and 16 of count? Blocks that one moves at most.
constexpr bool is_wide(Opcode opcode) {
  return opcode == Opcode::read_dma_ext || opcode == Opcode::write_dma_ext || opcode == Opcode::flush_cache_ext;
}
constexpr u64 most_blocks(Opcode opcode) { return is_wide(opcode) ? 65536 : 256; }
// How many blocks, the most being written as zero; a 28-bit command has the top of its address in the device register.
constexpr void set_count(TaskFile& task, u64 blocks) {
  task.count = static_cast<u16>(blocks == most_blocks(task.opcode) ? 0 : blocks);
  if (!is_wide(task.opcode)) task.device = static_cast<u8>((task.device & 0xf0) | (task.lba >> 24 & 0xf));
}

inline constexpr u64 identify_bytes = 512, packet_bytes = 12;

enum class Kind : u8 { none, disk, packet };

// One device on its wire, with one command at a time. A command that is not answered costs a reset of the wire.
class Port {
 public:
  // The data of Identify (Packet) Device, PIO.
  virtual Result<> identify(Opcode opcode, std::span<u8> into) = 0;
  // A command without data.
  virtual Result<> execute(const TaskFile& command) = 0;
  // DMA of a beginning of the buffer, whole blocks of 1 << shift bytes; how many bytes, never none. The port sets the count.
  virtual Result<u64> read(TaskFile command, u8 shift, std::span<u8> into) = 0;
  virtual Result<u64> write(TaskFile command, u8 shift, std::span<const u8> from) = 0;
  // A SCSI command of packet_bytes, with an even number of bytes of data; how many came, or what was taken at once.
  virtual Result<u64> packet_in(std::span<const u8> packet, std::span<u8> into) = 0;
  virtual Result<u64> packet_out(std::span<const u8> packet, std::span<const u8> from) = 0;

 protected:
  ~Port() = default;
};

}  // namespace ata
