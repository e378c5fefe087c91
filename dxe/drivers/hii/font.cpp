// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/hii/database.hpp"
#include "lib/font/font.hpp"

namespace drivers {
namespace {

using core::thunk;
using efi::BltPixel, efi::FontDisplayInfo, efi::ImageOutput;

constexpr char16_t font_name[] = u"sysdefault";
constexpr BltPixel grey{0xaa, 0xaa, 0xaa, 0}, black{0, 0, 0, 0};
constexpr u64 baseline = 13;
constexpr u64 most_lines = 4096;

struct Colours {
  BltPixel fore = grey, back = black;
  bool transparent = false;
};

// What FontDisplayInfo's mask leaves to the system [uefi §34.1].
Colours colours_of(const FontDisplayInfo* info, u32 flags) {
  constexpr u32 system_foreground = 0x10, system_background = 0x20;
  Colours c;
  if (info && !(info->mask & system_foreground)) c.fore = info->foreground;
  if (info && !(info->mask & system_background)) c.back = info->background;
  c.transparent = flags & efi::hii_out::transparent;
  return c;
}

// A line of the text; the rest of it.
std::u16string_view take_line(std::u16string_view& text, bool ignore_breaks) {
  const usize end = ignore_breaks ? text.npos : text.find(u'\n');
  std::u16string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with(u'\r')) line.remove_suffix(1);
  return line;
}

// Pixels outside the image are left out.
void draw_glyph(const ImageOutput& image, u64 x, u64 y, char16_t c, const Colours& colours) {
  const font::Glyph glyph = font::glyph_of(c);
  for (u64 j = 0; j < font::height && y + j < image.height; ++j)
    for (u64 i = 0; i < font::width && x + i < image.width; ++i) {
      const bool ink = glyph.rows[j] >> (7 - i) & 1;
      if (ink || !colours.transparent) image.bitmap[(y + j) * image.width + x + i] = ink ? colours.fore : colours.back;
    }
}

struct Extent {
  u64 columns = 0, lines = 0;
};
Extent measure(std::u16string_view text, bool ignore_breaks) {
  Extent e;
  do {
    const std::u16string_view line = take_line(text, ignore_breaks);
    e.columns = line.size() > e.columns ? line.size() : e.columns;
    ++e.lines;
  } while (!text.empty() && e.lines < most_lines);
  return e;
}

Result<ImageOutput*> new_image(u64 width, u64 height) {
  if (width > 0xffff || height > 0xffff) return Error::out_of_resources;
  auto* bitmap = TRY(core::allocate_array<BltPixel>(width * height));
  auto image = core::make<ImageOutput>();
  if (!image) {
    (void)!core::free_pool(bitmap);
    return image.error();
  }
  __builtin_memset(bitmap, 0, width * height * sizeof(BltPixel));
  (*image)->width = static_cast<u16>(width);
  (*image)->height = static_cast<u16>(height);
  (*image)->bitmap = bitmap;
  return *image;
}

void draw(const ImageOutput& image, u64 x, u64 y, std::u16string_view text, const Colours& colours, u32 flags) {
  for (u64 lines = 0; !text.empty() && lines < most_lines && y < image.height; ++lines, y += font::height) {
    u64 at = x;
    for (char16_t c : take_line(text, flags & efi::hii_out::ignore_line_break)) {
      if ((flags & efi::hii_out::ignore_if_no_glyph) && !font::has_glyph(c)) continue;
      if (at >= image.width) break;
      draw_glyph(image, at, y, c, colours);
      at += font::width;
    }
  }
}

// On the screen by way of a bitmap of the text's size, as far as it is inside.
Result<> draw_on_screen(const ImageOutput& target, u64 x, u64 y, std::u16string_view text, const Colours& colours, u32 flags) {
  if (!target.screen) return Error::invalid_parameter;
  const Extent e = measure(text, flags & efi::hii_out::ignore_line_break);
  const u64 width = e.columns * font::width, height = e.lines * font::height;
  if (x >= target.width || y >= target.height || width == 0) return {};
  ImageOutput* image = TRY(new_image(width, height));
  const u64 shown_width = width < target.width - x ? width : target.width - x, shown_height = height < target.height - y ? height : target.height - y;
  Result<> done;
  if (colours.transparent)
    done = efi::result_of(target.screen->blt(target.screen, image->bitmap, efi::BltOperation::video_to_buffer, x, y, 0, 0, shown_width,
                                             shown_height, width * sizeof(BltPixel)));
  draw(*image, 0, 0, text, colours, flags);
  if (done)
    done = efi::result_of(target.screen->blt(target.screen, image->bitmap, efi::BltOperation::buffer_to_video, 0, 0, x, y, shown_width,
                                             shown_height, width * sizeof(BltPixel)));
  (void)!core::free_pool(image->bitmap);
  (void)!core::free_pool(image);
  return done;
}

class Font : public efi::HiiFont {
 public:
  using Protocol = efi::HiiFont;

  void init() {
    static_cast<efi::HiiFont&>(*this) = {
        .string_to_image = thunk<&Font::text_image>,
        .string_id_to_image = thunk<&Font::string_image>,
        .get_glyph = thunk<&Font::glyph>,
        .get_font_info = thunk<&Font::describe>,
    };
  }

  // Rows and columns are told where somebody asks: as if nothing were clipped.
  Result<> text_image(u32 flags, const char16_t* text, const FontDisplayInfo* info, ImageOutput** image, u64 x, u64 y, efi::HiiRowInfo** rows,
                      u64* row_count, u64* columns) {
    if (!text || !image) return Error::invalid_parameter;
    const std::u16string_view string(text);
    const bool ignore_breaks = flags & efi::hii_out::ignore_line_break;
    const Colours colours = colours_of(info, flags);
    if (!*image) {
      const Extent e = measure(string, ignore_breaks);
      *image = TRY(new_image(x + e.columns * font::width, y + e.lines * font::height));
    }
    if (flags & efi::hii_out::direct_to_screen)
      TRY(draw_on_screen(**image, x, y, string, colours, flags));
    else
      draw(**image, x, y, string, colours, flags);
    if (columns)
      for (usize i = 0; i < string.size(); ++i) columns[i] = x + i * font::width;
    return rows && row_count ? tell_rows(string, ignore_breaks, rows, row_count) : Result<>();
  }

  Result<> string_image(u32 flags, efi::HiiHandle handle, efi::StringId id, const char* language, const FontDisplayInfo* info,
                        ImageOutput** image, u64 x, u64 y, efi::HiiRowInfo** rows, u64* row_count, u64* columns) {
    PackageList* list = package_list(handle);
    if (!list || !image) return Error::invalid_parameter;
    char16_t* text = TRY(string_of(*list, id, language ? language : "en-US"));
    const auto done = text_image(flags, text, info, image, x, y, rows, row_count, columns);
    (void)!core::free_pool(text);
    return done;
  }

  // Without a glyph the replacement is shown, and the caller is told by the warning that Result has no name for: success.
  Result<> glyph(char16_t c, const FontDisplayInfo* info, ImageOutput** image, u64* base) {
    if (!image || *image) return Error::invalid_parameter;
    *image = TRY(new_image(font::width, font::height));
    draw_glyph(**image, 0, 0, c, colours_of(info, 0));
    if (base) *base = font::height - baseline;
    return {};
  }

  // There is one font, whatever is wanted.
  Result<> describe(void** handle, const FontDisplayInfo* wanted, FontDisplayInfo** found, const char16_t*) {
    if (handle && *handle) return Error::not_found;  // the one after the last
    if (handle) *handle = this;
    if (!found) return {};
    void* block = TRY(core::allocate_pool(efi::MemoryType::boot_services_data, sizeof(FontDisplayInfo) + sizeof font_name));
    auto* info = new (block) FontDisplayInfo();
    const Colours colours = colours_of(wanted, 0);
    info->foreground = colours.fore;
    info->background = colours.back;
    info->mask = 0;
    info->font.style = 0;
    info->font.size = font::height;
    __builtin_memcpy(info->font.name, font_name, sizeof font_name);
    *found = info;
    return {};
  }

 private:
  Result<> tell_rows(std::u16string_view text, bool ignore_breaks, efi::HiiRowInfo** rows, u64* count) {
    const Extent e = measure(text, ignore_breaks);
    auto* list = TRY(core::allocate_array<efi::HiiRowInfo>(e.lines));
    const char16_t* const begin = text.data();
    for (u64 i = 0; i < e.lines; ++i) {
      const std::u16string_view line = take_line(text, ignore_breaks);
      const u64 start = static_cast<u64>(line.data() - begin);
      list[i] = {start, start + (line.empty() ? 0 : line.size() - 1), font::height, line.size() * font::width, font::height - baseline};
    }
    *rows = list;
    *count = e.lines;
    return {};
  }
};

constinit Font font_protocol{};

}  // namespace

void install_hii_font() {
  font_protocol.init();
  efi::Handle handle = nullptr;
  core::install<efi::HiiFont>(handle, font_protocol);
}

}  // namespace drivers
