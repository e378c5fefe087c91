// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtual_map/virtual_map.hpp"

#include "dxe/runtime/services.hpp"
#include "lib/efi/seal.hpp"

// SetVirtualAddressMap [uefi §8.4]. It runs at the image's physical address to its end. Data that it still
// needs is converted last; the instructions reach their data relative to RIP and are never patched.
namespace runtime {
namespace {

constinit const virtual_map::VirtualMap* active_map = nullptr;  // only while SetVirtualAddressMap runs

template <class T>
void convert(T*& pointer) {
  const auto address = reinterpret_cast<u64>(pointer);
  pointer = reinterpret_cast<T*>(active_map->convert(address).value_or(address));
}
template <class R, class... Args>
void convert(R(EFIAPI*& function)(Args...)) {
  const auto address = reinterpret_cast<u64>(function);
  function = reinterpret_cast<R(EFIAPI*)(Args...)>(active_map->convert(address).value_or(address));
}

void convert_services(efi::RuntimeServices& table) {
  convert(table.get_time);
  convert(table.set_time);
  convert(table.get_wakeup_time);
  convert(table.set_wakeup_time);
  convert(table.get_variable);
  convert(table.get_next_variable_name);
  convert(table.set_variable);
  convert(table.get_next_high_monotonic_count);
  convert(table.reset_system);
  convert(table.update_capsule);
  convert(table.query_capsule_capabilities);
  convert(table.query_variable_info);
  // These two are for physical mode: from now on they answer EFI_UNSUPPORTED, wherever they are called.
  convert(table.set_virtual_address_map);
  convert(table.convert_pointer);
  efi::seal(table.header);
}

void convert_system_table(efi::SystemTable& table) {
  convert(table.firmware_vendor);
  convert(table.configuration_table);
  convert(table.runtime_services);
  efi::seal(table.header);
}

void convert_arena(variable::Arena& arena) {
  u8* base = const_cast<u8*>(arena.base());
  convert(base);
  arena.moved_to(base);
  if (!arena.volume()) return;
  const u64 flash = arena.volume().base();
  arena.volume_moved_to(active_map->convert(flash).value_or(flash));
}

void relocate_image() {
  const u64 base = state.start.image.start().raw();
  const u64 delta = active_map->convert(base).value_or(base) - base;
  for (const u32 offset : state.start.relocations) *reinterpret_cast<u64*>(base + offset) += delta;
}

bool mapped(const void* pointer) { return static_cast<bool>(active_map->convert(reinterpret_cast<u64>(pointer))); }
bool mapped(const variable::Arena& arena) {
  return mapped(arena.base()) && (!arena.volume() || active_map->convert(arena.volume().base()));
}

// What the services themselves stand on, whatever the memory map says.
bool own_memory_mapped() {
  return mapped(reinterpret_cast<void*>(state.start.image.start().raw())) && mapped(state.start.services) &&
         mapped(state.variables.non_volatile()) && mapped(state.variables.volatile_arena());
}

Result<> apply() {
  if (!own_memory_mapped()) return Error::no_mapping;
  for (const handoff::AddressChange& change : state.exit.address_changes) change.notify(change.event, change.context);
  convert_services(*state.start.services);
  convert_system_table(*state.start.system_table);
  convert_arena(state.variables.non_volatile());
  convert_arena(state.variables.volatile_arena());
  relocate_image();
  state.virtual_mode = true;
  // Nothing below may be used again: it would be a physical address.
  const handoff::PowerOff power_off = state.start.power_off;
  state.start = {};
  state.start.power_off = power_off;
  state.exit = {};
  return {};
}

}  // namespace

Result<> set_virtual_address_map(u64 map_size, u64 descriptor_size, u32 descriptor_version,
                                 efi::MemoryDescriptor* map) {
  if (!state.at_runtime || state.virtual_mode || active_map) return Error::unsupported;
  const auto given = TRY(virtual_map::VirtualMap::make(map_size, descriptor_size, descriptor_version, map));
  TRY(given.check(state.exit.memory_map));
  active_map = &given;
  const Result<> applied = apply();
  active_map = nullptr;
  return applied;
}

Result<> convert_pointer(u64 disposition, void** address) {
  if (!address) return Error::invalid_parameter;
  if (!*address) return disposition & efi::optional_pointer ? Result<>() : Error::invalid_parameter;
  if (!active_map) return Error::unsupported;
  *address = reinterpret_cast<void*>(TRY(active_map->convert(reinterpret_cast<u64>(*address))));
  return {};
}

}  // namespace runtime
