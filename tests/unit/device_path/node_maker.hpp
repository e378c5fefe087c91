// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string>
#include <vector>

#include "lib/device_path/grammar.hpp"
#include "lib/device_path/text.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "tests/fakes/choices.hpp"

namespace device_path_test {

using namespace base;
using Bytes = std::vector<u8>;

inline const efi::DevicePath& header(const Bytes& bytes) { return *reinterpret_cast<const efi::DevicePath*>(bytes.data()); }

template <class Sink, class Unit, class Convert>
std::vector<Unit> twice(Convert convert) {
  Sink measure;
  if (!convert(measure)) return {};
  std::vector<Unit> room(measure.length());
  Sink keep{std::span(room)};
  if (!convert(keep) || keep.length() != room.size()) std::abort();
  return room;
}

inline std::u16string text_of_node(const Bytes& node, device_path::TextStyle style = {}) {
  const auto text =
      twice<device_path::TextSink, char16_t>([&](auto& to) { return device_path::node_to_text(header(node), style, to), true; });
  return {text.begin(), text.end()};
}
inline std::u16string text_of_path(const Bytes& path, device_path::TextStyle style = {}) {
  const auto text =
      twice<device_path::TextSink, char16_t>([&](auto& to) { return device_path::path_to_text(&header(path), style, to), true; });
  return {text.begin(), text.end()};
}
// Empty: refused.
inline Bytes node_of(std::u16string_view text) {
  return twice<device_path::ByteSink, u8>([&](auto& to) { return static_cast<bool>(device_path::node_from_text(text, to)); });
}
inline Bytes path_of(std::u16string_view text) {
  return twice<device_path::ByteSink, u8>([&](auto& to) { return static_cast<bool>(device_path::path_from_text(text, to)); });
}

// A node that some form is made for, more often than not with values and a length that fit.
inline Bytes make_node(fakes::Choices& c) {
  const auto all = device_path::grammars();
  const auto& g = all[c.below(all.size())];
  Bytes node(g.fixed_bytes);
  for (u8& b : node) b = static_cast<u8>(c.one_in(2) ? 0 : c.one_in(2) ? c.below(8) : c.next());
  for (u64 i = c.one_in(3) ? c.below(40) : 0; i > 0; --i)
    node.push_back(static_cast<u8>(c.one_in(3) ? 0 : c.one_in(8) ? c.next() : 0x20 + c.below(0x5f)));
  if (c.one_in(16)) node.resize(4 + c.below(node.size()));
  node[0] = g.type;
  node[1] = c.one_in(16) ? static_cast<u8>(c.next()) : g.subtype;
  if (node.size() >= g.key_offset + g.key_bytes && g.key_bytes && !c.one_in(4)) __builtin_memcpy(&node[g.key_offset], &g.key, g.key_bytes);
  node[2] = static_cast<u8>(node.size());
  node[3] = static_cast<u8>(node.size() >> 8);
  return node;
}
inline bool is_file_path(const Bytes& node) {
  return node[0] == efi::device_path_type::media && node[1] == efi::media_path::FilePath::subtype;
}

}  // namespace device_path_test
