// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/clock.hpp"
#include "dxe/core/connect.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/locate.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/open_protocol.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/runtime_loader.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/base/crc32.hpp"
#include "lib/efi/seal.hpp"

namespace core {
namespace {

using efi::Status;

efi::Tpl EFIAPI raise_tpl_entry(efi::Tpl level) { return raise_tpl(level); }
void EFIAPI restore_tpl_entry(efi::Tpl level) { restore_tpl(level); }

Result<> allocate_pages_entry(efi::AllocateType how, efi::MemoryType type, u64 pages, efi::PhysicalAddress* memory) {
  if (!memory) return Error::invalid_parameter;
  *memory = TRY(allocate_pages(how, type, pages, Gpa(*memory))).raw();
  return {};
}
Result<> free_pages_entry(efi::PhysicalAddress memory, u64 pages) { return free_pages(Gpa(memory), pages); }

Result<> allocate_pool_entry(efi::MemoryType type, u64 bytes, void** buffer) {
  if (!buffer) return Error::invalid_parameter;
  *buffer = TRY(allocate_pool(type, bytes));
  return {};
}

Result<> stall_entry(u64 microseconds) {
  stall(microseconds);
  return {};
}

Result<> next_monotonic_count(u64* count) {
  if (!count) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_high_level);
  *count = TRY(runtime_hooks().next_monotonic_count());
  return {};
}

Result<> calculate_crc32(const void* data, u64 size, u32* crc) {
  if (!data || !size || !crc) return Error::invalid_parameter;
  *crc = crc32(data, size);
  return {};
}

void EFIAPI copy_mem(void* to, const void* from, u64 bytes) { __builtin_memmove(to, from, bytes); }
void EFIAPI set_mem(void* to, u64 bytes, u8 value) { __builtin_memset(to, value, bytes); }

}  // namespace

void fill_boot_services(efi::BootServices& table) {
  table = {
      .header = {efi::BootServices::signature, efi::uefi_2_10_revision, sizeof table, 0, 0},
      .raise_tpl = raise_tpl_entry,
      .restore_tpl = restore_tpl_entry,
      .allocate_pages = thunk<&allocate_pages_entry>,
      .free_pages = thunk<&free_pages_entry>,
      .get_memory_map = thunk<&get_memory_map>,
      .allocate_pool = thunk<&allocate_pool_entry>,
      .free_pool = thunk<&free_pool>,
      .create_event = thunk<&create_event>,
      .set_timer = thunk<&set_timer>,
      .wait_for_event = thunk<&wait_for_event>,
      .signal_event = thunk<&signal_event>,
      .close_event = thunk<&close_event>,
      .check_event = thunk<&check_event>,
      .install_protocol_interface = thunk<&install_protocol>,
      .reinstall_protocol_interface = thunk<&reinstall_protocol>,
      .uninstall_protocol_interface = thunk<&uninstall_protocol>,
      .handle_protocol = handle_protocol,
      .reserved = nullptr,
      .register_protocol_notify = thunk<&register_notify>,
      .locate_handle = thunk<&locate_handle>,
      .locate_device_path = thunk<&locate_device_path>,
      .install_configuration_table = thunk<&install_configuration_table>,
      .load_image = load_image,
      .start_image = start_image,
      .exit = exit_image,
      .unload_image = unload_image,
      .exit_boot_services = thunk<&exit_boot_services>,
      .get_next_monotonic_count = thunk<&next_monotonic_count>,
      .stall = thunk<&stall_entry>,
      .set_watchdog_timer = thunk<&set_watchdog>,
      .connect_controller = thunk<&connect_controller>,
      .disconnect_controller = thunk<&disconnect_controller>,
      .open_protocol = open_protocol,
      .close_protocol = thunk<&close_protocol>,
      .open_protocol_information = thunk<&open_protocol_information>,
      .protocols_per_handle = thunk<&protocols_per_handle>,
      .locate_handle_buffer = thunk<&locate_handle_buffer>,
      .locate_protocol = thunk<&locate_protocol>,
      .install_multiple_protocol_interfaces = install_multiple,
      .uninstall_multiple_protocol_interfaces = uninstall_multiple,
      .calculate_crc32 = thunk<&calculate_crc32>,
      .copy_mem = copy_mem,
      .set_mem = set_mem,
      .create_event_ex = thunk<&create_event_ex>,
  };
  efi::seal(table.header);
}

}  // namespace core
