// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/config.hpp"

namespace hii {
namespace {

// Behind so many characters; nothing when there are fewer.
std::u16string_view from(std::u16string_view text, usize count) {
  text.remove_prefix(count < text.size() ? count : text.size());
  return text;
}
std::u16string_view until(std::u16string_view text, char16_t c) { return text.substr(0, text.find(c)); }

int digit(char16_t c) {
  if (c >= u'0' && c <= u'9') return c - u'0';
  const char16_t small = c | 0x20;
  return small >= u'a' && small <= u'f' ? small - u'a' + 10 : -1;
}

Result<u64> number(std::u16string_view text) {
  u64 value = 0;
  if (text.empty() || text.size() > 16) return Error::invalid_parameter;
  for (char16_t c : text) {
    if (digit(c) < 0) return Error::invalid_parameter;
    value = value << 4 | static_cast<u64>(digit(c));
  }
  return value;
}

// The digits of a value of `bytes` bytes; the first is the highest. What is left out is zero.
Result<> store(std::u16string_view text, std::span<u8> to) {
  if (text.empty() || text.size() > to.size() * 2) return Error::invalid_parameter;
  for (u8& byte : to) byte = 0;
  for (usize i = 0; i < text.size(); ++i) {
    const int d = digit(text[text.size() - 1 - i]);
    if (d < 0) return Error::invalid_parameter;
    to[i / 2] |= static_cast<u8>(d << 4 * (i % 2));
  }
  return {};
}

void show(std::span<const u8> from, device_path::TextSink& out) {
  for (usize i = from.size(); i-- > 0;) out.put_digits(from[i], 2);
}

struct Place {
  u64 offset = 0, width = 0;
  bool has_offset = false, has_width = false;
  Result<> check(u64 block_bytes) const {
    if (!has_offset || !has_width || width == 0) return Error::invalid_parameter;
    return offset <= block_bytes && width <= block_bytes - offset ? Result<>() : Error::buffer_too_small;
  }
};

// True: the element was a part of the place.
Result<bool> take(Place& place, std::u16string_view name, std::u16string_view value) {
  if (name == u"OFFSET") {
    place = {TRY(number(value)), 0, true, false};
    return true;
  }
  if (name != u"WIDTH") return false;
  place.width = TRY(number(value));
  place.has_width = true;
  return true;
}

}  // namespace

bool ConfigElements::next(std::u16string_view& name, std::u16string_view& value, usize& at) {
  at = at_;
  if (at_ >= text_.size()) return false;
  const std::u16string_view element = until(from(text_, at_), u'&');
  name = until(element, u'=');
  value = from(element, name.size() + 1);
  at_ += element.size() + 1;
  return true;
}

std::u16string_view next_request(std::u16string_view& left) {
  const std::u16string_view all = left;
  const usize end = all.find(u"&GUID=", 1);
  left = from(all, end == all.npos ? end : end + 1);
  return all.substr(0, end);
}

Result<usize> path_of(std::u16string_view request, std::span<u8> out) {
  ConfigElements elements(request);
  std::u16string_view name, value;
  for (usize at = 0; elements.next(name, value, at);) {
    if (name != u"PATH") continue;
    if (value.size() % 2 != 0) return Error::invalid_parameter;
    for (usize i = 0; i < value.size(); i += 2) {
      const int high = digit(value[i]), low = digit(value[i + 1]);
      if (high < 0 || low < 0) return Error::invalid_parameter;
      if (i / 2 < out.size()) out[i / 2] = static_cast<u8>(high << 4 | low);
    }
    return value.size() / 2;
  }
  return Error::not_found;
}

Result<> block_to_config(std::u16string_view request, std::span<const u8> block, device_path::TextSink& out, usize& progress) {
  ConfigElements elements(request);
  std::u16string_view name, value;
  Place place;
  for (progress = 0; elements.next(name, value, progress);) {
    if (progress) out.put(u'&');
    for (char16_t c : name) out.put(c);
    out.put(u'=');
    for (char16_t c : value) out.put(c);
    if (!TRY(take(place, name, value)) || !place.has_width) continue;
    TRY(place.check(block.size()));
    out.put("&VALUE=");
    show(block.subspan(place.offset, place.width), out);
  }
  progress = request.size();
  return {};
}

Result<> config_to_block(std::u16string_view response, std::span<u8> block, u64& used, usize& progress) {
  ConfigElements elements(response);
  std::u16string_view name, value;
  Place place;
  used = 0;
  for (progress = 0; elements.next(name, value, progress);) {
    if (TRY(take(place, name, value)) || name != u"VALUE") continue;
    if (!place.has_offset) return Error::invalid_parameter;
    const u64 end = place.offset + place.width;
    if (end >= place.offset && end > used) used = end;
    TRY(place.check(block.size()));
    TRY(store(value, block.subspan(place.offset, place.width)));
  }
  progress = response.size();
  return {};
}

}  // namespace hii
