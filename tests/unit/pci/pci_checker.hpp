// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "lib/pci/setup.hpp"

namespace pci_test {

using namespace base;

// Storage for devices, with a limit.
struct Pool {
  std::deque<pci::Device> devices;
  usize limit = 4096;
  pci::DeviceSource source() {
    return {this, [](void* context) -> pci::Device* {
              auto* pool = static_cast<Pool*>(context);
              return pool->devices.size() < pool->limit ? &pool->devices.emplace_back() : nullptr;
            }};
  }
};

// What must hold of every topology after setup(), whatever the devices said. Empty: all is well.
inline std::string check(const pci::Topology& t) {
  using pci::Resource;
  struct Piece {
    u64 end;
    const pci::Device* owner;
  };
  std::map<u64, Piece> memory, io;
  unsigned count = 0;
  const auto name = [](const pci::Device& d) {
    return std::to_string(d.bdf.bus) + ":" + std::to_string(d.bdf.device) + "." + std::to_string(d.bdf.function);
  };
  const auto claim = [&](const pci::Device& d, const Resource& r) -> std::string {
    if (!r.placed || r.kind == Resource::Kind::none || r.window()) return "";
    if (r.address % (r.size < 4096 && !r.io() ? 4096 : r.size)) return name(d) + " is not aligned";
    if (r.end() < r.address) return name(d) + " wraps";
    if (r.kind != Resource::Kind::memory64 && r.end() > 1ull << 32) return name(d) + " has a narrow BAR above 4 GiB";
    auto& map = r.io() ? io : memory;
    auto after = map.lower_bound(r.address);
    if (after != map.end() && after->first < r.end()) return name(d) + " overlaps " + name(*after->second.owner);
    if (after != map.begin() && std::prev(after)->second.end > r.address) return name(d) + " overlaps " + name(*std::prev(after)->second.owner);
    map[r.address] = {r.end(), &d};
    const auto inside = [&](const pci::Aperture& a) { return r.address >= a.base && r.end() <= a.limit; };
    if (r.io() ? !inside(t.io) : !inside(t.memory) && !inside(t.memory64)) return name(d) + " is outside the apertures";
    for (pci::Device* b = d.parent; b; b = b->parent) {
      bool covered = false;
      for (const Resource& w : b->windows)
        covered |= w.placed && w.io() == r.io() && r.address >= w.address && r.end() <= w.end();
      if (!covered) return name(d) + " is outside the windows of " + name(*b);
    }
    return "";
  };
  for (const pci::Device* d = t.first; d; d = d->next) {
    if (++count > t.device_count) return "the list of devices loops";
    for (const Resource& r : d->bars)
      if (auto wrong = claim(*d, r); !wrong.empty()) return wrong;
    if (auto wrong = claim(*d, d->rom); !wrong.empty()) return wrong;
    if (d->bridge() && d->behind.number) {
      if (d->behind.number <= d->bdf.bus || d->behind.last < d->behind.number) return name(*d) + " has impossible buses";
      for (pci::Device* b = d->parent; b; b = b->parent)
        if (d->behind.number <= b->behind.number || d->behind.last > b->behind.last) return name(*d) + " leaves its parent's buses";
    }
  }
  return count == t.device_count ? "" : "the count of devices is wrong";
}

}  // namespace pci_test
