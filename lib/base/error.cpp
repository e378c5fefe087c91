// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/result.hpp"

namespace base {

const char* name(Error error) {
  switch (error) {
    case Error::load_error: return "load error";
    case Error::invalid_parameter: return "invalid parameter";
    case Error::unsupported: return "unsupported";
    case Error::bad_buffer_size: return "bad buffer size";
    case Error::buffer_too_small: return "buffer too small";
    case Error::not_ready: return "not ready";
    case Error::device_error: return "device error";
    case Error::write_protected: return "write protected";
    case Error::out_of_resources: return "out of resources";
    case Error::volume_corrupted: return "volume corrupted";
    case Error::volume_full: return "volume full";
    case Error::no_media: return "no media";
    case Error::media_changed: return "media changed";
    case Error::not_found: return "not found";
    case Error::access_denied: return "access denied";
    case Error::no_response: return "no response";
    case Error::no_mapping: return "no mapping";
    case Error::timeout: return "timeout";
    case Error::not_started: return "not started";
    case Error::already_started: return "already started";
    case Error::aborted: return "aborted";
    case Error::protocol_error: return "protocol error";
    case Error::incompatible_version: return "incompatible version";
    case Error::security_violation: return "security violation";
    case Error::crc_error: return "CRC error";
    case Error::end_of_file: return "end of file";
  }
  __builtin_unreachable();
}

}  // namespace base
