// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/ps2_keyboard.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/drivers/console/console.hpp"
#include "dxe/drivers/console/isa_path.hpp"
#include "dxe/drivers/console/keyboard_input.hpp"
#include "lib/keyboard/scan_codes.hpp"
#include "lib/log/log.hpp"
#include "lib/ps2/controller.hpp"

namespace drivers {
namespace {

constexpr u8 set_lights = 0xed, enable_scanning = 0xf4, set_defaults = 0xf6;
constexpr Patience patience = {core::clock_now, 20 * 1'0000};  // 20 ms: a byte takes one on a real wire

// Scroll, Num and Caps Lock are bits 0 to 2, in EFI's toggle state as in the keyboard's lights.
static_assert(efi::toggle_state::scroll_lock == 1 && efi::toggle_state::num_lock == 2 && efi::toggle_state::caps_lock == 4);

class Ps2Keyboard final : public KeyboardInput {
 public:
  Result<> start() {
    TRY(controller_.start(patience));
    TRY(controller_.send(set_defaults));
    TRY(controller_.send(enable_scanning));
    return init_input();
  }

 private:
  void poll_device() override {
    keyboard::Event event;
    u8 byte;
    // As many as a queue holds: a controller that never runs dry must not keep us.
    for (int i = 0; i < most_bytes && has_room() && controller_.get(byte); ++i)
      if (codes_.feed(byte, event)) feed(event);
    update_lights();
  }

  void reset_device() override {
    release_all();
    codes_.restart();
    controller_.drain();
  }

  // A keyboard without lights works as well.
  void show_lights(u8 locks) override {
    if (controller_.send(set_lights)) (void)!controller_.send(locks);
  }

  static constexpr int most_bytes = 64;
  ps2::Controller controller_;
  keyboard::ScanCodes codes_;
};

struct [[gnu::packed]] KeyboardPath {
  IsaBridgePath bridge;
  efi::acpi_path::Hid keyboard;
  efi::DevicePath end;
};

constinit KeyboardPath path{};

}  // namespace

const efi::DevicePath* ps2_keyboard_path() {
  using efi::acpi_path::Hid;
  path = {isa_bridge_path(), {efi::node_header<Hid>(efi::device_path_type::acpi, Hid::subtype), efi::acpi_path::pnp(0x0303), 0}, efi::end_device_path};
  return &path.bridge.root.header;
}

void start_ps2_keyboard() {
  auto made = core::make<Ps2Keyboard>();
  if (!made) return;
  Ps2Keyboard& keyboard = **made;
  if (auto started = keyboard.start(); !started) {
    if (started.error() != Error::not_found) log::info("no PS/2 keyboard: ", started.error());
    (void)!core::free_pool(&keyboard);
    return;
  }
  (void)ps2_keyboard_path();
  efi::Handle handle = nullptr;
  core::install(handle, path, efi::DevicePath::guid);
  core::install<efi::SimpleTextInput>(handle, keyboard.basic());
  core::install<efi::SimpleTextInputEx>(handle, keyboard);
  if (!console_input().add(keyboard)) log::warning("too many keyboards");
}

}  // namespace drivers
