// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/endian.hpp"
#include "lib/device_path/grammar.hpp"
#include "lib/device_path/text.hpp"
#include "lib/efi/device_path_nodes.hpp"

namespace device_path {
namespace {

namespace media = efi::media_path;

u64 number(const u8* at, unsigned bytes) {
  u64 value = 0;
  __builtin_memcpy(&value, at, bytes);
  return value;
}
bool all_zero(Bytes data) {
  for (u8 byte : data)
    if (byte) return false;
  return true;
}

// Text that an argument can hold: printable, and nothing that would end it.
bool plain(Bytes text) {
  for (u8 c : text)
    if (c < 0x20 || c > 0x7e || c == '(' || c == ')' || c == ',' || c == '/') return false;
  return true;
}
bool balanced(Bytes text) {
  i64 depth = 0;
  for (u8 c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c < 0x20 || c > 0x7e || depth < 0) return false;
  }
  return depth == 0;
}
std::string_view view(Bytes text) { return {reinterpret_cast<const char*>(text.data()), text.size()}; }

// Takes the text up to the next NUL; false: there is none.
bool take_string(Bytes& from, Bytes& string) {
  for (usize i = 0; i < from.size(); ++i)
    if (from[i] == 0) {
      string = from.first(i);
      from = from.subspan(i + 1);
      return true;
    }
  return false;
}

void put_ipv4(const u8* address, TextSink& to) {
  for (int i = 0; i < 4; ++i) {
    if (i) to.put(u'.');
    to.put_decimal(address[i]);
  }
}
void put_ipv6(const u8* address, TextSink& to) {
  for (int i = 0; i < 16; i += 2) {
    if (i) to.put(u':');
    to.put_data({address + i, 2});
  }
}
void put_eui64(const u8* id, TextSink& to) {
  for (int i = 7; i >= 0; --i) {
    to.put_digits(id[i], 2);
    if (i) to.put(u'-');
  }
}
void put_eisa_id(u32 id, TextSink& to) {
  if ((id & 0xffff) != (efi::acpi_path::pnp(0) & 0xffff)) return to.put_hex(id, 8);
  to.put("PNP");
  to.put_digits(id >> 16, 4);
}

// Ethernet and its like have six bytes, the rest of the field is empty [uefi §10.3.4.12].
void put_mac(Bytes address, u8 interface_type, TextSink& to) {
  constexpr usize ethernet = 6;
  const bool is_short = interface_type <= 1 && all_zero(address.subspan(ethernet));
  to.put_data(is_short ? address.first(ethernet) : address);
}

bool put_partition(const u8* signature, TextSink& to) {
  using media::HardDrive;
  const u8 format = signature[16], type = signature[17];
  if (format == HardDrive::format_mbr && type == HardDrive::signature_mbr && all_zero({signature + 4, 12})) {
    to.put("MBR,");
    to.put_hex(number(signature, 4), 8);
    return true;
  }
  if (format != HardDrive::format_gpt || type != HardDrive::signature_guid) return false;
  to.put("GPT,");
  to.put_guid(load_le<Guid>(signature));
  return true;
}

bool put_strings(Bytes rest, bool only_uid, TextSink& to) {
  Bytes hid, uid, cid;
  if (!take_string(rest, hid) || !take_string(rest, uid) || !take_string(rest, cid) || !rest.empty()) return false;
  if (!plain(hid) || !plain(uid) || !plain(cid) || (only_uid && (!hid.empty() || !cid.empty()))) return false;
  if (!only_uid) {
    to.put(view(hid));
    to.put(u',');
    to.put(view(cid));
    to.put(u',');
  }
  to.put(view(uid));
  return true;
}

// What follows the fixed part of a node.
bool put_rest(Form form, Bytes rest, TextSink& to) {
  switch (form) {
    case Form::data:
      to.put_data(rest);
      return true;
    case Form::ascii:
      to.put(view(rest));
      return balanced(rest);
    case Form::ascii_nul: {
      Bytes string;
      if (!take_string(rest, string) || !rest.empty() || !plain(string)) return false;
      to.put(view(string));
      return true;
    }
    case Form::hid_cid_uid:
      return put_strings(rest, false, to);
    case Form::only_uid:
      return put_strings(rest, true, to);
    case Form::numbers:
      for (usize i = 0; i + 4 <= rest.size(); i += 4) {
        if (i) to.put(u',');
        to.put_hex(number(&rest[i], 4));
      }
      return rest.size() % 4 == 0;
    default:
      return false;  // the fixed forms
  }
}

bool put_fixed(const Field& field, Bytes node, TextSink& to) {
  const u8* at = &node[field.offset];
  switch (field.form) {
    case Form::hex:
      to.put_hex(number(at, field.bytes));
      return true;
    case Form::decimal:
      to.put_decimal(number(at, field.bytes));
      return true;
    case Form::or_default:
      if (const u64 value = number(at, field.bytes))
        to.put_decimal(value);
      else
        to.put("DEFAULT");
      return true;
    case Form::name: {
      const u64 value = number(at, field.bytes);
      if (const auto name = name_of(field.names, value); !name.empty())
        to.put(name);
      else
        to.put_hex(value);
      return true;
    }
    case Form::eisa_id:
      put_eisa_id(load_le<u32>(at), to);
      return true;
    case Form::guid:
      to.put_guid(load_le<Guid>(at));
      return true;
    case Form::ipv4:
      put_ipv4(at, to);
      return true;
    case Form::ipv6:
      put_ipv6(at, to);
      return true;
    case Form::eui64:
      put_eui64(at, to);
      return true;
    case Form::mac:
      put_mac({at, field.bytes}, at[field.bytes], to);
      return true;
    case Form::partition:
      return put_partition(at, to);
    default:
      return false;  // not shown, or not fixed
  }
}

bool matches(const Grammar& g, Bytes node, TextStyle style) {
  if (g.type != node[0] || g.subtype != node[1] || node.size() < g.fixed_bytes) return false;
  switch (g.condition) {
    case Condition::none:
      return true;
    case Condition::with_shortcuts:
      if (!style.allow_shortcuts) return false;
      [[fallthrough]];
    case Condition::always:
      return __builtin_memcmp(&node[g.key_offset], &g.key, g.key_bytes) == 0;
  }
  return false;
}

// False: this form cannot express the node.
bool put_node(const Grammar& g, Bytes node, TextStyle style, TextSink& to) {
  const Bytes rest = node.subspan(g.fixed_bytes);
  bool first = true, rest_shown = rest.empty();
  to.put(g.text());
  to.put(u'(');
  for (const Field& field : g.fields) {
    if (field.form == Form::none) break;
    if (field.form == Form::zero) {
      if (!style.display_only && !all_zero(node.subspan(field.offset, field.bytes))) return false;
      continue;
    }
    if (field.detail && style.display_only) continue;
    const bool optional = field.form == Form::data || field.form == Form::numbers;
    if (optional && rest.empty()) continue;
    if (!first) to.put(u',');
    first = false;
    rest_shown |= follows_fixed_part(field.form);
    if (!(follows_fixed_part(field.form) ? put_rest(field.form, rest, to) : put_fixed(field, node, to))) return false;
  }
  to.put(u')');
  return rest_shown;
}

void put_file_path(Bytes text, TextSink& to) {
  for (usize i = 0; i + 2 <= text.size(); i += 2) {
    const auto c = load_le<char16_t>(&text[i]);
    if (!c) return;
    to.put(c);
  }
}

void put_unknown(Bytes node, TextSink& to) {
  const std::string_view type = type_name(node[0]);
  to.put(type.empty() ? any_type_name : type);
  to.put(u'(');
  if (type.empty()) {
    to.put_hex(node[0]);
    to.put(u',');
  }
  to.put_hex(node[1]);
  if (node.size() > sizeof(DevicePath)) to.put(u',');
  to.put_data(node.subspan(sizeof(DevicePath)));
  to.put(u')');
}

}  // namespace

void node_to_text(const DevicePath& header, TextStyle style, TextSink& to) {
  if (header.size() < sizeof header) return;
  const Bytes node = bytes_of(header);
  if (header.type == efi::device_path_type::media && header.subtype == media::FilePath::subtype)
    return put_file_path(node.subspan(sizeof header), to);
  for (const Grammar& g : grammars()) {
    if (!matches(g, node, style)) continue;
    const u64 before = to.length();
    if (put_node(g, node, style, to)) return;
    to.rewind(before);
  }
  put_unknown(node, to);
}

void path_to_text(const DevicePath* path, TextStyle style, TextSink& to) {
  if (!path) return;
  bool first = true;
  for (; !ends_path(*path); path = next(path)) {
    if (ends_instance(*path)) {
      to.put(u',');
      first = true;
      continue;
    }
    if (!first) to.put(u'/');
    first = false;
    node_to_text(*path, style, to);
  }
}

}  // namespace device_path
