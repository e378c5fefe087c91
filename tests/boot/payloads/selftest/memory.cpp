// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §7.2]
#include "selftest.hpp"

namespace {

constexpr u64 page = 4096;

alignas(16) u8 map[64 * 1024];

struct Snapshot {
  usize size = sizeof map, key = 0, step = 0;
  u32 version = 0;
  Status status = bs->get_memory_map(&size, map, &key, &step, &version);

  usize count() const { return step ? size / step : 0; }
  const MemoryDescriptor& operator[](usize i) const { return *reinterpret_cast<const MemoryDescriptor*>(map + i * step); }
  u32 type_of(u64 address) const {
    for (usize i = 0; i < count(); i++)
      if (address >= (*this)[i].physical && address < (*this)[i].physical + (*this)[i].pages * page) return (*this)[i].type;
    return max_memory_type;
  }
};

void each_type() {
  bool all = true, right = true;
  constexpr u32 types[] = {0u, 1u, 2u, 3u, 4u, 5u, 6u, 9u, 10u, 0x7000'0001u, 0x8000'0001u};
  for (u32 type : types) {
    u64 at = 0;
    if (bs->allocate_pages(any_pages, type, 2, &at) != success) {
      all = false;
      continue;
    }
    const Snapshot now;
    right = right && now.type_of(at) == type && now.type_of(at + page) == type;
    all = all && bs->free_pages(at, 2) == success;
  }
  check("pages.every_type", all);
  check("pages.every_type_in_map", right);
}

}  // namespace

void test_pages() {
  u64 at = 0;
  expect("pages.any", bs->allocate_pages(any_pages, loader_data, 4, &at), success);
  check("pages.aligned", at && at % page == 0);
  for (u64 i = 0; i < 4 * page; i++) reinterpret_cast<volatile u8*>(at)[i] = static_cast<u8>(i);
  check("pages.usable", reinterpret_cast<u8*>(at)[4 * page - 1] == 0xff);
  u64 taken = at;
  expect("pages.taken_address", bs->allocate_pages(at_address, loader_data, 1, &taken), not_found);
  expect("pages.free_in_the_middle", bs->free_pages(at + page, 2), success);
  u64 middle = at + page;
  expect("pages.at_address", bs->allocate_pages(at_address, loader_data, 2, &middle), success);
  check("pages.at_address_keeps_it", middle == at + page);
  expect("pages.free_joined", bs->free_pages(at, 4), success);
  expect("pages.free_twice", bs->free_pages(at, 4), not_found);
  expect("pages.free_unaligned", bs->free_pages(at + 1, 1), invalid_parameter);

  u64 low = 0x3fff'ffff;
  expect("pages.max_address", bs->allocate_pages(max_address, loader_data, 3, &low), success);
  check("pages.below_max_address", low + 3 * page - 1 <= 0x3fff'ffff);
  bs->free_pages(low, 3);
  // The limit is on the last byte and need not be aligned.
  u64 limit = 16 * 1024 * 1024 + 5;
  if (bs->allocate_pages(max_address, loader_data, 1, &limit) == success) {
    check("pages.odd_max_address", limit + page - 1 <= 16 * 1024 * 1024 + 5);
    bs->free_pages(limit, 1);
  }
  u64 nowhere = page - 1;
  expect("pages.max_address_too_low", bs->allocate_pages(max_address, loader_data, 2, &nowhere), out_of_resources);

  u64 result = 0;
  expect("pages.too_many", bs->allocate_pages(any_pages, loader_data, 1ull << 40, &result), out_of_resources);
  expect("pages.overflowing_count", bs->allocate_pages(any_pages, loader_data, ~0ull, &result), out_of_resources);
  expect("pages.null_result", bs->allocate_pages(any_pages, loader_data, 1, nullptr), invalid_parameter);
  expect("pages.bad_allocate_type", bs->allocate_pages(max_allocate_type, loader_data, 1, &result), invalid_parameter);
  expect("pages.bad_memory_type", bs->allocate_pages(any_pages, max_memory_type, 1, &result), invalid_parameter);
  expect("pages.reserved_memory_type", bs->allocate_pages(any_pages, 0x6fff'ffff, 1, &result), invalid_parameter);
  expect("pages.persistent_type", bs->allocate_pages(any_pages, persistent, 1, &result), invalid_parameter);
  each_type();
}

void test_pool() {
  void *first = nullptr, *second = nullptr;
  expect("pool.allocate", bs->allocate_pool(loader_data, 100, &first), success);
  expect("pool.allocate_large", bs->allocate_pool(boot_data, 3 * page + 5, &second), success);
  check("pool.aligned_to_eight", reinterpret_cast<u64>(first) % 8 == 0 && reinterpret_cast<u64>(second) % 8 == 0);
  bs->set(first, 100, 0xaa);
  bs->set(second, 3 * page + 5, 0x55);
  check("pool.blocks_are_apart", static_cast<u8*>(first)[99] == 0xaa && static_cast<u8*>(second)[0] == 0x55);
  expect("pool.free", bs->free_pool(first), success);
  expect("pool.free_large", bs->free_pool(second), success);
  expect("pool.free_null", bs->free_pool(nullptr), invalid_parameter);
  expect("pool.null_result", bs->allocate_pool(loader_data, 8, nullptr), invalid_parameter);
  expect("pool.bad_type", bs->allocate_pool(max_memory_type, 8, &first), invalid_parameter);
  expect("pool.persistent_type", bs->allocate_pool(persistent, 8, &first), invalid_parameter);
  expect("pool.too_much", bs->allocate_pool(loader_data, 1ull << 50, &first), out_of_resources);

  // Many blocks of many sizes, freed in another order.
  void* blocks[200] = {};
  bool good = true;
  for (unsigned i = 0; i < 200; i++) {
    good = good && bs->allocate_pool(i % 2 ? loader_data : runtime_data, 1 + i * 37, &blocks[i]) == success;
    if (blocks[i]) bs->set(blocks[i], 1 + i * 37, static_cast<u8>(i));
  }
  for (unsigned i = 0; i < 200; i++) {
    const unsigned pick = (i * 77) % 200;
    const auto* bytes = static_cast<const u8*>(blocks[pick]);
    good = good && bytes && bytes[0] == static_cast<u8>(pick) && bytes[pick * 37] == static_cast<u8>(pick);
    good = good && bs->free_pool(blocks[pick]) == success;
  }
  check("pool.two_hundred_blocks", good);
}

void test_memory_map() {
  usize size = 0, key = 0, step = 0;
  u32 version = 0;
  expect("map.size_first", bs->get_memory_map(&size, nullptr, &key, &step, &version), buffer_too_small);
  check("map.size_is_told", size > 0);
  check("map.descriptor_step", step >= sizeof(MemoryDescriptor) && step % 8 == 0);
  expect("map.null_size", bs->get_memory_map(nullptr, map, &key, &step, &version), invalid_parameter);
  size = sizeof map;
  expect("map.null_buffer", bs->get_memory_map(&size, nullptr, &key, &step, &version), invalid_parameter);

  const Snapshot first;
  expect("map.get", first.status, success);
  check("map.version", first.version == 1);
  bool whole = true, apart = true, marked = true, writeback = true;
  for (usize i = 0; i < first.count(); i++) {
    const MemoryDescriptor& one = first[i];
    whole = whole && one.physical % page == 0 && one.pages > 0 && one.physical + one.pages * page > one.physical;
    if (one.type == runtime_code || one.type == runtime_data) marked = marked && (one.attributes & 1ull << 63);
    if (one.type == conventional) writeback = writeback && (one.attributes & 8) && !(one.attributes & 1ull << 63);
    for (usize k = 0; k < i; k++)
      apart = apart &&
              (one.physical + one.pages * page <= first[k].physical || first[k].physical + first[k].pages * page <= one.physical);
  }
  check("map.whole_pages", whole);
  check("map.no_overlap", apart);
  check("map.runtime_is_marked", marked);
  check("map.ram_is_write_back", writeback);
  check("map.our_code_is_loader_code", first.type_of(reinterpret_cast<u64>(&test_memory_map)) == loader_code);
  check("map.page_zero_not_given_out", first.type_of(0) != loader_data);

  const usize before = first.key;
  const Snapshot again;
  check("map.key_stays", again.key == before);
  u64 at = 0;
  bs->allocate_pages(any_pages, loader_data, 1, &at);
  const Snapshot after;
  check("map.key_changes_with_the_map", after.key != before);
  bs->free_pages(at, 1);
}
