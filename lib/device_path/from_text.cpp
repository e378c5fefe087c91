// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/device_path/arguments.hpp"
#include "lib/device_path/grammar.hpp"
#include "lib/device_path/text.hpp"
#include "lib/efi/device_path_nodes.hpp"

namespace device_path {
namespace {

namespace media = efi::media_path;
using Text = std::u16string_view;

constexpr u64 most_node_bytes = 0xffff;

void put_header(u8 type, u8 subtype, ByteSink& to) {
  to.put(type);
  to.put(subtype);
  to.put_zeros(2);
}
// The length field, once the node is complete.
Result<> finish(u64 start, ByteSink& to) {
  const u64 bytes = to.length() - start;
  if (bytes > most_node_bytes) return Error::invalid_parameter;
  const u16 size = static_cast<u16>(bytes);
  to.patch(start + offsetof(DevicePath, length), &size, sizeof size);
  return {};
}

Result<u64> read_name(Text text, const Field& field) {
  for (u64 value = 0; value < 256; ++value)
    if (const auto name = name_of(field.names, value); !name.empty() && equal(text, name)) return value;
  return read_number(text, field.bytes);
}

Result<> read_partition(Arguments& arguments, u64 at, ByteSink& to) {
  using media::HardDrive;
  const Text format = arguments.next(), signature = arguments.next();
  u8 bytes[18] = {};
  if (equal(format, "MBR")) {
    const u64 number = TRY(read_number(signature, 4));
    __builtin_memcpy(bytes, &number, 4);
    bytes[16] = HardDrive::format_mbr;
    bytes[17] = HardDrive::signature_mbr;
  } else if (equal(format, "GPT")) {
    const Guid guid = TRY(read_guid(signature));
    __builtin_memcpy(bytes, &guid, sizeof guid);
    bytes[16] = HardDrive::format_gpt;
    bytes[17] = HardDrive::signature_guid;
  } else {
    return Error::invalid_parameter;
  }
  to.patch(at, bytes, sizeof bytes);
  return {};
}

Result<> put_ascii(Text text, ByteSink& to) {
  for (char16_t c : text) {
    if (c == 0 || c > 0x7f) return Error::invalid_parameter;
    to.put(static_cast<u8>(c));
  }
  return {};
}
Result<> put_string(Text text, ByteSink& to) {
  TRY(put_ascii(text, to));
  to.put(u8{0});
  return {};
}

Result<> read_rest(Form form, Arguments& arguments, ByteSink& to) {
  switch (form) {
    case Form::data:
      return read_data(arguments.next(), to);
    case Form::ascii:
      return put_ascii(arguments.rest(), to);
    case Form::ascii_nul:
      return put_string(arguments.next(), to);
    case Form::hid_cid_uid: {
      const Text hid = arguments.next(), cid = arguments.next(), uid = arguments.next();
      TRY(put_string(hid, to));
      TRY(put_string(uid, to));
      return put_string(cid, to);
    }
    case Form::only_uid:
      TRY(put_string({}, to));
      TRY(put_string(arguments.next(), to));
      return put_string({}, to);
    case Form::numbers:
      while (!arguments.done()) {
        const u64 value = TRY(read_number(arguments.next(), 4));
        to.put({reinterpret_cast<const u8*>(&value), 4});
      }
      return {};
    default:
      return Error::invalid_parameter;  // the fixed forms
  }
}

Result<> read_fixed(const Field& field, u64 node, Arguments& arguments, ByteSink& to) {
  const u64 at = node + field.offset;
  if (field.form == Form::zero) return {};
  if (field.form == Form::partition) return read_partition(arguments, at, to);
  const Text text = arguments.next();
  if (text.empty()) return {};
  u64 value = 0;
  u8 bytes[32] = {};
  switch (field.form) {
    case Form::guid: {
      const Guid guid = TRY(read_guid(text));
      to.patch(at, &guid, sizeof guid);
      return {};
    }
    case Form::ipv4:
      TRY(read_ipv4(text, {bytes, 4}));
      break;
    case Form::ipv6:
      TRY(read_ipv6(text, {bytes, 16}));
      break;
    case Form::eui64:
      TRY(read_eui64(text, {bytes, 8}));
      break;
    case Form::mac: {
      ByteSink address{std::span(bytes)};
      TRY(read_data(text, address));
      if (!address.fits()) return Error::invalid_parameter;
      break;
    }
    default:
      if (field.form == Form::name)
        value = TRY(read_name(text, field));
      else if (field.form == Form::eisa_id)
        value = TRY(read_eisa_id(text));
      else if (field.form != Form::or_default || !equal(text, "DEFAULT"))
        value = TRY(read_number(text, field.bytes));
      __builtin_memcpy(bytes, &value, sizeof value);
  }
  to.patch(at, bytes, field.bytes);
  return {};
}

Result<> read_node(const Grammar& g, Arguments arguments, ByteSink& to) {
  const u64 start = to.length();
  put_header(g.type, g.subtype, to);
  to.put_zeros(g.fixed_bytes - sizeof(DevicePath));
  to.patch(start + g.key_offset, &g.key, g.key_bytes);
  for (const Field& field : g.fields) {
    if (field.form == Form::none) break;
    TRY(follows_fixed_part(field.form) ? read_rest(field.form, arguments, to) : read_fixed(field, start, arguments, to));
  }
  if (!arguments.done()) return Error::invalid_parameter;
  return finish(start, to);
}

// HardwarePath(subtype,data) and its like, Path(type,subtype,data).
Result<> read_unknown(Result<u64> type, Arguments arguments, ByteSink& to) {
  const u64 start = to.length();
  const u8 number = static_cast<u8>(TRY(type));
  put_header(number, static_cast<u8>(TRY(read_number(arguments.next(), 1))), to);
  TRY(read_data(arguments.next(), to));
  if (!arguments.done()) return Error::invalid_parameter;
  return finish(start, to);
}

Result<> read_file_path(Text text, ByteSink& to) {
  const u64 start = to.length();
  put_header(efi::device_path_type::media, media::FilePath::subtype, to);
  for (char16_t c : text) to.put({reinterpret_cast<const u8*>(&c), sizeof c});
  to.put_zeros(sizeof(char16_t));
  return finish(start, to);
}

}  // namespace

Result<> node_from_text(Text text, ByteSink& to) {
  const usize open = text.find(u'(');
  if (open == text.npos || text.back() != u')') return read_file_path(text, to);
  const Text name(text.data(), open);
  Arguments arguments({text.data() + open + 1, text.size() - open - 2});
  for (const Grammar& g : grammars())
    if (equal(name, g.text())) return read_node(g, arguments, to);
  if (equal(name, any_type_name)) {
    const auto type = read_number(arguments.next(), 1);
    return read_unknown(type, arguments, to);
  }
  for (u8 type = 1; type < efi::device_path_type::end; ++type)
    if (const auto known = type_name(type); !known.empty() && equal(name, known)) return read_unknown(u64{type}, arguments, to);
  return read_file_path(text, to);
}

Result<> path_from_text(Text text, ByteSink& to) {
  const auto put_end = [&to](const DevicePath& end) { to.put({reinterpret_cast<const u8*>(&end), sizeof end}); };
  while (!text.empty()) {
    const usize length = top_level_end(text, u"/,");
    if (length) TRY(node_from_text({text.data(), length}, to));
    if (length == text.size()) break;
    if (text[length] == u',') put_end(efi::end_device_path_instance);
    text.remove_prefix(length + 1);
  }
  put_end(efi::end_device_path);
  return {};
}

}  // namespace device_path
