// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/net/ethernet.hpp"

namespace net {

// A network card: what each driver gives. It has memory of ours from up() to down() alone.
class Device {
 public:
  struct Properties {
    Address address;
    u16 most_payload = net::most_payload;
    bool reports_link = false;
    bool operator==(const Properties&) const = default;
  };

  virtual const Properties& properties() const = 0;
  virtual Result<> up() = 0;
  // An error: the card does not let go, and keeps its memory.
  virtual Result<> down() = 0;

  // Everything below: while it is up.
  virtual bool link() = 0;
  // The frame is copied. not_ready: too many are under way.
  virtual Result<> transmit(std::span<const u8> frame, void* buffer) = 0;
  // The oldest frame that has left: the buffer that transmit() was given. not_ready: none.
  virtual Result<void*> transmitted() = 0;
  // The next frame, a header and at most what `into` has room for. not_ready: none.
  virtual Result<usize> receive(std::span<u8> into) = 0;

 protected:
  ~Device() = default;
};

}  // namespace net
