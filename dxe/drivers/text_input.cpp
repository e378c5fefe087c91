// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/text_input.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

using core::thunk;

constexpr u64 escape_patience = 3 * core::clock_tick;  // a terminal sends a key's bytes in one go

void EFIAPI key_wanted(efi::Event event, void* context) {
  auto& input = *static_cast<TextInput*>(context);
  input.poll();
  if (input.has_key()) (void)!core::signal_event(event);
}

void EFIAPI poll_due(efi::Event, void* context) { static_cast<TextInput*>(context)->poll(); }

efi::Event wait_event(TextInput& input) {
  efi::Event event = nullptr;
  if (!core::create_event(efi::event_type::notify_wait, efi::tpl_notify, key_wanted, &input, &event)) panic("no memory for the console");
  return event;
}

}  // namespace

void TextInput::init(Uart& uart) {
  uart_ = &uart;
  static_cast<efi::SimpleTextInputEx&>(*this) = {
      .reset = thunk<&TextInput::reset_console>,
      .read_key_stroke_ex = thunk<&TextInput::read>,
      .wait_for_key_ex = wait_event(*this),
      .set_state = thunk<&TextInput::choose_state>,
      .register_key_notify = thunk<&TextInput::register_notify>,
      .unregister_key_notify = thunk<&TextInput::unregister_notify>,
  };
  basic_.init(*this, wait_event(*this));
  // The receive FIFO holds 16 bytes; it is emptied on every tick even while nobody asks.
  efi::Event timer = nullptr;
  if (core::create_event(efi::event_type::timer | efi::event_type::notify_signal, efi::tpl_notify, poll_due, this, &timer))
    (void)!core::set_timer(timer, efi::TimerDelay::periodic, core::clock_tick);
}

void TextInput::poll() {
  core::TplGuard guard(efi::tpl_notify);
  efi::InputKey key;
  u8 byte;
  while (count_ < capacity && uart_->get(byte)) {
    last_byte_ = core::clock_now();
    if (decoder_.feed(byte, key)) deliver(key);
  }
  if (decoder_.waiting() && core::clock_now() - last_byte_ > escape_patience && decoder_.flush(key)) deliver(key);
}

void TextInput::deliver(efi::InputKey key) {
  keys_[(head_ + count_++) % capacity] = key;
  efi::KeyData data{key, {efi::shift_state::valid, efi::toggle_state::valid}};
  for (Registration& r : registrations_)
    if (r.key.key.scan_code == key.scan_code && r.key.key.unicode_char == key.unicode_char) r.notify(&data);
}

Result<> TextInput::reset_console(efi::Boolean) {
  core::TplGuard guard(efi::tpl_notify);
  poll();
  count_ = 0;
  return {};
}

Result<> TextInput::read(efi::KeyData* out) {
  if (!out) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  poll();
  *out = {{}, {efi::shift_state::valid, efi::toggle_state::valid}};
  if (count_ == 0) return Error::not_ready;
  out->key = keys_[head_];
  head_ = (head_ + 1) % capacity;
  --count_;
  return {};
}

// A terminal has no lights to set.
Result<> TextInput::choose_state(u8* toggle_state) {
  if (!toggle_state) return Error::invalid_parameter;
  return *toggle_state & efi::toggle_state::valid ? Result<>() : Error::unsupported;
}

Result<> TextInput::register_notify(efi::KeyData* key, efi::KeyNotify notify, void** handle) {
  if (!key || !notify || !handle) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  auto* entry = TRY(core::make<Registration>());
  entry->key = *key;
  entry->notify = notify;
  registrations_.push_back(*entry);
  *handle = entry;
  return {};
}

Result<> TextInput::unregister_notify(void* handle) {
  core::TplGuard guard(efi::tpl_notify);
  for (Registration& r : registrations_)
    if (&r == handle) {
      r.unlink();
      return core::free_pool(&r);
    }
  return Error::invalid_parameter;
}

void TextInputBasic::init(TextInput& input, efi::Event wait) {
  input_ = &input;
  static_cast<efi::SimpleTextInput&>(*this) = {
      .reset = thunk<&TextInputBasic::reset_console>, .read_key_stroke = thunk<&TextInputBasic::read>, .wait_for_key = wait};
}

Result<> TextInputBasic::reset_console(efi::Boolean extended) { return input_->reset_console(extended); }

Result<> TextInputBasic::read(efi::InputKey* key) {
  if (!key) return Error::invalid_parameter;
  efi::KeyData data;
  TRY(input_->read(&data));
  *key = data.key;
  return {};
}

}  // namespace drivers
