// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/rmp.hpp"

#include "tests/machine/host/pool.hpp"
#include "tests/machine/svm/views.hpp"

namespace snp::rmp {

namespace {

Entry* table;
using namespace svm;

// A page that changes its view must not be found with the bytes it had in the other: on hardware it is garbage.
void scramble(u64 gpa, bool encrypted) {
  auto* page = static_cast<u64*>(views::pointer(gpa, encrypted));
  if (!page) return;
  for (unsigned i = 0; i < 8; ++i) page[i] = page[504 + i] = 0x5ca3'b1ed'0000'0000 + gpa + i;
}

}  // namespace

void init() {
  const u64 memory = host::parameters().memory;
  table = host::pool_array<Entry>((4_GiB + host::guest_high(memory)) / 4096);
  for (u64 gpa = 0; gpa < 4_GiB + host::guest_high(memory); gpa += 4096)
    if (views::is_ram(gpa) && host::parameters().mode == host::Mode::snp) views::map_shared(gpa);
}

void open_everything() {
  for (u64 gpa = 0; gpa < 4_GiB + host::guest_high(host::parameters().memory); gpa += 4096)
    if (views::is_ram(gpa) || views::is_private_rom(gpa)) views::map_private(gpa);
}

Entry* find(u64 gpa) {
  return views::is_ram(gpa) || views::is_private_rom(gpa) ? &table[gpa >> 12] : nullptr;
}

void refresh(u64 gpa) {
  const Entry& e = *find(gpa);
  if (e.assigned && e.validated) views::map_private(gpa);
  else views::unmap_private(gpa);
  if (!e.assigned && views::is_ram(gpa)) views::map_shared(gpa);
  else if (e.validated && e.walk_alias) views::alias_for_walk(gpa, e.fetch_alias);
  else if (e.validated && e.fetch_alias) views::alias_for_fetch(gpa);
  else views::unmap_shared(gpa);
}

void assign(u64 gpa, bool large, bool validated) {
  Entry& e = *find(gpa);
  e = {};
  e.assigned = 1;
  e.validated = validated;
  e.large = large;
  scramble(gpa, true);
  refresh(gpa);
}

void give(u64 gpa) {
  Entry& e = *find(gpa);
  e = {};
  e.assigned = e.validated = 1;
  refresh(gpa);
}

void take_back(u64 gpa, bool large) {
  Entry& e = *find(gpa);
  e = {};
  e.assigned = 1;
  e.large = large;
  refresh(gpa);
}

void unassign(u64 gpa) {
  *find(gpa) = {};
  scramble(gpa, false);
  refresh(gpa);
}

void smash(u64 gpa) {
  const u64 start = gpa & ~(2_MiB - 1);
  for (u64 page = start; page < start + 2_MiB; page += 4096)
    if (Entry* e = find(page)) e->large = 0;
}

}  // namespace snp::rmp
