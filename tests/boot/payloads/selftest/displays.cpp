// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §12.3.3, §12.8, §12.9, §13.11, §34]
#include "selftest.hpp"

namespace {

constexpr Status timeout_status = error_bit | 18;
using isize = long long;

struct Pixel {
  u8 blue, green, red, reserved;
};
struct ModeInformation {
  u32 version, width, height, format, masks[4], pixels_per_line;
};
struct GraphicsMode {
  u32 max_mode, mode;
  ModeInformation* info;
  usize info_size;
  u64 base;
  usize size;
};
enum Operation : u32 { fill, to_buffer, to_video, move };
struct Graphics {
  Status (*query)(Graphics*, u32, usize*, ModeInformation**);
  Status (*set)(Graphics*, u32);
  Status (*blt)(Graphics*, Pixel*, u32, usize, usize, usize, usize, usize, usize, usize);
  GraphicsMode* mode;
};
constexpr Guid guid_graphics{0x9042a9de, 0x23dc, 0x4a38, {0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a}};

struct KeyData {
  InputKey key;
  u32 shift;
  u8 toggle;
};
struct InputEx {
  Status (*reset)(InputEx*, Boolean);
  Status (*read)(InputEx*, KeyData*);
  Event wait;
  Status (*set_state)(InputEx*, u8*);
  Status (*enlist)(InputEx*, KeyData*, Status (*)(KeyData*), void**);
  Status (*delist)(InputEx*, void*);
};
constexpr Guid guid_input_ex{0xdd9e7534, 0x7762, 0x4698, {0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa}};

struct SerialMode {
  u32 control, timeout;
  u64 baud;
  u32 depth, data_bits, parity, stop_bits;
};
struct Serial {
  u32 revision;
  Status (*reset)(Serial*);
  Status (*attributes)(Serial*, u64, u32, u32, u32, u8, u32);
  Status (*set_control)(Serial*, u32);
  Status (*get_control)(Serial*, u32*);
  Status (*write)(Serial*, usize*, const void*);
  Status (*read)(Serial*, usize*, void*);
  SerialMode* mode;
};
constexpr Guid guid_serial{0xbb25cf6f, 0xf1d4, 0x11d2, {0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0xfd}};

struct Collation {
  isize (*compare)(Collation*, const Char*, const Char*);
  Boolean (*match)(Collation*, const Char*, const Char*);
  void (*lower)(Collation*, Char*);
  void (*upper)(Collation*, Char*);
  void (*from_fat)(Collation*, usize, const char*, Char*);
  Boolean (*to_fat)(Collation*, const Char*, usize, char*);
  const char* languages;
};
constexpr Guid guid_collation{0xa4c751fc, 0x23ae, 0x4c3e, {0x92, 0xe9, 0x49, 0x64, 0xcf, 0x63, 0xf3, 0x49}};
constexpr Guid guid_collation_1{0x1d85cd7f, 0xf43d, 0x11d2, {0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};

struct HiiDatabase {
  Status (*add)(HiiDatabase*, const void*, Handle, void**);
  Status (*remove)(HiiDatabase*, void*);
  Status (*update)(HiiDatabase*, void*, const void*);
  Status (*list)(HiiDatabase*, u8, const Guid*, usize*, void**);
  Status (*give)(HiiDatabase*, void*, usize*, void*);
};
struct HiiString {
  Status (*add)(HiiString*, void*, u16*, const char*, const Char*, const Char*, const void*);
  Status (*get)(HiiString*, const char*, void*, u16, Char*, usize*, void**);
  Status (*set)(HiiString*, void*, u16, const char*, const Char*, const void*);
  Status (*languages)(HiiString*, void*, char*, usize*);
};
constexpr Guid guid_hii_database{0xef9fc172, 0xa1b2, 0x4693, {0xb3, 0x27, 0x6d, 0x32, 0xfc, 0x41, 0x60, 0x42}};
constexpr Guid guid_hii_string{0x0fd96974, 0x23aa, 0x4cdc, {0xb9, 0xcb, 0x98, 0xd1, 0x77, 0x50, 0x32, 0x2a}};

void test_modes(Graphics* g) {
  const u32 before = g->mode->mode;
  bool sound = true, small = false;
  for (u32 i = 0; i < g->mode->max_mode; i++) {
    usize size = 0;
    ModeInformation* info = nullptr;
    sound &= g->query(g, i, &size, &info) == success && size == sizeof *info && info->width && info->pixels_per_line >= info->width;
    small |= info->width == 800 && info->height == 600;
    bs->free_pool(info);
  }
  check("gop.modes_are_described", sound);
  check("gop.has_800x600", small);
  usize size = 0;
  ModeInformation* info = nullptr;
  expect("gop.query_no_mode", g->query(g, g->mode->max_mode, &size, &info), invalid_parameter);
  expect("gop.set_no_mode", g->set(g, g->mode->max_mode), unsupported);
  expect("gop.set_first_mode", g->set(g, 0), success);
  check("gop.mode_changed", g->mode->mode == 0);
  expect("gop.set_mode_back", g->set(g, before), success);
  const ModeInformation& now = *g->mode->info;
  check("gop.framebuffer_is_large_enough", g->mode->size >= u64{now.pixels_per_line} * now.height * 4);
}

bool is(const Pixel& p, u8 red, u8 green, u8 blue) { return p.red == red && p.green == green && p.blue == blue; }

void test_blt(Graphics* g) {
  Pixel colour{3, 2, 1, 0}, got[16] = {};
  expect("blt.fill", g->blt(g, &colour, fill, 0, 0, 10, 20, 30, 5, 0), success);
  expect("blt.to_buffer", g->blt(g, got, to_buffer, 38, 24, 1, 1, 3, 2, 16), success);
  check("blt.read_back", is(got[5], 1, 2, 3) && is(got[6], 1, 2, 3) && is(got[7], 0, 0, 0) && is(got[9], 0, 0, 0) && is(got[4], 0, 0, 0));
  if (g->mode->base) {
    const auto* pixels = reinterpret_cast<const volatile u32*>(g->mode->base);
    check("blt.framebuffer_shows_it", (pixels[20 * g->mode->info->pixels_per_line + 10] & 0xffffff) == 0x010203);
  }
  expect("blt.move", g->blt(g, nullptr, move, 10, 20, 100, 100, 30, 5, 0), success);
  g->blt(g, got, to_buffer, 129, 104, 0, 0, 2, 1, 0);
  check("blt.moved", is(got[0], 1, 2, 3) && is(got[1], 0, 0, 0));
  Pixel line[2] = {{9, 8, 7, 0}, {6, 5, 4, 0}};
  expect("blt.to_video", g->blt(g, line, to_video, 1, 0, 0, 0, 1, 1, 8), success);
  g->blt(g, got, to_buffer, 0, 0, 0, 0, 1, 1, 0);
  check("blt.shown", is(got[0], 4, 5, 6));
  const usize width = g->mode->info->width, height = g->mode->info->height;
  expect("blt.beyond_the_right", g->blt(g, &colour, fill, 0, 0, width - 1, 0, 2, 1, 0), invalid_parameter);
  expect("blt.beyond_the_bottom", g->blt(g, &colour, fill, 0, 0, 0, height, 1, 1, 0), invalid_parameter);
  expect("blt.no_operation", g->blt(g, &colour, 4, 0, 0, 0, 0, 1, 1, 0), invalid_parameter);
  expect("blt.no_width", g->blt(g, &colour, fill, 0, 0, 0, 0, 0, 1, 0), invalid_parameter);
}

unsigned notified = 0;
Status note(KeyData*) {
  notified++;
  return success;
}

// The console's text goes to displays and to the terminal whatever mode the displays are in.
void test_text_on_displays(Graphics* g) {
  TextOutput* const out = st->con_out;
  expect("gop.small_mode", g->set(g, 0), success);
  expect("gop.text_after_mode_change", out->output(out, L"text\r\n"), success);
  usize columns = 0, rows = 0;
  check("gop.mode_0_still_80_by_25", out->query_mode(out, 0, &columns, &rows) == success && columns == 80 && rows == 25);
  expect("gop.clear_after_mode_change", out->clear(out), success);
}

}  // namespace

void test_displays() {
  Graphics* g = nullptr;
  if (bs->locate_protocol(&guid_graphics, nullptr, &g) != success) return skip("gop", "no display");
  test_modes(g);
  test_blt(g);
  test_text_on_displays(g);
  Graphics* on_console = nullptr;
  check("gop.on_the_console", bs->handle_protocol(st->con_out_handle, &guid_graphics, &on_console) == success && on_console);
}

// While the host has not typed anything.
void test_keys_ex() {
  InputEx* in = nullptr;
  expect("keys_ex.on_the_console", bs->handle_protocol(st->con_in_handle, &guid_input_ex, &in), success);
  if (!in) return;
  KeyData key{};
  in->reset(in, 0);
  expect("keys_ex.none", in->read(in, &key), not_ready);
  check("keys_ex.state_is_valid", (key.shift & 0x8000'0000) && (key.toggle & 0x80));
  u8 toggle = 0x80 | 0x04;
  expect("keys_ex.set_state", in->set_state(in, &toggle), success);
  in->read(in, &key);
  check("keys_ex.caps_lock_shows", key.toggle & 0x04);
  toggle = 0x80;
  in->set_state(in, &toggle);
  toggle = 0x04;
  expect("keys_ex.invalid_state", in->set_state(in, &toggle), unsupported);
  void* registration = nullptr;
  KeyData wanted{{0, L'q'}, 0, 0};
  expect("keys_ex.register", in->enlist(in, &wanted, note, &registration), success);
  expect("keys_ex.unregister", in->delist(in, registration), success);
  expect("keys_ex.unregister_twice", in->delist(in, registration), invalid_parameter);
  check("keys_ex.not_notified", notified == 0);
}

void test_serial() {
  Serial* port = nullptr;
  expect("serial.located", bs->locate_protocol(&guid_serial, nullptr, &port), success);
  if (!port) return;
  check("serial.mode", port->mode->baud == 115200 && port->mode->data_bits == 8 && port->mode->parity == 1 && port->mode->stop_bits == 1);
  expect("serial.bad_baud", port->attributes(port, 10'000'000, 0, 0, 0, 0, 0), invalid_parameter);
  expect("serial.bad_bits", port->attributes(port, 0, 0, 0, 0, 9, 0), invalid_parameter);
  expect("serial.slower", port->attributes(port, 9600, 0, 1000, 1, 8, 1), success);
  check("serial.slower_in_mode", port->mode->baud == 9600 && port->mode->timeout == 1000);
  usize size = 1;
  char byte = 0;
  expect("serial.read_times_out", port->read(port, &size, &byte), timeout_status);
  check("serial.nothing_read", size == 0);
  u32 lines = 0;
  expect("serial.control", port->get_control(port, &lines), success);
  check("serial.input_is_empty", lines & 0x100);
  expect("serial.bad_control", port->set_control(port, 0x10), unsupported);
  expect("serial.reset", port->reset(port), success);
  check("serial.default_again", port->mode->baud == 115200);
  size = 2;
  expect("serial.write", port->write(port, &size, "\r\n"), success);
}

void test_collation() {
  Collation *second = nullptr, *first = nullptr;
  expect("collation.located", bs->locate_protocol(&guid_collation, nullptr, &second), success);
  expect("collation.first_version", bs->locate_protocol(&guid_collation_1, nullptr, &first), success);
  if (!second || !first) return;
  check("collation.languages", second->languages[0] == 'e' && second->languages[2] == 0 && first->languages[3] == 0);
  check("collation.compares", second->compare(second, L"Boot", L"bOOT") == 0 && second->compare(second, L"a", L"B") < 0);
  check("collation.matches", second->match(second, L"grubx64.efi", L"*X64.?fi") && !second->match(second, L"a", L"b*"));
  char fat[9] = {};
  check("collation.to_fat", second->to_fat(second, L"a.b+c", 8, fat) && fat[0] == 'A' && fat[1] == 'B' && fat[2] == '_' && fat[3] == 'C');
  Char text[9];
  second->from_fat(second, 8, "NAME", text);
  second->lower(second, text);
  check("collation.from_fat", same_text(text, L"name"));
}

void test_hii() {
  // A string package in "en" with one string, "hi", and the end.
  static const u8 list[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 81, 0, 0, 0,                          //
                            57, 0, 0, 4, 49, 0, 0, 0, 49, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,      //
                            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 'e', 'n', 0,                           //
                            0x14, 'h', 0, 'i', 0, 0, 0, 0,                                                               //
                            4, 0, 0, 0xdf};
  static_assert(sizeof list == 81);
  HiiDatabase* database = nullptr;
  HiiString* strings = nullptr;
  expect("hii.database", bs->locate_protocol(&guid_hii_database, nullptr, &database), success);
  expect("hii.strings", bs->locate_protocol(&guid_hii_string, nullptr, &strings), success);
  if (!database || !strings) return;
  void* handle = nullptr;
  expect("hii.no_list", database->add(database, nullptr, nullptr, &handle), invalid_parameter);
  expect("hii.new_list", database->add(database, list, self, &handle), success);
  Char text[16];
  usize size = 2;
  expect("hii.small_buffer", strings->get(strings, "en", handle, 1, text, &size, nullptr), buffer_too_small);
  check("hii.size_needed", size == 6);
  expect("hii.string", strings->get(strings, "en", handle, 1, text, &size, nullptr), success);
  check("hii.string_text", same_text(text, L"hi"));
  expect("hii.no_string", strings->get(strings, "en", handle, 2, text, &size, nullptr), not_found);
  u16 id = 0;
  expect("hii.new_string", strings->add(strings, handle, &id, "en", nullptr, L"more", nullptr), success);
  size = sizeof text;
  check("hii.new_string_text", id == 2 && strings->get(strings, "en", handle, id, text, &size, nullptr) == success && same_text(text, L"more"));
  strings->set(strings, handle, 1, "en", L"changed", nullptr);
  size = sizeof text;
  check("hii.set_string", strings->get(strings, "en", handle, 1, text, &size, nullptr) == success && same_text(text, L"changed"));
  char languages[8];
  size = sizeof languages;
  check("hii.languages", strings->languages(strings, handle, languages, &size) == success && size == 3 && languages[1] == 'n');
  size = 0;
  expect("hii.export_size", database->give(database, handle, &size, nullptr), buffer_too_small);
  check("hii.export_needs", size == sizeof list);
  expect("hii.remove", database->remove(database, handle), success);
  expect("hii.remove_twice", database->remove(database, handle), not_found);
}
