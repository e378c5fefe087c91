// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/pci/config.hpp"

// What was found on the buses and where it was put. Filled by setup(), read by whoever serves PciIo.
namespace pci {

struct Device;

// A piece of address space that a device or the window of a bridge asks for.
struct Resource {
  enum class Kind : u8 { none, io, memory32, memory64, rom, io_window, memory_window, prefetch_window };
  Kind kind = Kind::none;
  bool prefetchable = false;
  bool wide = false;    // may lie above 4 GiB
  bool placed = false;  // `address` is valid
  u8 offset = 0;        // register in configuration space
  u64 size = 0;
  u64 alignment = 0;
  u64 address = 0;
  Device* owner = nullptr;
  Resource* next = nullptr;  // in a RequestList

  bool io() const { return kind == Kind::io || kind == Kind::io_window; }
  bool window() const { return kind >= Kind::io_window; }
  u64 end() const { return address + size; }
};

// Requests of one bus for one kind of space, largest alignment first: placed in this order they leave no gaps
// but those that windows force.
struct RequestList {
  Resource* head = nullptr;
  void insert(Resource& r);
  u64 alignment() const { return head ? head->alignment : 1; }
};
enum class Space : u8 { io, memory, prefetch };
inline constexpr unsigned space_count = 3;

struct Bus {
  u8 number = 0;
  u8 last = 0;  // highest bus number behind it
  Device* first_child = nullptr;
  Device* last_child = nullptr;
  RequestList requests[space_count];
  RequestList& of(Space s) { return requests[static_cast<unsigned>(s)]; }
};

struct Device {
  static constexpr unsigned max_bars = 6;
  Bdf bdf;
  u16 vendor = 0;
  u16 device = 0;
  u32 class_code = 0;  // base class, subclass, interface
  u8 revision = 0;
  u8 layout = 0xff;  // header type without the multi-function bit
  u8 interrupt_pin = 0;
  u8 interrupt_line = 0xff;
  Device* parent = nullptr;  // the bridge above, null on a root bus
  Device* next_sibling = nullptr;
  Device* next = nullptr;  // of the whole topology; parents come before children
  Resource bars[max_bars];  // by index of the register; the second half of a 64-bit BAR has kind none
  Resource rom;

  // Bridges only.
  Bus behind;  // number 0: broken, nothing was looked for behind it
  Resource windows[space_count];
  bool hotplug = false;
  u8 buses_reserved = 0;
  Resource& window(Space s) { return windows[static_cast<unsigned>(s)]; }

  bool bridge() const { return layout == 1; }
  u32 kind() const { return class_code >> 8; }  // base class and subclass
};

// [base, limit) of a root.
struct Aperture {
  u64 base = 0;
  u64 limit = 0;
  u64 used = 0;  // end of what was placed; `base` when empty
};

enum class Chipset : u8 { unknown, i440fx, q35 };

struct Topology {
  static constexpr unsigned max_roots = 32;
  Chipset chipset = Chipset::unknown;
  Gpa ecam;  // zero: none
  unsigned root_count = 0;
  Bus roots[max_roots];
  Device* first = nullptr;
  Device* last = nullptr;
  unsigned device_count = 0;
  // All roots decode the same apertures.
  Aperture io, memory, memory64;

  Device* find(Bdf bdf) const;
};

}  // namespace pci
