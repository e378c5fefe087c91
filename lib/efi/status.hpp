// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

inline constexpr u64 error_bit = 1ull << 63;

// EFI_STATUS [uefi appx D]. The errors have the names of base::Error where it has one.
enum class Status : u64 {
  success = 0,

  load_error = error_bit | 1,
  invalid_parameter = error_bit | 2,
  unsupported = error_bit | 3,
  bad_buffer_size = error_bit | 4,
  buffer_too_small = error_bit | 5,
  not_ready = error_bit | 6,
  device_error = error_bit | 7,
  write_protected = error_bit | 8,
  out_of_resources = error_bit | 9,
  volume_corrupted = error_bit | 10,
  volume_full = error_bit | 11,
  no_media = error_bit | 12,
  media_changed = error_bit | 13,
  not_found = error_bit | 14,
  access_denied = error_bit | 15,
  no_response = error_bit | 16,
  no_mapping = error_bit | 17,
  timeout = error_bit | 18,
  not_started = error_bit | 19,
  already_started = error_bit | 20,
  aborted = error_bit | 21,
  icmp_error = error_bit | 22,
  tftp_error = error_bit | 23,
  protocol_error = error_bit | 24,
  incompatible_version = error_bit | 25,
  security_violation = error_bit | 26,
  crc_error = error_bit | 27,
  end_of_media = error_bit | 28,
  end_of_file = error_bit | 31,
  invalid_language = error_bit | 32,
  compromised_data = error_bit | 33,
  ip_address_conflict = error_bit | 34,
  http_error = error_bit | 35,
  network_unreachable = error_bit | 100,
  host_unreachable = error_bit | 101,
  protocol_unreachable = error_bit | 102,
  port_unreachable = error_bit | 103,
  connection_fin = error_bit | 104,
  connection_reset = error_bit | 105,
  connection_refused = error_bit | 106,

  warn_unknown_glyph = 1,
  warn_delete_failure = 2,
  warn_write_failure = 3,
  warn_buffer_too_small = 4,
  warn_stale_data = 5,
  warn_file_system = 6,
  warn_reset_required = 7,
};

constexpr bool is_error(Status status) { return (static_cast<u64>(status) & error_bit) != 0; }

}  // namespace efi
