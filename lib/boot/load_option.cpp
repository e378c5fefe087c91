// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/boot/load_option.hpp"

#include "lib/base/endian.hpp"
#include "lib/device_path/path.hpp"

namespace boot {
namespace {

constexpr usize description_offset = sizeof(u32) + sizeof(u16);  // behind Attributes and FilePathListLength

}  // namespace

bool LoadOption::automatic() const {
  return optional_data.size() == sizeof(Guid) && load_le<Guid>(optional_data.data()) == automatic_option_guid;
}

Result<LoadOption> parse_load_option(Bytes variable) {
  if (variable.size() < description_offset) return Error::volume_corrupted;
  const auto list_bytes = load_le<u16>(&variable[sizeof(u32)]);
  const Bytes rest = variable.subspan(description_offset);
  usize end = 0;
  while (rest.size() - end >= sizeof(char16_t) && load_le<char16_t>(&rest[end])) end += sizeof(char16_t);
  if (rest.size() - end < sizeof(char16_t)) return Error::volume_corrupted;
  const Bytes behind = rest.subspan(end + sizeof(char16_t));
  if (behind.size() < list_bytes) return Error::volume_corrupted;
  return LoadOption{
      .attributes = load_le<u32>(variable.data()),
      .description = rest.first(end),
      .path = TRY(device_path::parse(behind.first(list_bytes))),
      .optional_data = behind.subspan(list_bytes),
  };
}

void build_load_option(u32 attributes, std::u16string_view description, Bytes path, Bytes optional_data, device_path::ByteSink& to) {
  const auto list_bytes = static_cast<u16>(path.size());
  to.put({reinterpret_cast<const u8*>(&attributes), sizeof attributes});
  to.put({reinterpret_cast<const u8*>(&list_bytes), sizeof list_bytes});
  to.put({reinterpret_cast<const u8*>(description.data()), description.size() * sizeof(char16_t)});
  to.put_zeros(sizeof(char16_t));
  to.put(path);
  to.put(optional_data);
}

OptionName::OptionName(std::u16string_view prefix, u16 number) : text{} {
  usize at = 0;
  for (char16_t c : prefix) text[at++] = c;
  for (unsigned shift = 16; shift > 0; shift -= 4) text[at++] = u"0123456789ABCDEF"[number >> (shift - 4) & 15];
}

}  // namespace boot
