// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"

// USB devices behind whatever host controller there is [usb] USB 2.0, [usb3] USB 3.2.
namespace usb {

using namespace base;

// [usb §9.3]
struct Setup {
  u8 request_type = 0;
  u8 request = 0;
  u16 value = 0, index = 0, length = 0;
};
static_assert(sizeof(Setup) == 8);

inline constexpr u8 direction_in = 0x80;  // of a request type and of an endpoint address

enum class Speed : u8 { full, low, high, super };
enum class Transfer : u8 { control, isochronous, bulk, interrupt };

struct Endpoint {
  u8 address = 0;
  Transfer transfer = Transfer::control;
  u16 packet_bytes = 0;
  u8 interval = 0;  // as the descriptor has it
  u8 burst = 0;
  bool in() const { return address & direction_in; }
};

// One device, addressed, with its default endpoint open.
class Device {
 public:
  virtual Speed speed() const = 0;
  // At most setup.length bytes, by the direction of the request; how many moved. device_error: the device refused it.
  virtual Result<u64> control(const Setup& setup, std::span<u8> data) = 0;
  // After SET_CONFIGURATION.
  virtual Result<> open_endpoints(std::span<const Endpoint> endpoints) = 0;
  // All of the buffer or until a short packet. device_error: the endpoint is halted, and restart() is due.
  virtual Result<u64> bulk_in(u8 endpoint, std::span<u8> into) = 0;
  virtual Result<> bulk_out(u8 endpoint, std::span<const u8> from) = 0;
  // What the device reported since the last call; not_ready: nothing.
  virtual Result<u64> poll_interrupt(u8 endpoint, std::span<u8> into) = 0;
  // An endpoint that is halted begins anew on the host's side; CLEAR_FEATURE is the caller's.
  virtual Result<> restart(u8 endpoint) = 0;
  // False: it was pulled out.
  virtual bool present() const { return true; }
  // Tells the host controller that devices will be behind this one. unsupported: it knows none.
  virtual Result<> become_hub(u8) { return Error::unsupported; }

 protected:
  ~Device() = default;
};

}  // namespace usb
