// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/runtime_loader.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/memory_map.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/variable_flash.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/module/image_header.hpp"
#include "lib/module/module.hpp"

namespace core {
namespace {

using efi::MemoryType;
using mem::Protection;

constexpr u64 non_volatile_bytes = 256_KiB, volatile_bytes = 64_KiB;
constexpr u64 max_address_changes = 64, max_regions = 512, max_attribute_entries = 64;

constinit handoff::RuntimeHooks hooks{};
constinit const module::Header* header = nullptr;
constinit PageRange image;
constinit handoff::AddressChange* address_changes = nullptr;
constinit virtual_map::Region* regions = nullptr;
constinit efi::MemoryAttributesTable* attributes = nullptr;

Gpa pages_of(MemoryType type, u64 bytes) {
  auto pages = allocate_pages(efi::AllocateType::any_pages, type, bytes_to_pages(bytes), Gpa(0));
  if (!pages) panic("no memory for the runtime services");
  return *pages;
}

template <class T>
std::span<T> array_of(MemoryType type, u64 count) {
  auto array = allocate_array<T>(count, type);
  if (!array) panic("no memory for the runtime services");
  return {*array, count};
}

PageRange pages_of(const module::Segment& s) { return PageRange::covering(image.start().raw() + s.memory_offset, s.memory_bytes); }

Protection protection_of(const module::Segment& s) {
  return s.flags & module::segment_execute ? Protection::read_execute
         : s.flags & module::segment_write ? Protection::read_write
                                           : Protection::read_only;
}

void place_image() {
  const auto& flash = *reinterpret_cast<const module::ImageHeader*>(layout::image_header);
  auto checked = module::check({reinterpret_cast<const u8*>(u64{flash.runtime_address}), flash.runtime_bytes});
  if (!checked) cc::terminate(cc::Reason::damaged_image);
  header = *checked;
  image = PageRange(pages_of(MemoryType::runtime_services_code, header->memory_pages * page_bytes), header->memory_pages);
  crash::add_image("runtime", image.start().raw(), image.bytes());
}

void add_entry(PageRange range, MemoryType type, u64 rights) {
  if (attributes->number_of_entries == max_attribute_entries) return;
  auto* entries = reinterpret_cast<efi::MemoryDescriptor*>(attributes + 1);
  entries[attributes->number_of_entries++] = {type, 0, range.start().raw(), 0, range.pages(), rights | efi::memory_attribute::runtime};
}

// What may execute is read-only, what may be written does not execute. Other people's runtime images are not
// described: nobody knows their sections.
void fill_memory_attributes() {
  for_each_region([](PageRange range, MemoryType type) {
    if (type == MemoryType::runtime_services_data) add_entry(range, type, efi::memory_attribute::xp);
    if (type != MemoryType::runtime_services_code || !range.contains(image)) return;
    for (unsigned i = 0; i < header->segment_count; ++i) {
      const module::Segment& s = header->segments[i];
      const bool code = s.flags & module::segment_execute, writable = s.flags & module::segment_write;
      // The type is the region's, data included: an entry of another type is thrown away by Linux.
      add_entry(pages_of(s), type,
                (code ? 0 : efi::memory_attribute::xp) | (writable ? 0 : efi::memory_attribute::ro));
    }
  });
}

}  // namespace

const handoff::RuntimeHooks& runtime_hooks() { return hooks; }

void load_runtime(handoff::PowerOff power_off, Gpa firmware_flash) {
  place_image();
  auto entry = module::load(*header, image.start());
  if (!entry) cc::terminate(cc::Reason::damaged_image);
  for (unsigned i = 0; i < header->segment_count; ++i)
    if (!protect(pages_of(header->segments[i]), protection_of(header->segments[i]))) panic("no page tables");

  // The image needs its relocations again in SetVirtualAddressMap; the flash may be out of its reach by then.
  const std::span<const u32> in_flash = module::relocations(*header);
  const auto relocations = array_of<u32>(MemoryType::runtime_services_data, in_flash.size());
  __builtin_memcpy(relocations.data(), in_flash.data(), in_flash.size_bytes());
  address_changes = array_of<handoff::AddressChange>(MemoryType::runtime_services_data, max_address_changes).data();
  regions = array_of<virtual_map::Region>(MemoryType::runtime_services_data, max_regions).data();

  const handoff::RuntimeStart start{
      .magic = handoff::RuntimeStart::magic_value,
      .power_off = power_off,
      .image = image,
      .relocations = relocations,
      .system_table = &system_table(),
      .services = system_table().runtime_services,
      .flash_end = cc::host_storage_is_trusted() ? firmware_flash : Gpa(0),
      .non_volatile = {reinterpret_cast<u8*>(pages_of(MemoryType::runtime_services_data, non_volatile_bytes).raw()), non_volatile_bytes},
      .volatile_variables = {reinterpret_cast<u8*>(pages_of(MemoryType::runtime_services_data, volatile_bytes).raw()), volatile_bytes},
      .hooks = &hooks,
  };
  if (reinterpret_cast<handoff::RuntimeEntry>(*entry)(start) != efi::Status::success) panic("the runtime services did not start");
  announce_variable_flash(hooks.variables);
}

void announce_memory_attributes() {
  attributes = reinterpret_cast<efi::MemoryAttributesTable*>(
      array_of<u8>(MemoryType::boot_services_data, sizeof(efi::MemoryAttributesTable) + max_attribute_entries * sizeof(efi::MemoryDescriptor)).data());
  *attributes = {efi::MemoryAttributesTable::current_version, 0, sizeof(efi::MemoryDescriptor), 0};
  (void)!install_configuration_table(&efi::table_guid::memory_attributes, attributes);
}

void hand_over_to_runtime() {
  u64 changes = 0, count = 0;
  bool all_regions = true;
  for_each_in_group(efi::event_group::virtual_address_change, [&](Event& e) {
    if (changes < max_address_changes) address_changes[changes++] = {e.notify, &e, e.context};
  });
  for (const mem::Region* r = memory_map().first(); r; r = memory_map().next(*r)) {
    if (count < max_regions)
      regions[count++] = {r->range, lives_on(r->tag)};
    else
      all_regions = false;
  }
  if (attributes) fill_memory_attributes();
  // Without the whole map, SetVirtualAddressMap cannot tell a hole from a mistake and must not try.
  hooks.exit_boot_services({{address_changes, changes}, {regions, all_regions ? count : 0}});
}

}  // namespace core
