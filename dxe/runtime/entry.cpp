// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/thunk.hpp"
#include "dxe/runtime/services.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/efi/seal.hpp"

extern "C" base::u64 __stack_chk_guard;
base::u64 __stack_chk_guard = 0;

namespace runtime {

constinit State state{};

namespace {

using core::thunk;

void fill(efi::RuntimeServices& table) {
  table = {.header = {efi::RuntimeServices::signature, efi::uefi_2_10_revision, sizeof table, 0, 0},
           .get_time = thunk<get_time>,
           .set_time = thunk<set_time>,
           .get_wakeup_time = thunk<get_wakeup_time>,
           .set_wakeup_time = thunk<set_wakeup_time>,
           .set_virtual_address_map = thunk<set_virtual_address_map>,
           .convert_pointer = thunk<convert_pointer>,
           .get_variable = thunk<get_variable>,
           .get_next_variable_name = thunk<get_next_variable_name>,
           .set_variable = thunk<set_variable>,
           .get_next_high_monotonic_count = thunk<get_next_high_monotonic_count>,
           .reset_system = reset_system,
           .update_capsule = thunk<update_capsule>,
           .query_capsule_capabilities = thunk<query_capsule_capabilities>,
           .query_variable_info = thunk<query_variable_info>};
  efi::seal(table.header);
}

Result<variable::Store> make_store(const handoff::RuntimeStart& start, variable::NonVolatile& report) {
  const auto non_volatile = TRY(variable::open_non_volatile(start.non_volatile, start.flash_end.raw(), report));
  const auto volatile_arena = TRY(variable::Arena::format(start.volatile_variables));
  return variable::Store(non_volatile, volatile_arena);
}

Result<> run(const handoff::RuntimeStart& start) {
  if (start.magic != handoff::RuntimeStart::magic_value || !start.system_table || !start.services || !start.hooks)
    return Error::invalid_parameter;
  state.start = start;
  variable::NonVolatile report;
  state.variables = TRY(make_store(start, report));
  state.variables_last = report.lasting == variable::Lasting::yes;
  TRY(start_monotonic_count());
  *start.hooks = {report, set_firmware_variable, next_monotonic_count, exit_boot_services};
  fill(*start.services);
  return {};
}

}  // namespace

void exit_boot_services(const handoff::RuntimeExit& exit) {
  state.exit = exit;
  state.at_runtime = true;
  state.variables.exit_boot_services();
}

}  // namespace runtime

extern "C" [[gnu::section(".text.entry"), gnu::no_stack_protector]] efi::Status runtime_entry(
    const handoff::RuntimeStart& start) {
  __stack_chk_guard = arch::read_tsc() * 0x9e37'79b9'7f4a'7c15;
  return efi::status_of(runtime::run(start));
}
