// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

enum class Parity : u32 { default_parity = 0, none = 1, even = 2, odd = 3, mark = 4, space = 5 };
enum class StopBits : u32 { default_stop_bits = 0, one = 1, one_and_half = 2, two = 3 };

struct SerialIoMode {
  u32 control_mask;
  u32 timeout;  // microseconds
  u64 baud_rate;
  u32 receive_fifo_depth;
  u32 data_bits;
  u32 parity;
  u32 stop_bits;
};
static_assert(sizeof(SerialIoMode) == 32);

namespace serial_control {
inline constexpr u32 data_terminal_ready = 0x0001;
inline constexpr u32 request_to_send = 0x0002;
inline constexpr u32 clear_to_send = 0x0010;
inline constexpr u32 data_set_ready = 0x0020;
inline constexpr u32 ring_indicate = 0x0040;
inline constexpr u32 carrier_detect = 0x0080;
inline constexpr u32 input_buffer_empty = 0x0100;
inline constexpr u32 output_buffer_empty = 0x0200;
inline constexpr u32 hardware_loopback = 0x1000;
inline constexpr u32 software_loopback = 0x2000;
inline constexpr u32 hardware_flow_control = 0x4000;
}  // namespace serial_control

// EFI_SERIAL_IO_PROTOCOL [uefi §12.8].
struct SerialIo {
  static constexpr Guid guid = "bb25cf6f-f1d4-11d2-9a0c-0090273fc1fd"_guid;
  static constexpr u32 revision_1 = 0x0001'0000;
  static constexpr u32 revision_1p1 = 0x0001'0001;

  u32 revision;
  Status(EFIAPI* reset)(SerialIo* self);
  Status(EFIAPI* set_attributes)(SerialIo* self, u64 baud_rate, u32 receive_fifo_depth, u32 timeout, Parity parity,
                                 u8 data_bits, StopBits stop_bits);
  Status(EFIAPI* set_control)(SerialIo* self, u32 control);
  Status(EFIAPI* get_control)(SerialIo* self, u32* control);
  Status(EFIAPI* write)(SerialIo* self, u64* buffer_size, const void* buffer);
  Status(EFIAPI* read)(SerialIo* self, u64* buffer_size, void* buffer);
  SerialIoMode* mode;
  const Guid* device_type_guid;  // revision 1.1
};
static_assert(sizeof(SerialIo) == 72 && offsetof(SerialIo, mode) == 56);

inline constexpr Guid serial_terminal_device_type_guid = "6ad9a60f-5815-4c7c-8a10-5053d2bf7a1b"_guid;

}  // namespace efi
