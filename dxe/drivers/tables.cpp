// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/tables.hpp"

#include "dxe/core/boot_record.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/services.hpp"
#include "lib/acpi/table_loader.hpp"
#include "lib/acpi/table_set.hpp"
#include "lib/efi/confidential.hpp"
#include "lib/log/log.hpp"
#include "lib/smbios/smbios.hpp"

namespace drivers {
namespace {

using namespace base;
using efi::MemoryType;

Result<PageRange> allocate(u64 pages, MemoryType type) {
  const Gpa start = TRY(core::allocate_pages(efi::AllocateType::max_address, type, pages, Gpa(4_GiB - 1)));
  return PageRange(start, pages);
}

std::span<u8> bytes_of(PageRange range) { return {reinterpret_cast<u8*>(range.start().raw()), range.bytes()}; }

MemoryType type_for(acpi::Use use) {
  switch (use) {
    case acpi::Use::nvs: return MemoryType::acpi_nvs;
    case acpi::Use::scratch: return MemoryType::boot_services_data;
  }
  return MemoryType::acpi_nvs;
}

constexpr acpi::Allocator table_memory = {
    .context = nullptr,
    .allocate = [](void*, u64 pages, acpi::Use use) { return allocate(pages, type_for(use)); },
    .release = [](void*, PageRange range) { (void)!core::free_pages(range.start(), range.pages()); },
};

// A boot without performance data is still a boot.
Result<> add_fpdt(acpi::TableSet& tables) {
  auto* performance = TRY(core::boot_performance());
  const PageRange page = TRY(allocate(1, MemoryType::acpi_reclaim));
  return tables.add(TRY(acpi::make_fpdt(bytes_of(page), *performance)));
}

Result<> install_acpi(const acpi::Loaded& loaded) {
  acpi::TableSet tables;
  TRY(tables.open(loaded));
  if (auto added = add_fpdt(tables); !added) log::warning("acpi: no FPDT: ", added.error());
  const PageRange roots = TRY(allocate(bytes_to_pages(acpi::TableSet::root_bytes), MemoryType::acpi_reclaim));
  const Gpa rsdp = TRY(tables.publish(bytes_of(roots)));
  void* pointer = reinterpret_cast<void*>(rsdp.raw());
  TRY(core::install_configuration_table(&efi::table_guid::acpi_20, pointer));
  return core::install_configuration_table(&efi::table_guid::acpi_10, pointer);
}

Result<> install_smbios() {
  const smbios::Source source = smbios::find_source();
  const PageRange memory = TRY(allocate(bytes_to_pages(source.output_bytes), MemoryType::runtime_services_data));
  const Gpa entry = TRY(smbios::build(source, bytes_of(memory), {"Ashlar", "0.1", "11/21/2026", 0, 1}));
  return core::install_configuration_table(&efi::table_guid::smbios3, reinterpret_cast<void*>(entry.raw()));
}

// In ACPI reclaim memory: the kernel reads it before it knows what else to keep [facts §10].
template <class T>
Result<> install_copy(const T& table) {
  const PageRange page = TRY(allocate(1, MemoryType::acpi_reclaim));
  auto* copy = reinterpret_cast<T*>(page.start().raw());
  *copy = table;
  return core::install_configuration_table(&T::guid, copy);
}

Result<> install_launch_pages() {
  if (cc::launch_pages().secrets_and_cpuid)
    TRY(install_copy(efi::ConfidentialBlob{efi::ConfidentialBlob::magic_value, efi::ConfidentialBlob::current_version, 0, layout::secrets_page,
                                         page_bytes, 0, layout::cpuid_page, page_bytes, 0}));
  if (!cc::launch_pages().kernel_hashes) return {};
  return install_copy(efi::LaunchSecretTable{layout::launch_secret, layout::launch_secret_bytes});
}

}  // namespace

void install_tables() {
  if (auto done = install_launch_pages(); !done) cc::terminate(cc::Reason::no_memory);
  // The loader says itself what it refuses.
  if (auto loaded = acpi::load_tables(table_memory))
    if (auto done = install_acpi(*loaded); !done) log::error("no ACPI tables: ", done.error());
  if (auto done = install_smbios(); !done) log::error("no SMBIOS tables: ", done.error());
}

}  // namespace drivers
