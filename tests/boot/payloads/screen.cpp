// SPDX-License-Identifier: BSD-2-Clause-Patent
// Shows the console's abilities, one picture after another; the host answers each `SCREEN n` with a key.
#include "serial.hpp"

namespace {

SystemTable* st;
TextOutput* out;

void at(usize column, usize row, usize attribute, const Char* text) {
  out->set_cursor(out, column, row);
  out->set_attribute(out, attribute);
  out->output(out, text);
}

void print_number(unsigned n) {
  Char text[] = L"00";
  text[0] = static_cast<Char>('0' + n / 10);
  text[1] = static_cast<Char>('0' + n % 10);
  out->output(out, text);
}

void wait_for_key(unsigned picture) {
  put("SCREEN ");
  put_number(picture);
  put("\r\n");
  InputKey key;
  usize index;
  st->boot->wait_for_event(1, &st->con_in->wait_for_key, &index);
  st->con_in->read_key(st->con_in, &key);
}

void line(usize row, Char left, Char middle, Char right) {
  Char text[41];
  for (unsigned i = 0; i < 40; i++) text[i] = i == 0 ? left : i == 39 ? right : middle;
  text[40] = 0;
  at(20, row, 0x1f, text);
}

void frame() {
  line(3, 0x2554, 0x2550, 0x2557);
  for (usize row = 4; row < 12; row++) line(row, 0x2551, ' ', 0x2551);
  line(12, 0x255a, 0x2550, 0x255d);
  at(30, 5, 0x1e, L"Ashlar \x2190\x2191\x2192\x2193 \x25b2\x25ba\x25bc\x25c4");
  at(24, 7, 0x1f, L"\x250c\x2500\x2500\x252c\x2500\x2500\x2510 \x2580\x2584\x2588\x258c\x2590\x2591\x2592\x2593");
  at(24, 8, 0x1f, L"\x2502  \x2502  \x2502 \xc4\xd6\xdc\xe4\xf6\xfc\xdf \xa9\xb5\xf1");
  at(24, 9, 0x1f, L"\x251c\x2500\x2500\x253c\x2500\x2500\x2524 \x256d\x2500\x256e\x2571\x2572\x2573");
  at(24, 10, 0x1f, L"\x2514\x2500\x2500\x2534\x2500\x2500\x2518 \x2570\x2500\x256f \x3042?");
}

void colours() {
  for (unsigned back = 0; back < 8; back++) {
    out->set_cursor(out, 8, 14 + back);
    for (unsigned fore = 0; fore < 16; fore++) {
      out->set_attribute(out, back << 4 | fore);
      out->output(out, L" Aa ");
    }
  }
}

void first_picture() {
  out->set_mode(out, 0);
  out->clear(out);
  frame();
  colours();
  at(0, 0, 0x07, L"The quick brown fox jumps over the lazy dog. 0123456789 !\"#$%&'()*+,-./:;<=>?@[");
  at(79, 24, 0x4f, L"");
}

// More lines than there are, with a line that is longer than the screen.
void second_picture() {
  out->set_attribute(out, 0x07);
  out->clear(out);
  for (unsigned i = 0; i < 40; i++) {
    out->set_attribute(out, i % 8 << 4 | 0xf);
    print_number(i);
    out->output(out, i == 37 ? L" this line is longer than eighty columns; what does not fit goes to the next one, as on every terminal\r\n"
                             : L" scrolled\r\n");
  }
  out->enable_cursor(out, 0);
}

// The largest mode that the console has.
void third_picture() {
  out->enable_cursor(out, 1);
  usize best = 0, columns = 0, rows = 0, most = 0;
  for (usize mode = 0; mode < static_cast<usize>(out->mode->max_mode); mode++)
    if (out->query_mode(out, mode, &columns, &rows) == success && columns * rows > most) {
      most = columns * rows;
      best = mode;
    }
  out->set_mode(out, best);
  out->query_mode(out, best, &columns, &rows);
  out->set_attribute(out, 0x2e);
  out->clear(out);
  at(columns - 6, rows - 1, 0x70, L"end\b\b");
}

}  // namespace

extern "C" Status efi_main(Handle, SystemTable* system) {
  st = system;
  out = st->con_out;
  // The firmware starts its keyboards when somebody looks: a key that is pressed earlier is nobody's.
  InputKey none;
  st->con_in->read_key(st->con_in, &none);
  first_picture();
  wait_for_key(1);
  second_picture();
  wait_for_key(2);
  third_picture();
  wait_for_key(3);
  put("SCREEN done\r\n");
  return success;
}
