// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/boot_keyboard.hpp"

#include "lib/efi/text_input.hpp"

namespace usb {
namespace {

constexpr u8 request_set_report = 0x09, request_set_idle = 0x0a, request_set_protocol = 0x0b;
constexpr u16 boot_protocol = 0, only_changes = 0, output_report = 2 << 8;
constexpr u8 num_light = 1, caps_light = 2, scroll_light = 4;
constexpr unsigned most_errors = 3;

}  // namespace

bool BootKeyboard::supports(const Interface& i) {
  const Endpoint* in = i.find(Transfer::interrupt, true);
  return i.class_code == class_code::human_interface && i.subclass == subclass_boot && i.protocol == protocol_keyboard && in &&
         in->packet_bytes >= keyboard::BootReport::bytes;
}

Result<> BootKeyboard::init(Device& device, const Interface& interface, KeyRepeat repeat) {
  device_ = &device;
  interface_ = interface.number;
  endpoint_ = interface.find(Transfer::interrupt, true)->address;
  repeat_ = repeat;
  (void)TRY(device.control({class_request, request_set_protocol, boot_protocol, interface_, 0}, {}));
  // Not every keyboard knows the request [hid §7.2.4].
  if (auto idle = device.control({class_request, request_set_idle, only_changes, interface_, 0}, {}); !idle && idle.error() != Error::device_error)
    return idle.error();
  return {};
}

Result<> BootKeyboard::recover() {
  if (++errors_ == most_errors) return Error::device_error;
  if (!device_->restart(endpoint_) || !clear_halt(*device_, endpoint_)) return Error::device_error;
  return {};
}

// A keyboard that was pulled out with a key held down says nothing of it.
Result<unsigned> BootKeyboard::repeat_key(std::span<keyboard::Event, most_events> events) {
  const u64 now = repeat_.now();
  if (reports_.held() == keyboard::usage::none || now < repeat_at_) return 0u;
  if (!device_->present()) return Error::device_error;
  repeat_at_ = now + repeat_.period;
  events[0] = {reports_.held(), true};
  return 1u;
}

Result<unsigned> BootKeyboard::poll(std::span<keyboard::Event, most_events> events) {
  u8 report[keyboard::BootReport::bytes];
  auto got = device_->poll_interrupt(endpoint_, report);
  if (!got) {
    if (got.error() == Error::not_ready) return repeat_key(events);
    TRY(recover());
    return 0u;
  }
  errors_ = 0;
  const keyboard::Usage held = reports_.held();
  const unsigned count = reports_.feed(std::span<const u8>(report).first(*got), events);
  if (reports_.held() != held) repeat_at_ = repeat_.now() + repeat_.delay;
  return count;
}

void BootKeyboard::show_lights(u8 locks) {
  using namespace efi::toggle_state;
  u8 lights = static_cast<u8>((locks & num_lock ? num_light : 0) | (locks & caps_lock ? caps_light : 0) | (locks & scroll_lock ? scroll_light : 0));
  (void)!device_->control({class_request, request_set_report, output_report, interface_, sizeof lights}, {&lights, 1});
}

void BootKeyboard::forget_keys() { reports_ = {}; }

}  // namespace usb
