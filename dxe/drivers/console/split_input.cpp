// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/split_input.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

using core::thunk;

void EFIAPI key_wanted(efi::Event event, void* context) {
  if (static_cast<SplitInput*>(context)->has_key()) (void)!core::signal_event(event);
}

efi::Event wait_event(SplitInput& input) {
  efi::Event event = nullptr;
  if (!core::create_event(efi::event_type::notify_wait, efi::tpl_notify, key_wanted, &input, &event)) panic("no memory for the console");
  return event;
}

}  // namespace

void SplitInput::init(void (*wake)()) {
  wake_ = wake;
  static_cast<efi::SimpleTextInputEx&>(*this) = {
      .reset = thunk<&SplitInput::reset_console>,
      .read_key_stroke_ex = thunk<&SplitInput::read>,
      .wait_for_key_ex = wait_event(*this),
      .set_state = thunk<&SplitInput::choose_state>,
      .register_key_notify = thunk<&SplitInput::register_notify>,
      .unregister_key_notify = thunk<&SplitInput::unregister_notify>,
  };
  basic_.init(*this, wait_event(*this));
}

void SplitInput::enlist(Registration& r, unsigned i) {
  if (!inputs_[i]->register_notify(&r.key, r.notify, &r.handles[i])) r.handles[i] = nullptr;
}

Result<> SplitInput::add(KeyInput& input) {
  core::TplGuard guard(efi::tpl_notify);
  if (count_ == max_inputs) return Error::out_of_resources;
  inputs_[count_++] = &input;
  for (Registration& r : registrations_) enlist(r, count_ - 1);
  if (toggle_state_) (void)!input.choose_state(&toggle_state_);
  return {};
}

void SplitInput::remove(KeyInput& input) {
  core::TplGuard guard(efi::tpl_notify);
  unsigned at = 0;
  while (at < count_ && inputs_[at] != &input) ++at;
  if (at == count_) return;
  --count_;
  for (Registration& r : registrations_) {
    if (r.handles[at]) (void)!input.unregister_notify(r.handles[at]);
    for (unsigned i = at; i < count_; ++i) r.handles[i] = r.handles[i + 1];
  }
  for (unsigned i = at; i < count_; ++i) inputs_[i] = inputs_[i + 1];
}

bool SplitInput::has_key() {
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  for (unsigned i = 0; i < count_; ++i) {
    inputs_[i]->poll();
    if (inputs_[i]->has_key()) return true;
  }
  return false;
}

Result<> SplitInput::reset_console(efi::Boolean extended) {
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  for (unsigned i = 0; i < count_; ++i) (void)!inputs_[i]->reset_console(extended);
  return {};
}

Result<> SplitInput::read(efi::KeyData* key) {
  if (!key) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  *key = {{}, {efi::shift_state::valid, efi::toggle_state::valid}};
  efi::KeyState state = key->state;
  for (unsigned i = 0; i < count_; ++i) {
    if (inputs_[i]->read(key)) return {};
    state.shift_state |= key->state.shift_state;
    state.toggle_state |= key->state.toggle_state;
  }
  *key = {{}, state};
  return Error::not_ready;
}

Result<> SplitInput::choose_state(u8* toggle_state) {
  if (!toggle_state) return Error::invalid_parameter;
  if (!(*toggle_state & efi::toggle_state::valid)) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  toggle_state_ = *toggle_state;
  Result<> result;
  for (unsigned i = 0; i < count_; ++i)
    if (auto one = inputs_[i]->choose_state(&toggle_state_); !one) result = one;
  return result;
}

Result<> SplitInput::register_notify(efi::KeyData* key, efi::KeyNotify notify, void** handle) {
  if (!key || !notify || !handle) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  auto* entry = TRY(core::make<Registration>());
  entry->key = *key;
  entry->notify = notify;
  for (unsigned i = 0; i < count_; ++i) enlist(*entry, i);
  registrations_.push_back(*entry);
  *handle = entry;
  return {};
}

Result<> SplitInput::unregister_notify(void* handle) {
  core::TplGuard guard(efi::tpl_notify);
  for (Registration& r : registrations_) {
    if (&r != handle) continue;
    for (unsigned i = 0; i < count_; ++i)
      if (r.handles[i]) (void)!inputs_[i]->unregister_notify(r.handles[i]);
    r.unlink();
    return core::free_pool(&r);
  }
  return Error::invalid_parameter;
}

}  // namespace drivers
