// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/choice.hpp"

#include "lib/efi/text_output.hpp"

namespace boot {
namespace {

using namespace efi::text_color;

constexpr usize rows_around = 5;  // title, help, and room between them

}  // namespace

void Choice::add(const Text& line) {
  if (count_ < max_lines) lines_[count_++] = line;
}

usize Choice::rows() const {
  const usize rows = screen_size().rows;
  return rows > rows_around + 1 ? rows - rows_around : 1;
}

void Choice::draw() {
  set_colors(light_gray, black);
  clear_screen();
  set_colors(white, black);
  print_line(Text("  ", title_));
  print_line(Text(""));
  for (usize i = top_; i < count_ && i < top_ + rows(); ++i) {
    set_colors(i == chosen_ ? black : light_gray, i == chosen_ ? light_gray : black);
    Text line(i == chosen_ ? "> " : "  ", lines_[i]);
    line.cut(screen_size().columns - 1);
    print_line(line);
  }
  set_colors(light_gray, black);
  print_line(Text(""));
  print(Text("  Up and Down choose, Enter starts, Esc leaves"));
}

Result<usize> Choice::run() {
  drop_keys();
  for (;;) {
    if (chosen_ < top_) top_ = chosen_;
    if (chosen_ >= top_ + rows()) top_ = chosen_ - rows() + 1;
    draw();
    const efi::InputKey key = TRY(wait_key());
    if (key.scan_code == efi::scan::escape) return Error::not_found;
    if (key.unicode_char == u'\r' || key.unicode_char == u'\n') return count_ ? Result<usize>(chosen_) : Error::not_found;
    if (key.scan_code == efi::scan::up && chosen_ > 0) --chosen_;
    if (key.scan_code == efi::scan::down && chosen_ + 1 < count_) ++chosen_;
    if (key.scan_code == efi::scan::home) chosen_ = 0;
    if (key.scan_code == efi::scan::end && count_) chosen_ = count_ - 1;
  }
}

}  // namespace boot
