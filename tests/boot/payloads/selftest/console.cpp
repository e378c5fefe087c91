// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §12]
#include "selftest.hpp"

void test_console_output() {
  TextOutput* const out = st->con_out;
  check("console.handles", st->con_in_handle && st->con_out_handle && st->std_err_handle && st->std_err);
  usize columns = 0, rows = 0;
  expect("console.query_mode_0", out->query_mode(out, 0, &columns, &rows), success);
  check("console.mode_0_is_80_by_25", columns == 80 && rows == 25);
  check("console.current_mode", out->mode->mode >= 0 && out->mode->mode < out->mode->max_mode);
  expect("console.query_no_mode", out->query_mode(out, 99, &columns, &rows), unsupported);
  expect("console.set_no_mode", out->set_mode(out, 99), unsupported);
  const int before = out->mode->mode;
  expect("console.set_mode", out->set_mode(out, 0), success);
  check("console.set_mode_homes", out->mode->mode == 0 && out->mode->column == 0 && out->mode->row == 0);
  out->set_mode(out, static_cast<usize>(before));

  expect("console.attribute", out->set_attribute(out, 0x1e), success);
  check("console.attribute_in_mode", out->mode->attribute == 0x1e);
  expect("console.bad_attribute", out->set_attribute(out, 0x100), unsupported);
  out->set_attribute(out, 0x07);
  expect("console.clear", out->clear(out), success);
  check("console.clear_homes", out->mode->column == 0 && out->mode->row == 0);

  expect("console.output", out->output(out, L"console text"), success);
  check("console.column_moves", out->mode->column == 12 && out->mode->row == 0);
  out->output(out, L"\r\n");
  check("console.line_ends", out->mode->column == 0 && out->mode->row == 1);
  out->output(out, L"ab\b");
  check("console.backspace", out->mode->column == 1);
  expect("console.set_cursor", out->set_cursor(out, 7, 5), success);
  check("console.cursor_in_mode", out->mode->column == 7 && out->mode->row == 5);
  expect("console.cursor_outside", out->set_cursor(out, 1000, 5), unsupported);
  expect("console.test_ascii", out->test(out, L"plain"), success);
  // Some hardware cannot hide it.
  const Status hidden = out->enable_cursor(out, 0);
  check("console.hide_cursor", hidden == unsupported || (hidden == success && !out->mode->cursor_visible));
  out->enable_cursor(out, 1);
  expect("console.reset", out->reset(out, 0), success);
}

namespace {

bool next_key(InputKey& key) {
  TextInput* const in = st->con_in;
  for (int tenths = 0; tenths < 100; tenths++) {
    if (in->read_key(in, &key) == success) return true;
    bs->stall(100'000);
  }
  return false;
}

}  // namespace

// The host answers the prompt with: a, the escape sequence of the up arrow, carriage return, z.
void test_console_input() {
  TextInput* const in = st->con_in;
  InputKey key{};
  expect("keys.reset", in->reset(in, 0), success);
  expect("keys.none_yet", in->read_key(in, &key), not_ready);
  put("SELFTEST wants keys\r\n");
  check("keys.letter", next_key(key) && key.unicode == 'a' && key.scan == 0);
  check("keys.up_arrow", next_key(key) && key.unicode == 0 && key.scan == 1);
  check("keys.enter", next_key(key) && key.unicode == '\r' && key.scan == 0);
  put("SELFTEST wants one more\r\n");
  usize index = 9;
  Event events[2] = {in->wait_for_key, nullptr};
  bs->create_event(event_timer, 0, nullptr, nullptr, &events[1]);
  bs->set_timer(events[1], timer_relative, 100'000'000);
  expect("keys.wait_for_key", bs->wait_for_event(2, events, &index), success);
  check("keys.woken_by_the_key", index == 0);
  check("keys.waited_key", in->read_key(in, &key) == success && key.unicode == 'z');
  bs->close_event(events[1]);
}
