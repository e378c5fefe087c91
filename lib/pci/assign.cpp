// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/assign.hpp"

#include "lib/log/log.hpp"
#include "lib/pci/bars.hpp"
#include "lib/pci/capabilities.hpp"
#include "lib/pci/placement.hpp"

namespace pci {
namespace {

using Kind = Resource::Kind;

constexpr u64 io_granularity = 0x1000;      // [bridge §3.2.5.6]
constexpr u64 memory_granularity = 1_MiB;   // [bridge §3.2.5.8]
constexpr u64 hotplug_memory = 2_MiB;       // what OVMF keeps free too
constexpr u64 hotplug_prefetch_least = 32_MiB;
constexpr u64 hotplug_prefetch_most = 32_GiB;
constexpr u64 largest_wish = 1ull << 46;

enum class Padding : u8 { none, hotplug };

// From a wish of the host: a power of two, or the default when it has none.
u64 rounded(u64 wish, u64 none, u64 otherwise) {
  if (wish == none) return otherwise;
  if (wish > largest_wish) return 0;
  u64 size = 1;
  while (size < wish) size <<= 1;
  return wish ? size : 0;
}

class Assignment {
 public:
  Assignment(Topology& topology, Padding padding) : topology_(topology), padding_(padding) {}

  // How many requests of root buses found no place.
  unsigned run() {
    for (unsigned i = 0; i < topology_.root_count; ++i) collect(topology_.roots[i], nullptr);
    for (Aperture* a : {&topology_.io, &topology_.memory, &topology_.memory64}) a->used = a->base;
    unsigned left = 0;
    for (unsigned i = 0; i < topology_.root_count; ++i) left += place_root(topology_.roots[i]);
    return left;
  }

 private:
  void collect(Bus& bus, Device* bridge);
  void add(Bus& bus, Device* bridge, Resource& r);
  u64 most(Space space) const;
  void size_windows(Device& bridge);
  void size_window(Device& bridge, Space space, u64 granularity, u64 padding);
  unsigned place_root(Bus& root);
  static void place_behind(Device& bridge);

  Topology& topology_;
  Padding padding_;
};

// Requests of a bus and, before that, of everything behind its bridges.
void Assignment::collect(Bus& bus, Device* bridge) {
  for (RequestList& list : bus.requests) list.head = nullptr;
  for (Device* d = bus.first_child; d; d = d->next_sibling) {
    if (d->bridge()) {
      collect(d->behind, d);
      size_windows(*d);
      for (Resource& w : d->windows) add(bus, bridge, w);
    }
    for (Resource& r : d->bars) add(bus, bridge, r);
    add(bus, bridge, d->rom);
  }
}

void Assignment::add(Bus& bus, Device* bridge, Resource& r) {
  r.placed = false;
  if (r.kind == Kind::none || r.size == 0) return;
  Space space = r.io() ? Space::io : Space::memory;
  if (r.wide && (!bridge || bridge->window(Space::prefetch).wide)) space = Space::prefetch;
  // One that can never fit must not take a whole bridge down with it.
  if (r.window() || r.size <= most(space)) bus.of(space).insert(r);
}

u64 Assignment::most(Space space) const {
  const auto span = [](const Aperture& a) { return a.limit - a.base; };
  if (space == Space::io) return span(topology_.io);
  const u64 low = span(topology_.memory), high = span(topology_.memory64);
  return space == Space::prefetch && high > low ? high : low;
}

void Assignment::size_windows(Device& bridge) {
  Reservation wish;
  u64 memory = 0, prefetch = 0, io = 0;
  if (padding_ == Padding::hotplug && bridge.hotplug) {
    wish = read_reservation(bridge.bdf, bridge.vendor);
    const Aperture& high = topology_.memory64;
    const u64 share = (high.limit - high.base) / 256;
    const u64 usual = !bridge.window(Space::prefetch).wide || high.limit == high.base ? 0
                      : share > hotplug_prefetch_most                                 ? hotplug_prefetch_most
                      : share < hotplug_prefetch_least                                ? hotplug_prefetch_least
                                                                                      : share;
    io = rounded(wish.io, ~0ull, 0);
    memory = rounded(wish.memory, ~0u, hotplug_memory);
    prefetch = wish.prefetch32 != ~0u && wish.prefetch32 != 0 ? rounded(wish.prefetch32, ~0u, 0) : rounded(wish.prefetch64, ~0ull, usual);
  }
  size_window(bridge, Space::io, io_granularity, io);
  size_window(bridge, Space::memory, memory_granularity, memory);
  size_window(bridge, Space::prefetch, memory_granularity, prefetch);
}

void Assignment::size_window(Device& bridge, Space space, u64 granularity, u64 padding) {
  Resource& w = bridge.window(space);
  w.size = 0;
  if (w.kind == Kind::none) return;
  const RequestList& list = bridge.behind.of(space);
  u64 size = total_size(list);
  if (size > largest_wish) size = largest_wish;  // will not fit, and says so by not being placed
  w.size = align_up(size > padding ? size : padding, granularity);
  w.alignment = list.alignment() > granularity ? list.alignment() : granularity;
}

// What does not fit above 4 GiB, or has no such place, goes below.
unsigned Assignment::place_root(Bus& root) {
  RequestList& prefetch = root.of(Space::prefetch);
  if (place(prefetch, topology_.memory64)) {
    Resource* next = nullptr;
    Resource** link = &prefetch.head;
    for (Resource* r = prefetch.head; r; r = next) {
      next = r->next;
      if (r->placed) {
        link = &r->next;
      } else {
        *link = next;
        root.of(Space::memory).insert(*r);
      }
    }
  }
  const unsigned left = place(root.of(Space::memory), topology_.memory) + place(root.of(Space::io), topology_.io);
  for (Device* d = root.first_child; d; d = d->next_sibling)
    if (d->bridge()) place_behind(*d);
  return left;
}

// A window that was placed has room for its list by construction; one that was not leaves all of it unplaced.
void Assignment::place_behind(Device& bridge) {
  for (Space space : {Space::io, Space::memory, Space::prefetch}) {
    const Resource& w = bridge.window(space);
    Aperture inside{w.address, w.placed ? w.end() : w.address, w.address};
    place(bridge.behind.of(space), inside);
  }
  for (Device* d = bridge.behind.first_child; d; d = d->next_sibling)
    if (d->bridge()) place_behind(*d);
}

}  // namespace

void assign(Topology& topology) {
  if (Assignment(topology, Padding::hotplug).run() != 0) {
    log::info("pci: no room to keep space for hotplug");
    Assignment(topology, Padding::none).run();
  }
  for (Device* d = topology.first; d; d = d->next) program(*d);
}

}  // namespace pci
