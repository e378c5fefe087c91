// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/status.hpp"

namespace efi {

constexpr Status status_of(base::Error error) {
  switch (error) {
    case base::Error::load_error: return Status::load_error;
    case base::Error::invalid_parameter: return Status::invalid_parameter;
    case base::Error::unsupported: return Status::unsupported;
    case base::Error::bad_buffer_size: return Status::bad_buffer_size;
    case base::Error::buffer_too_small: return Status::buffer_too_small;
    case base::Error::not_ready: return Status::not_ready;
    case base::Error::device_error: return Status::device_error;
    case base::Error::write_protected: return Status::write_protected;
    case base::Error::out_of_resources: return Status::out_of_resources;
    case base::Error::volume_corrupted: return Status::volume_corrupted;
    case base::Error::volume_full: return Status::volume_full;
    case base::Error::no_media: return Status::no_media;
    case base::Error::media_changed: return Status::media_changed;
    case base::Error::not_found: return Status::not_found;
    case base::Error::access_denied: return Status::access_denied;
    case base::Error::no_response: return Status::no_response;
    case base::Error::no_mapping: return Status::no_mapping;
    case base::Error::timeout: return Status::timeout;
    case base::Error::not_started: return Status::not_started;
    case base::Error::already_started: return Status::already_started;
    case base::Error::aborted: return Status::aborted;
    case base::Error::protocol_error: return Status::protocol_error;
    case base::Error::incompatible_version: return Status::incompatible_version;
    case base::Error::security_violation: return Status::security_violation;
    case base::Error::crc_error: return Status::crc_error;
    case base::Error::end_of_file: return Status::end_of_file;
  }
  __builtin_unreachable();
}

// What somebody else's protocol answered. Warnings are successes; an error that we have no name for is the device's.
constexpr base::Result<> result_of(Status status) {
  if (!is_error(status)) return {};
  for (u8 i = 0; i <= static_cast<u8>(base::Error::end_of_file); ++i)
    if (status_of(static_cast<base::Error>(i)) == status) return static_cast<base::Error>(i);
  return base::Error::device_error;
}
static_assert(result_of(Status::success) && result_of(Status::media_changed).error() == base::Error::media_changed);

template <class T>
constexpr Status status_of(const Result<T>& result) {
  return result ? Status::success : status_of(result.error());
}

}  // namespace efi
