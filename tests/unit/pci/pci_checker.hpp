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

class Checker {
 public:
  explicit Checker(const pci::Topology& t) : t_(t) {}

  std::string run() {
    unsigned count = 0;
    for (const pci::Device* d = t_.first; d; d = d->next) {
      if (++count > t_.device_count) return "the list of devices loops";
      std::string wrong;
      for (const Resource& r : d->bars) wrong += claim(*d, r);
      wrong += claim(*d, d->rom) + check_buses(*d);
      if (!wrong.empty()) return name(*d) + wrong;
    }
    return count == t_.device_count ? "" : "the count of devices is wrong";
  }

 private:
  using Resource = pci::Resource;
  struct Piece {
    u64 end;
    const pci::Device* owner;
  };

  static std::string name(const pci::Device& d) {
    return std::to_string(d.bdf.bus) + ":" + std::to_string(d.bdf.device) + "." + std::to_string(d.bdf.function);
  }

  std::string claim(const pci::Device& d, const Resource& r) {
    if (!r.placed || r.kind == Resource::Kind::none) return "";
    if (r.address % (r.size < 4096 && !r.io() ? 4096 : r.size)) return " is not aligned";
    if (r.end() < r.address) return " wraps";
    if (r.kind != Resource::Kind::memory64 && r.end() > 1ull << 32) return " has a narrow BAR above 4 GiB";
    auto& map = r.io() ? io_ : memory_;
    auto after = map.lower_bound(r.address);
    if (after != map.end() && after->first < r.end()) return " overlaps " + name(*after->second.owner);
    if (after != map.begin() && std::prev(after)->second.end > r.address) return " overlaps " + name(*std::prev(after)->second.owner);
    map[r.address] = {r.end(), &d};
    const auto inside = [&](const pci::Aperture& a) { return r.address >= a.base && r.end() <= a.limit; };
    if (r.io() ? !inside(t_.io) : !inside(t_.memory) && !inside(t_.memory64)) return " is outside the apertures";
    return check_windows(d, r);
  }

  static std::string check_windows(const pci::Device& d, const Resource& r) {
    for (pci::Device* b = d.parent; b; b = b->parent) {
      bool covered = false;
      for (const Resource& w : b->windows) covered |= w.placed && w.io() == r.io() && r.address >= w.address && r.end() <= w.end();
      if (!covered) return " is outside the windows of " + name(*b);
    }
    return "";
  }

  static std::string check_buses(const pci::Device& d) {
    if (!d.bridge() || !d.behind.number) return "";
    if (d.behind.number <= d.bdf.bus || d.behind.last < d.behind.number) return " has impossible buses";
    for (pci::Device* b = d.parent; b; b = b->parent)
      if (d.behind.number <= b->behind.number || d.behind.last > b->behind.last) return " leaves its parent's buses";
    return "";
  }

  const pci::Topology& t_;
  std::map<u64, Piece> memory_, io_;
};

// What must hold of every topology after setup(), whatever the devices said. Empty: all is well.
inline std::string check(const pci::Topology& t) { return Checker(t).run(); }

}  // namespace pci_test
