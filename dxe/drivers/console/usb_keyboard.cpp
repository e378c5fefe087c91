// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/usb_keyboard.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/drivers/console/console.hpp"
#include "dxe/drivers/console/keyboard_input.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

constexpr usb::KeyRepeat repeat = {core::clock_now, 500 * 1'0000, 33 * 1'0000};

class UsbKeyboard final : public Child, public KeyboardInput {
 public:
  Result<> start(usb::Device& device, const usb::Interface& interface) {
    TRY(keyboard_.init(device, interface, repeat));
    works_ = true;
    TRY(init_input());
    efi::Handle at = handle();
    TRY(core::install_protocol(&at, &efi::SimpleTextInput::guid, efi::InterfaceType::native, &basic()));
    TRY(core::install_protocol(&at, &efi::SimpleTextInputEx::guid, efi::InterfaceType::native, static_cast<efi::SimpleTextInputEx*>(this)));
    return console_input().add(*this);
  }

  // Half of it may not have been published.
  Result<> withdraw() override {
    auto* const self = static_cast<efi::SimpleTextInputEx*>(this);
    const auto published = [&](const Guid& protocol) { return core::interface_of(handle(), protocol) != nullptr; };
    if (published(efi::SimpleTextInput::guid)) TRY(core::uninstall_protocol(handle(), &efi::SimpleTextInput::guid, &basic()));
    if (published(efi::SimpleTextInputEx::guid)) TRY(core::uninstall_protocol(handle(), &efi::SimpleTextInputEx::guid, self));
    console_input().remove(*this);
    end_input();
    return {};
  }

 private:
  void poll_device() override {
    keyboard::Event events[usb::BootKeyboard::most_events];
    // A keyboard that never stops talking must not keep us.
    for (unsigned reports = 0; works_ && reports < most_reports && has_room(); ++reports) {
      auto count = keyboard_.poll(events);
      if (!count) {
        works_ = false;
        release_all();
        return log::warning("usb: a keyboard does not work any more");
      }
      for (const keyboard::Event& event : std::span(events).first(*count)) feed(event);
      if (*count == 0) break;
    }
    if (works_) update_lights();
  }

  void reset_device() override {
    release_all();
    keyboard_.forget_keys();
  }

  void show_lights(u8 locks) override {
    if (works_) keyboard_.show_lights(locks);
  }

  static constexpr unsigned most_reports = 8;
  usb::BootKeyboard keyboard_;
  bool works_ = false;
};

}  // namespace

Result<> publish_usb_keyboard(Managed& managed, std::span<const u8> node, usb::Device& device, const usb::Interface& interface) {
  auto* made = TRY(managed.add_child<UsbKeyboard>(node));
  auto started = made->start(device, interface);
  if (!started) (void)!managed.remove_child(*made);
  return started;
}

}  // namespace drivers
