// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/console_paths.hpp"

#include "dxe/drivers/console/console.hpp"
#include "dxe/drivers/console/ps2_keyboard.hpp"
#include "dxe/drivers/driver.hpp"
#include "dxe/drivers/graphics/head.hpp"
#include "dxe/drivers/graphics/ramfb.hpp"
#include "dxe/drivers/pci_protocols.hpp"
#include "dxe/drivers/platform.hpp"
#include "lib/device_path/sink.hpp"

namespace drivers {
namespace {

// Instances one behind the other; one that has no room is left out.
class Instances {
 public:
  explicit Instances(std::span<u8> room) : room_(room), sink_(room) {}

  void add(device_path::Bytes path, device_path::Bytes node = {}) {
    if (path.empty()) return;
    const u64 before = sink_.length();
    if (before) sink_.put(node_bytes(efi::end_device_path_instance));
    sink_.put(path);
    sink_.put(node);
    if (sink_.length() + sizeof efi::end_device_path > room_.size()) sink_.rewind(before);
  }
  device_path::Bytes finish() {
    sink_.put(node_bytes(efi::end_device_path));
    return room_.first(sink_.length());
  }

 private:
  std::span<u8> room_;
  device_path::ByteSink sink_;
};

constinit u8 output_room[512] = {}, input_room[256] = {};

}  // namespace

device_path::Bytes console_output_path() {
  Instances paths(output_room);
  paths.add(device_path::body(console_path()));
  for (const pci::Device* d = pci_topology().first; d; d = d->next)
    if (is_display(*d)) paths.add(device_path::body(pci_handle(*d).path), node_bytes(head_node()));
  paths.add(device_path::body(ramfb_path()));
  return paths.finish();
}

device_path::Bytes console_input_path() {
  Instances paths(input_room);
  paths.add(device_path::body(console_path()));
  paths.add(device_path::body(ps2_keyboard_path()));
  return paths.finish();
}

}  // namespace drivers
