// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/runtime/services.hpp"
#include "lib/arch/cpu.hpp"

// ResetSystem [uefi §8.5.1]. Never returns, whatever the machine does with the attempts.
namespace runtime {
namespace {

constexpr u16 reset_control = 0xcf9;  // PIIX3, ICH9: bit 1 chooses a full reset, bit 2 starts it
constexpr u16 keyboard_command = 0x64;
constexpr u8 keyboard_reset = 0xfe;
constexpr u16 sleep_enable = 1 << 13;  // PM1 control [acpi §4.8.3.2]
constexpr unsigned sleep_type_shift = 10;

void power_off() {
  const handoff::PowerOff& how = state.start.power_off;
  if (!how.pm1a_control) return;
  cc::out16(how.pm1a_control, static_cast<u16>(how.sleep_type << sleep_type_shift | sleep_enable));
}

void restart() {
  cc::out8(reset_control, 0x02);
  cc::out8(reset_control, 0x06);
  cc::out8(keyboard_command, keyboard_reset);
  // With no interrupt table left the next exception is a triple fault.
  arch::load_idt({0, 0});
  __builtin_trap();
}

}  // namespace

void EFIAPI reset_system(efi::ResetType type, efi::Status, u64, const void*) {
  arch::disable_interrupts();
  if (type == efi::ResetType::shutdown) {
    power_off();
    arch::stop();
  }
  restart();
}

}  // namespace runtime
