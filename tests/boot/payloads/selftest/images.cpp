// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §7.4]; the children are payloads/child.cpp.
#include "selftest.hpp"

extern "C" const u8 child_app[], child_app_end[], child_driver[], child_driver_end[];

asm(".section .rdata\n"
    ".globl child_app, child_app_end, child_driver, child_driver_end\n"
    ".balign 16\nchild_app: .incbin \"build/payloads/child.efi\"\nchild_app_end:\n"
    ".balign 16\nchild_driver: .incbin \"build/payloads/child_driver.efi\"\nchild_driver_end:\n"
    ".text\n");

namespace {

alignas(16) u8 copy[64 * 1024];

Handle load(const u8* begin, const u8* end) {
  Handle image = nullptr;
  return bs->load_image(0, self, nullptr, begin, static_cast<usize>(end - begin), &image) == success ? image : nullptr;
}

LoadedImage* information(Handle image) {
  LoadedImage* found = nullptr;
  bs->handle_protocol(image, &guid_loaded_image, &found);
  return found;
}

Status start_with(Handle image, const Char* order, usize* size, Char** data) {
  LoadedImage* const loaded = information(image);
  loaded->options = const_cast<Char*>(order);
  loaded->options_size = 4;
  return bs->start_image(image, size, data);
}

void test_damaged() {
  const auto size = static_cast<usize>(child_app_end - child_app);
  Handle image = nullptr;
  bs->set(copy, 4096, 0x5a);
  expect("image.garbage", bs->load_image(0, self, nullptr, copy, 4096, &image), unsupported);
  Status status = bs->load_image(0, self, nullptr, child_app, 100, &image);
  check("image.truncated_headers", status == load_error || status == unsupported);
  bs->copy(copy, child_app, size);
  const u32 pe = *reinterpret_cast<const u32*>(copy + 0x3c);
  *reinterpret_cast<u32*>(copy + 0x3c) = 0xffff'fff0;
  status = bs->load_image(0, self, nullptr, copy, size, &image);
  check("image.wild_header_offset", status == load_error || status == unsupported);
  *reinterpret_cast<u32*>(copy + 0x3c) = pe;
  *reinterpret_cast<u16*>(copy + pe + 4) = 0x01c0;
  expect("image.wrong_machine", bs->load_image(0, self, nullptr, copy, size, &image), unsupported);
  expect("image.no_source", bs->load_image(0, self, nullptr, nullptr, 0, &image), not_found);
  expect("image.no_parent", bs->load_image(0, nullptr, nullptr, child_app, size, &image), invalid_parameter);
  expect("image.no_result", bs->load_image(0, self, nullptr, child_app, size, nullptr), invalid_parameter);
}

}  // namespace

void test_images() {
  LoadedImage* const us = information(self);
  check("image.our_system_table", us && us->system == st);
  const auto here = reinterpret_cast<u64>(&test_images);
  check("image.our_range", here >= reinterpret_cast<u64>(us->base) && here < reinterpret_cast<u64>(us->base) + us->size);
  check("image.our_types", us->code_type == loader_code && us->data_type == loader_data);
  check("image.revision", us->revision == 0x1000);

  Handle child = load(child_app, child_app_end);
  check("image.load_from_buffer", child != nullptr);
  LoadedImage* const info = information(child);
  check("image.parent", info && info->parent == self && info->system == st);
  check("image.not_our_memory", info->base != us->base && info->size >= 4096 && info->path == nullptr);
  void* path = &child;
  expect("image.has_path_protocol", bs->handle_protocol(child, &guid_loaded_image_path, &path), success);

  usize size = 77;
  Char* data = nullptr;
  expect("image.returned_status", start_with(child, L"r", &size, &data), aborted);
  expect("image.application_is_gone", bs->start_image(child, &size, &data), invalid_parameter);

  child = load(child_app, child_app_end);
  expect("image.exit_status", start_with(child, L"e", &size, &data), security_violation);
  check("image.exit_data", data && size == 20 && same_text(data, L"childdone"));
  bs->free_pool(data);

  child = load(child_app, child_app_end);
  expect("image.exit_from_depth", start_with(child, L"d", nullptr, nullptr), success);
  child = load(child_app, child_app_end);
  expect("image.bss_and_relocations", start_with(child, L"c", nullptr, nullptr), success);

  child = load(child_app, child_app_end);
  expect("image.unload_unstarted", bs->unload_image(child), success);
  expect("image.unload_twice", bs->unload_image(child), invalid_parameter);
  child = load(child_app, child_app_end);
  expect("image.exit_unstarted", bs->exit(child, success, 0, nullptr), success);

  Handle driver = load(child_driver, child_driver_end);
  check("image.driver_loads", driver != nullptr);
  check("image.driver_types", information(driver)->code_type == boot_code);
  expect("image.driver_starts", start_with(driver, L"u", &size, &data), success);
  expect("image.driver_stays", bs->open(driver, &guid_loaded_image, nullptr, self, nullptr, open_test), success);
  const Guid mark = test_guid(0x40);
  int* unloads = nullptr;
  bs->locate_protocol(&mark, nullptr, &unloads);
  check("image.driver_installed_protocol", unloads != nullptr);
  expect("image.driver_refuses_unload", bs->unload_image(driver), access_denied);
  expect("image.driver_unloads", bs->unload_image(driver), success);
  expect("image.driver_took_protocol_along", bs->locate_protocol(&mark, nullptr, &unloads), not_found);
  driver = load(child_driver, child_driver_end);
  expect("image.failed_driver", start_with(driver, L"r", &size, &data), aborted);
  expect("image.failed_driver_is_gone", bs->open(driver, &guid_loaded_image, nullptr, self, nullptr, open_test),
         invalid_parameter);
  test_damaged();
}
