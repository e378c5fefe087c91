// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §8.2]
#include "selftest.hpp"

namespace {

constexpr Guid ours = test_guid(0x60);
constexpr u32 boot_only = var_bs, stored = var_nv | var_bs | var_rt;
const Char* const name = L"AshlarSelftest";

u8 buffer[2048];
usize size;
u32 attributes;

Status get(const Char* which) {
  size = sizeof buffer;
  attributes = 0;
  return rt->get_variable(which, &ours, &attributes, &size, buffer);
}

Status set(const Char* which, u32 flags, const char* text, usize length) {
  return rt->set_variable(which, &ours, flags, length, text);
}

bool reads(const Char* which, const char* text, usize length, u32 flags) {
  return get(which) == success && size == length && attributes == flags && same(buffer, text, length);
}

void test_refusals() {
  expect("variable.set_no_name", rt->set_variable(nullptr, &ours, boot_only, 1, "x"), invalid_parameter);
  expect("variable.set_empty_name", set(L"", boot_only, "x", 1), invalid_parameter);
  expect("variable.set_no_guid", rt->set_variable(name, nullptr, boot_only, 1, "x"), invalid_parameter);
  expect("variable.set_no_data", rt->set_variable(L"AshlarX", &ours, boot_only, 1, nullptr), invalid_parameter);
  expect("variable.runtime_without_boot", set(L"AshlarX", var_rt, "x", 1), invalid_parameter);
  expect("variable.nv_runtime_without_boot", set(L"AshlarX", var_nv | var_rt, "x", 1), invalid_parameter);
  expect("variable.deprecated_authentication", set(L"AshlarX", var_nv | var_bs | 0x10, "x", 1), unsupported);
  const Status huge = rt->set_variable(L"AshlarX", &ours, stored, 1ull << 40, buffer);
  check("variable.too_large", huge == invalid_parameter || huge == out_of_resources);
  expect("variable.refused_ones_are_absent", get(L"AshlarX"), not_found);
}

}  // namespace

void test_variables() {
  expect("variable.absent", get(name), not_found);
  expect("variable.create", set(name, stored, "one", 3), success);
  check("variable.read", reads(name, "one", 3, stored));
  size = 1;
  expect("variable.small_buffer", rt->get_variable(name, &ours, &attributes, &size, buffer), buffer_too_small);
  check("variable.size_is_told", size == 3);
  size = 0;
  expect("variable.ask_size", rt->get_variable(name, &ours, nullptr, &size, nullptr), buffer_too_small);
  size = 3;
  expect("variable.no_buffer", rt->get_variable(name, &ours, nullptr, &size, nullptr), invalid_parameter);
  expect("variable.get_no_name", rt->get_variable(nullptr, &ours, nullptr, &size, buffer), invalid_parameter);
  expect("variable.get_no_guid", rt->get_variable(name, nullptr, nullptr, &size, buffer), invalid_parameter);
  expect("variable.get_no_size", rt->get_variable(name, &ours, nullptr, nullptr, buffer), invalid_parameter);

  expect("variable.overwrite", set(name, stored, "longer value", 12), success);
  check("variable.overwritten", reads(name, "longer value", 12, stored));
  expect("variable.other_attributes", set(name, boot_only, "x", 1), invalid_parameter);
  check("variable.kept", reads(name, "longer value", 12, stored));
  expect("variable.append", set(name, stored | var_append, "+1", 2), success);
  check("variable.appended", reads(name, "longer value+1", 14, stored));
  expect("variable.append_nothing", set(name, stored | var_append, "", 0), success);
  check("variable.append_nothing_keeps", reads(name, "longer value+1", 14, stored));
  expect("variable.append_creates", set(L"AshlarAppended", boot_only | var_append, "new", 3), success);
  check("variable.created_by_append", reads(L"AshlarAppended", "new", 3, boot_only));
  expect("variable.same_name_other_guid", get(L"ashlarselftest"), not_found);

  expect("variable.delete", set(name, stored, nullptr, 0), success);
  expect("variable.deleted", get(name), not_found);
  expect("variable.delete_again", set(name, stored, nullptr, 0), not_found);
  expect("variable.delete_by_no_attributes", set(L"AshlarAppended", 0, "x", 1), success);
  expect("variable.deleted_by_no_attributes", get(L"AshlarAppended"), not_found);
  test_refusals();

  bool good = true;
  for (unsigned round = 0; round < 300; round++) {
    bs->set(buffer, 700, static_cast<u8>(round));
    good = good && rt->set_variable(name, &ours, stored, 700, buffer) == success;
  }
  check("variable.three_hundred_rewrites", good && get(name) == success && size == 700 && buffer[699] == 299 % 256);
  expect("variable.rewritten_deleted", set(name, stored, nullptr, 0), success);

  u64 total = 0, left = 0, largest = 0;
  expect("variable.query_info", rt->query_variable(stored, &total, &left, &largest), success);
  check("variable.info_is_plausible", total >= left && total >= largest && largest >= 1024);
  expect("variable.query_runtime_without_boot", rt->query_variable(var_rt | var_nv, &total, &left, &largest), invalid_parameter);
  expect("variable.query_nothing", rt->query_variable(0, &total, &left, &largest), invalid_parameter);
}

void test_variable_listing() {
  set(L"AshlarList1", stored, "1", 1);
  set(L"AshlarList2", boot_only, "2", 1);
  static Char found[512];
  Guid guid{};
  found[0] = 0;
  unsigned first = 0, second = 0, all = 0;
  Status status;
  for (;;) {
    usize bytes = sizeof found;
    status = rt->next_variable(&bytes, found, &guid);
    if (status != success || ++all > 2000) break;
    first += guid == ours && same_text(found, L"AshlarList1");
    second += guid == ours && same_text(found, L"AshlarList2");
  }
  expect("listing.ends", status, not_found);
  check("listing.each_once", first == 1 && second == 1);

  found[0] = 0;
  usize bytes = 2;
  expect("listing.small_buffer", rt->next_variable(&bytes, found, &guid), buffer_too_small);
  check("listing.size_is_told", bytes > 2);
  bs->copy(found, L"AshlarNoSuch", 26);
  guid = ours;
  bytes = sizeof found;
  expect("listing.unknown_start", rt->next_variable(&bytes, found, &guid), invalid_parameter);
  expect("listing.no_size", rt->next_variable(nullptr, found, &guid), invalid_parameter);
  set(L"AshlarList1", stored, nullptr, 0);
  set(L"AshlarList2", boot_only, nullptr, 0);
}
