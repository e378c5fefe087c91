// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/device_path/sink.hpp"

// QEMU's "bootorder" file: one OpenFirmware device path a line, in the order in which to boot [qemu docs/bootindex].
namespace boot {

using namespace base;

// Walks the lines. The text is the host's and may be anything.
class BootOrderLines {
 public:
  explicit BootOrderLines(std::string_view text) : rest_(text) {}
  // False: there are no more.
  bool next(std::string_view& line);
  // Was there a HALT, as `-boot strict=on` puts it? Known when next() said no.
  bool halts() const { return halts_; }

 private:
  std::string_view rest_;
  bool halts_ = false;
};

// Writes the device path, with an end node, that every path of the device begins with. `root_buses`: the numbers of the
// PCI root buses, ascending. not_found: no PCI device, such as an entry of `-kernel`. invalid_parameter: not a path.
Result<> device_path_of(std::string_view open_firmware, std::span<const u8> root_buses, device_path::ByteSink& to);

}  // namespace boot
