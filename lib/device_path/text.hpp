// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/device_path/path.hpp"
#include "lib/device_path/sink.hpp"

// The text form of device paths [uefi §10.6.1].
namespace device_path {

struct TextStyle {
  bool display_only = false;     // leave out what a human does not need; the text may not lead back to the node
  bool allow_shortcuts = false;  // VenVt100() for a vendor node with a known GUID
};

// Unless it is for display only, the text of a node leads back to the same bytes: a node that its own form cannot express
// exactly (odd length, unknown values) is shown as data. File paths are the exception: they are shown as they are.
// The text has no terminator.
void node_to_text(const DevicePath& node, TextStyle style, TextSink& to);
void path_to_text(const DevicePath* path, TextStyle style, TextSink& to);

// A text that names no node is a file path. What is left out at the end of a node's arguments is zero.
// invalid_parameter: arguments that the node does not have, or values that do not fit.
Result<> node_from_text(std::u16string_view text, ByteSink& to);
// With an end node.
Result<> path_from_text(std::u16string_view text, ByteSink& to);

}  // namespace device_path
