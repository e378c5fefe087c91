// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/serial_port.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/console/serial_path.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/efi/serial_io.hpp"

namespace drivers {
namespace {

using core::thunk;
namespace control = efi::serial_control;

constexpr u32 default_timeout = 1'000'000;  // microseconds [uefi §12.8]
constexpr u64 loan = 1000 * 1'0000;         // a second
constexpr u32 fifo_depth = 16;
constexpr u32 settable = control::data_terminal_ready | control::request_to_send | control::hardware_loopback;
constexpr u32 readable = settable | control::clear_to_send | control::data_set_ready | control::ring_indicate | control::carrier_detect |
                         control::input_buffer_empty | control::output_buffer_empty;

// The bits of the line control register [ns16550 §8.1].
Result<u8> format_of(efi::Parity parity, u8 data_bits, efi::StopBits stop_bits) {
  constexpr u8 two_stop_bits = 0x04, parity_on = 0x08, even = 0x10, stick = 0x20;
  if (data_bits < 5 || data_bits > 8) return Error::invalid_parameter;
  u8 format = static_cast<u8>(data_bits - 5);
  switch (stop_bits) {
    case efi::StopBits::one: break;
    case efi::StopBits::one_and_half:
      if (data_bits != 5) return Error::invalid_parameter;
      format |= two_stop_bits;
      break;
    case efi::StopBits::two:
      if (data_bits == 5) return Error::invalid_parameter;
      format |= two_stop_bits;
      break;
    default: return Error::invalid_parameter;
  }
  switch (parity) {
    case efi::Parity::none: return format;
    case efi::Parity::odd: return static_cast<u8>(format | parity_on);
    case efi::Parity::even: return static_cast<u8>(format | parity_on | even);
    case efi::Parity::mark: return static_cast<u8>(format | parity_on | stick);
    case efi::Parity::space: return static_cast<u8>(format | parity_on | stick | even);
    default: return Error::invalid_parameter;
  }
}

class SerialPort : public efi::SerialIo {
 public:
  using Protocol = efi::SerialIo;

  void init(Uart& uart) {
    uart_ = &uart;
    static_cast<efi::SerialIo&>(*this) = {
        .revision = efi::SerialIo::revision_1,
        .reset = thunk<&SerialPort::reset_port>,
        .set_attributes = thunk<&SerialPort::choose_attributes>,
        .set_control = thunk<&SerialPort::choose_control>,
        .get_control = thunk<&SerialPort::tell_control>,
        .write = thunk<&SerialPort::send>,
        .read = thunk<&SerialPort::receive>,
        .mode = &mode_,
        .device_type_guid = nullptr,
    };
    mode_ = {readable, default_timeout, Uart::highest_baud_rate, fifo_depth, 8, static_cast<u32>(efi::Parity::none),
             static_cast<u32>(efi::StopBits::one)};
  }

  Result<> reset_port() {
    core::TplGuard guard(efi::tpl_notify);
    uart_->init();
    return choose_attributes(0, 0, 0, efi::Parity::default_parity, 0, efi::StopBits::default_stop_bits);
  }

  // Zero stands for the default of each.
  Result<> choose_attributes(u64 baud, u32 depth, u32 timeout, efi::Parity parity, u8 data_bits, efi::StopBits stop_bits) {
    core::TplGuard guard(efi::tpl_notify);
    if (baud == 0) baud = Uart::highest_baud_rate;
    if (data_bits == 0) data_bits = 8;
    if (parity == efi::Parity::default_parity) parity = efi::Parity::none;
    if (stop_bits == efi::StopBits::default_stop_bits) stop_bits = efi::StopBits::one;
    if (baud > Uart::highest_baud_rate || depth > fifo_depth) return Error::invalid_parameter;
    // The nearest rate below that the divisor makes.
    const u64 divisor = (Uart::highest_baud_rate + baud - 1) / baud;
    if (divisor > 0xffff) return Error::invalid_parameter;
    const u8 format = TRY(format_of(parity, data_bits, stop_bits));
    uart_->set_line({static_cast<u16>(divisor), format});
    mode_.baud_rate = Uart::highest_baud_rate / divisor;
    mode_.timeout = timeout ? timeout : default_timeout;
    mode_.data_bits = data_bits;
    mode_.parity = static_cast<u32>(parity);
    mode_.stop_bits = static_cast<u32>(stop_bits);
    return {};
  }

  Result<> choose_control(u32 lines) {
    if (lines & ~settable) return Error::unsupported;
    core::TplGuard guard(efi::tpl_notify);
    uart_->set_modem_lines(static_cast<u8>((lines & 3) | (lines & control::hardware_loopback ? Uart::loopback : 0)));
    return {};
  }

  Result<> tell_control(u32* lines) {
    if (!lines) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    const u8 ours = uart_->modem_lines();
    // Clear to send to carrier detect have the register's order.
    *lines = (ours & 3) | (uart_->modem_status() & 0xf0u) | (ours & Uart::loopback ? control::hardware_loopback : 0);
    if (!uart_->has_byte()) *lines |= control::input_buffer_empty;
    if (uart_->sent_everything()) *lines |= control::output_buffer_empty;
    return {};
  }

  Result<> send(u64* bytes, const void* buffer) {
    if (!bytes || (!buffer && *bytes)) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    for (u64 i = 0; i < *bytes; ++i) uart_->put(static_cast<const u8*>(buffer)[i]);
    return {};
  }

  // The timeout is for each byte.
  Result<> receive(u64* bytes, void* buffer) {
    if (!bytes || (!buffer && *bytes)) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    u64 start = core::clock_now();
    uart_->lend(start + loan);
    for (u64 i = 0; i < *bytes;) {
      if (uart_->get(static_cast<u8*>(buffer)[i])) {
        ++i;
        start = core::clock_now();
      } else if (core::clock_now() - start > u64{mode_.timeout} * 10) {
        *bytes = i;
        return Error::timeout;
      } else {
        arch::pause();
      }
    }
    return {};
  }

 private:
  Uart* uart_ = nullptr;
  efi::SerialIoMode mode_{};
};

struct [[gnu::packed]] PortPath {
  SerialPath port;
  efi::DevicePath end;
};

constinit PortPath path{};
constinit SerialPort port{};

}  // namespace

void install_serial_port(Uart& uart) {
  port.init(uart);
  path = {serial_path(), efi::end_device_path};
  efi::Handle handle = nullptr;
  core::install(handle, path, efi::DevicePath::guid);
  core::install<efi::SerialIo>(handle, port);
}

}  // namespace drivers
