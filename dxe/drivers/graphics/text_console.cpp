// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/drivers/console/console.hpp"
#include "dxe/drivers/console/text_output.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "lib/efi/graphics_output.hpp"
#include "lib/graphics/text_screen.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

using graphics::Canvas, graphics::Rectangle, graphics::Resolution, graphics::Surface, graphics::TextScreen;

constexpr TextOutput::Mode fixed_modes[] = {{80, 25}, {80, 50}, {100, 31}};
constexpr u64 pause = 2 * core::clock_tick;
constexpr unsigned fixed_count = sizeof fixed_modes / sizeof *fixed_modes;

// The display's memory where it can be drawn on, Blt where it cannot.
class GopCanvas final : public Canvas {
 public:
  void use(efi::GraphicsOutput& gop) {
    gop_ = &gop;
    const efi::GraphicsOutputModeInformation& info = *gop.mode->info;
    linear_ = info.pixel_format == efi::PixelFormat::bgr_reserved;
    if (linear_) {
      const Gpa base(gop.mode->frame_buffer_base);
      const bool in_ram = core::is_ram(PageRange::covering(base.raw(), 1));
      surface_ = Surface(base, {info.horizontal_resolution, info.vertical_resolution}, info.pixels_per_scan_line, !in_ram);
    }
  }

  void disable() { gop_ = nullptr; }
  bool linear() const { return linear_; }

  void put(Rectangle to, const u32* pixels, u32 stride) override {
    if (!gop_) return;
    if (!linear_) return blit(to, pixels, stride * sizeof(u32), efi::BltOperation::buffer_to_video);
    for (u32 y = 0; y < to.height; ++y) surface_.put(to.x, to.y + y, {pixels + y * stride, to.width});
  }
  void fill(Rectangle to, u32 pixel) override {
    if (!gop_ || to.empty()) return;
    if (!linear_) return blit(to, &pixel, 0, efi::BltOperation::video_fill);
    surface_.fill(to, pixel);
  }

 private:
  void blit(Rectangle to, const u32* pixels, u64 delta, efi::BltOperation operation) {
    auto* buffer = reinterpret_cast<efi::BltPixel*>(const_cast<u32*>(pixels));
    (void)gop_->blt(gop_, buffer, operation, 0, 0, to.x, to.y, to.width, to.height, delta);
  }

  efi::GraphicsOutput* gop_ = nullptr;
  Surface surface_;
  bool linear_ = false;
};

// SimpleTextOutput on a display [uefi §12.4].
class TextConsole final : public Managed, public TextOutput {
 public:
  Result<> begin() override;
  Result<> stop() override;

 private:
  void show(u32 code_point) override {
    const bool known = code_point < 0x1'0000 && font::has_glyph(static_cast<char16_t>(code_point));
    screen_.put(column(), row(), known ? static_cast<char16_t>(code_point) : char16_t{0xfffd}, attribute());
  }
  void show_line_feed() override {
    if (row() + 1 != rows()) return;
    screen_.scroll(attribute());
    scrolled_ = true;
  }
  void show_clear() override {
    if (displays_are_shared()) screen_.distrust();
    screen_.clear(attribute());
  }
  Result<> show_mode() override {
    lay_out();
    return {};
  }
  bool can_show(char16_t c) const override { return font::has_glyph(c); }
  void prepare() override;
  void finish() override;
  // What is pending is what the operating system should find.
  void quiet() override {
    if (scrolled_ && canvas_.linear()) screen_.flush();
  }

  Resolution size() const { return {gop_->mode->info->horizontal_resolution, gop_->mode->info->vertical_resolution}; }
  Result<> adopt_mode();
  void lay_out();
  void flush();
  static void EFIAPI flush_due(efi::Event, void* context) { static_cast<TextConsole*>(context)->flush(); }

  efi::GraphicsOutput* gop_ = nullptr;
  u32 gop_mode_ = 0;
  GopCanvas canvas_;
  TextScreen screen_;
  void* cells_ = nullptr;
  efi::Event timer_ = nullptr;  // null: nothing is put off
  u64 last_flush_ = 0;
  bool scrolled_ = false;  // since then
  bool published_ = false, on_console_ = false, drawn_ = false;
};

// The display has been put into another mode: it is black, and other grids fit.
Result<> TextConsole::adopt_mode() {
  const Resolution r = size();
  const Mode whole{static_cast<u16>(TextScreen::columns_of(r)), static_cast<u16>(TextScreen::rows_of(r))};
  if (whole.columns < fixed_modes[0].columns || whole.rows < fixed_modes[0].rows) return Error::unsupported;
  void* cells = TRY(core::allocate_pool(efi::MemoryType::boot_services_data, TextScreen::memory_bytes(whole.columns, whole.rows)));
  if (cells_) (void)!core::free_pool(cells_);
  cells_ = cells;
  gop_mode_ = gop_->mode->mode;
  canvas_.use(*gop_);
  Mode modes[fixed_count + 1] = {};
  unsigned count = fixed_count;
  bool is_fixed = false;
  for (unsigned i = 0; i < fixed_count; ++i) {
    const Mode& m = fixed_modes[i];
    if (m.columns <= whole.columns && m.rows <= whole.rows) modes[i] = m;
    is_fixed |= m.columns == whole.columns && m.rows == whole.rows;
  }
  if (!is_fixed) modes[count++] = whole;
  init_modes({modes, count});
  drawn_ = false;
  lay_out();
  return {};
}

// What the old grid shows is wiped, so that the new one begins on black. What others drew stays: clear() knows nothing
// of it then, and draws everything.
void TextConsole::lay_out() {
  if (drawn_ && !displays_are_shared()) {
    screen_.clear(0);
    screen_.set_cursor(0, 0, false);
    screen_.flush();
  }
  screen_.init(canvas_, size(), columns(), rows(), cells_, !drawn_ || !displays_are_shared());
  drawn_ = true;
}

void TextConsole::flush() {
  scrolled_ = false;
  screen_.flush();
}

// Everything moves in a scroll: of many in a row only so many a second are drawn.
void TextConsole::finish() {
  screen_.set_cursor(column(), row(), cursor_visible());
  if (!scrolled_ || !timer_) return flush();
  const u64 now = core::clock_now();
  if (now - last_flush_ < pause) return (void)!core::set_timer(timer_, efi::TimerDelay::relative, pause);
  last_flush_ = now;
  flush();
}

void TextConsole::prepare() {
  if (gop_->mode->mode == gop_mode_ || adopt_mode()) return;
  // The old grid may not fit: nothing is drawn until there is another mode.
  gop_mode_ = gop_->mode->mode;
  canvas_.disable();
  log::warning("no text on the display in this mode");
}

Result<> TextConsole::begin() {
  gop_ = static_cast<efi::GraphicsOutput*>(controller().interface);
  TRY(core::create_event(efi::event_type::timer | efi::event_type::notify_signal, efi::tpl_notify, flush_due, this, &timer_));
  TRY(adopt_mode());
  efi::Handle handle = controller().handle;
  TRY(core::install_protocol(&handle, &efi::SimpleTextOutput::guid, efi::InterfaceType::native, static_cast<efi::SimpleTextOutput*>(this)));
  published_ = true;
  TRY(console_output().add(*this));
  efi::Handle console = console_handle();
  on_console_ = !core::interface_of(console, efi::GraphicsOutput::guid) &&
                core::install_protocol(&console, &efi::GraphicsOutput::guid, efi::InterfaceType::native, gop_);
  return {};
}

Result<> TextConsole::stop() {
  if (on_console_) TRY(core::uninstall_protocol(console_handle(), &efi::GraphicsOutput::guid, gop_));
  on_console_ = false;
  auto* const output = static_cast<efi::SimpleTextOutput*>(this);
  if (published_) TRY(core::uninstall_protocol(controller().handle, &efi::SimpleTextOutput::guid, output));
  published_ = false;
  console_output().remove(*output);
  if (timer_) (void)!core::close_event(timer_);
  timer_ = nullptr;
  if (cells_) (void)!core::free_pool(cells_);
  cells_ = nullptr;
  return {};
}

// The console's own handle has the protocol only because we put it there.
bool is_real_display(const Controller& c) { return c.handle != console_handle(); }

}  // namespace

const Driver graphics_console_driver = {u"Text on displays", &efi::GraphicsOutput::guid, is_real_display, start_as<TextConsole>};

}  // namespace drivers
