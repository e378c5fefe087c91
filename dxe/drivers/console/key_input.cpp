// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/key_input.hpp"

#include <initializer_list>

#include "dxe/core/clock.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/keyboard/layout.hpp"

namespace drivers {
namespace {

using core::thunk;

void EFIAPI key_wanted(efi::Event event, void* context) {
  auto& input = *static_cast<KeyInput*>(context);
  input.poll();
  if (input.has_key()) (void)!core::signal_event(event);
}

void EFIAPI poll_due(efi::Event, void* context) { static_cast<KeyInput*>(context)->poll(); }

}  // namespace

Result<> KeyInput::init_input() {
  using namespace efi::event_type;
  efi::Event wait = nullptr, basic_wait = nullptr;
  TRY(core::create_event(notify_wait, efi::tpl_notify, key_wanted, this, &wait));
  TRY(core::create_event(notify_wait, efi::tpl_notify, key_wanted, this, &basic_wait));
  static_cast<efi::SimpleTextInputEx&>(*this) = {
      .reset = thunk<&KeyInput::reset_console>,
      .read_key_stroke_ex = thunk<&KeyInput::read>,
      .wait_for_key_ex = wait,
      .set_state = thunk<&KeyInput::choose_state>,
      .register_key_notify = thunk<&KeyInput::register_notify>,
      .unregister_key_notify = thunk<&KeyInput::unregister_notify>,
  };
  basic_.init(*this, basic_wait);
  // Devices hold few keys; they are fetched on every tick even while nobody asks.
  TRY(core::create_event(timer | notify_signal, efi::tpl_notify, poll_due, this, &timer_));
  return core::set_timer(timer_, efi::TimerDelay::periodic, core::clock_tick);
}

void KeyInput::end_input() {
  for (efi::Event event : {timer_, wait_for_key_ex, basic_.wait_for_key})
    if (event) (void)!core::close_event(event);
  while (Registration* r = registrations_.pop_front()) (void)!core::free_pool(r);
}

void KeyInput::poll() {
  core::TplGuard guard(efi::tpl_notify);
  poll_device();
}

void KeyInput::deliver(const efi::KeyData& key) {
  if (keyboard::is_reset_request(key))
    core::system_table().runtime_services->reset_system(efi::ResetType::warm, efi::Status::success, 0, nullptr);
  if (!has_room()) return;
  keys_[(head_ + count_++) % capacity] = key;
  efi::KeyData copy = key;
  for (Registration& r : registrations_)
    if (keyboard::matches(r.key, key)) r.notify(&copy);
}

efi::KeyState KeyInput::state() const { return {efi::shift_state::valid, efi::toggle_state::valid}; }

// A terminal has no lights to set.
Result<> KeyInput::change_state(u8) { return {}; }

Result<> KeyInput::reset_console(efi::Boolean extended) {
  core::TplGuard guard(efi::tpl_notify);
  if (extended) reset_device();
  poll();
  count_ = 0;
  return {};
}

Result<> KeyInput::read(efi::KeyData* out) {
  if (!out) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  poll();
  *out = {{}, state()};
  if (count_ == 0) return Error::not_ready;
  *out = keys_[head_];
  head_ = (head_ + 1) % capacity;
  --count_;
  return {};
}

Result<> KeyInput::choose_state(u8* toggle_state) {
  if (!toggle_state) return Error::invalid_parameter;
  if (!(*toggle_state & efi::toggle_state::valid)) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  return change_state(*toggle_state);
}

Result<> KeyInput::register_notify(efi::KeyData* key, efi::KeyNotify notify, void** handle) {
  if (!key || !notify || !handle) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  auto* entry = TRY(core::make<Registration>());
  entry->key = *key;
  entry->notify = notify;
  registrations_.push_back(*entry);
  *handle = entry;
  return {};
}

Result<> KeyInput::unregister_notify(void* handle) {
  core::TplGuard guard(efi::tpl_notify);
  for (Registration& r : registrations_)
    if (&r == handle) {
      r.unlink();
      return core::free_pool(&r);
    }
  return Error::invalid_parameter;
}

void BasicInput::init(efi::SimpleTextInputEx& input, efi::Event wait) {
  input_ = &input;
  static_cast<efi::SimpleTextInput&>(*this) = {
      .reset = thunk<&BasicInput::reset_console>, .read_key_stroke = thunk<&BasicInput::read>, .wait_for_key = wait};
}

Result<> BasicInput::reset_console(efi::Boolean extended) { return efi::result_of(input_->reset(input_, extended)); }

Result<> BasicInput::read(efi::InputKey* key) {
  if (!key) return Error::invalid_parameter;
  for (;;) {
    efi::KeyData data{};
    TRY(efi::result_of(input_->read_key_stroke_ex(input_, &data)));
    *key = keyboard::without_state(data);
    if (key->scan_code || key->unicode_char) return {};
  }
}

}  // namespace drivers
