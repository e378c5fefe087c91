// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/image.hpp"

#include "dxe/core/file_source.hpp"
#include "dxe/core/locate.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/open_protocol.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/arch/escape.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/status_of.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/log/log.hpp"
#include "lib/pe/image.hpp"

namespace core {
namespace {

using efi::MemoryType, efi::Status;
using mem::Protection;

constinit List<Image> images;
constinit Image* running = nullptr;
constinit Image firmware{};
constinit efi::SystemTable* system_table = nullptr;

Image* image_of(efi::Handle handle) {
  for (Image& i : images)
    if (i.handle == handle) return &i;
  return nullptr;
}

struct Types {
  MemoryType code, data;
};
Types types_for(u16 subsystem) {
  switch (subsystem) {
    case efi::pe::subsystem::efi_boot_service_driver: return {MemoryType::boot_services_code, MemoryType::boot_services_data};
    case efi::pe::subsystem::efi_runtime_driver: return {MemoryType::runtime_services_code, MemoryType::runtime_services_data};
    default: return {MemoryType::loader_code, MemoryType::loader_data};
  }
}

// An NX-compatible image gets the rights that its sections ask for, and never both write and execute.
Result<> protect_sections(const pe::Image& pe, PageRange pages) {
  TRY(protect(pages, Protection::read_only));
  for (unsigned i = 0; i < pe.coff.number_of_sections; ++i) {
    const auto s = pe::section(pe, i);
    const u64 bytes = s.virtual_size ? s.virtual_size : s.size_of_raw_data;
    if (!bytes) continue;
    const Protection rights = s.characteristics & efi::pe::section_characteristic::write     ? Protection::read_write
                              : s.characteristics & efi::pe::section_characteristic::execute ? Protection::read_execute
                                                                                             : Protection::read_only;
    TRY(protect(PageRange::covering(pages.start().raw() + s.virtual_address, bytes), rights));
  }
  return {};
}

// Where sections are aligned to more than a page, the image is, too: Xen insists.
Result<Gpa> allocate_image(MemoryType type, u64 pages, u64 alignment) {
  constexpr u64 most = 16_MiB;
  if (alignment <= page_bytes || alignment > most || (alignment & (alignment - 1))) return allocate_pages(efi::AllocateType::any_pages, type, pages, Gpa(0));
  const u64 spare = alignment / page_bytes - 1;
  const Gpa start = TRY(allocate_pages(efi::AllocateType::any_pages, type, pages + spare, Gpa(0)));
  const Gpa base(align_up(start.raw(), alignment));
  const u64 before = (base - start) / page_bytes;
  if (before) (void)!free_pages(start, before);
  if (before < spare) (void)!free_pages(base + pages * page_bytes, spare - before);
  return base;
}

Result<> place(Image& image, std::span<const u8> file) {
  const pe::Image pe = TRY(pe::parse(file));
  const Types types = types_for(pe.optional.subsystem);
  const u64 pages = bytes_to_pages(pe.memory_bytes());
  const Gpa base = TRY(allocate_image(types.code, pages, pe.optional.section_alignment));
  image.pages = PageRange(base, pages);
  image.nx_compatible = pe.nx_compatible();
  image.driver = pe.optional.subsystem != efi::pe::subsystem::efi_application;
  image.entry = reinterpret_cast<efi::ImageEntryPoint>(base.raw() + pe.optional.address_of_entry_point);
  image.protocol.image_base = reinterpret_cast<void*>(base.raw());
  image.protocol.image_size = pe.memory_bytes();
  image.protocol.image_code_type = types.code;
  image.protocol.image_data_type = types.data;
  TRY(pe::load(pe, {reinterpret_cast<u8*>(base.raw()), pages * page_bytes}, base.raw()));
  return image.nx_compatible ? protect_sections(pe, image.pages) : Result<>();
}

Result<efi::DevicePath*> duplicate(const efi::DevicePath* path) {
  if (!path) return static_cast<efi::DevicePath*>(nullptr);
  const u64 bytes = device_path::bytes(path);
  void* copy = TRY(allocate_pool(MemoryType::boot_services_data, bytes));
  return static_cast<efi::DevicePath*>(__builtin_memcpy(copy, path, bytes));
}

void destroy(Image& image) {
  if (image.linked()) image.unlink();
  if (image.handle) {
    close_all_of(image.handle);
    (void)!uninstall_protocol(image.handle, &efi::LoadedImage::guid, &image.protocol);
    (void)!uninstall_protocol(image.handle, &efi::loaded_image_device_path_guid, image.device_path);
  }
  if (!image.pages.empty()) (void)!free_pages(image.pages.start(), image.pages.pages());
  if (image.protocol.file_path) (void)!free_pool(image.protocol.file_path);
  if (image.device_path) (void)!free_pool(image.device_path);
  (void)!free_pool(&image);
}

Result<> fill(Image& image, efi::Handle parent, efi::DevicePath* path, std::span<const u8> source, bool boot_policy) {
  FetchedFile fetched{};
  efi::DevicePath* rest = path;
  efi::Handle device = nullptr;
  if (source.empty()) {
    fetched = TRY(fetch_file(path, boot_policy));
    source = fetched.bytes;
    device = fetched.device;
    rest = fetched.rest_of_path;
  } else if (path) {
    // The buffer wins; the path still says which device the image came from.
    (void)!locate_device_path(&efi::DevicePath::guid, &rest, &device);
  }
  const auto placed = place(image, source);
  if (!fetched.bytes.empty()) (void)!free_pool(fetched.bytes.data());
  TRY(placed);

  image.protocol.revision = efi::LoadedImage::current_revision;
  image.protocol.parent_handle = parent;
  image.protocol.system_table = system_table;
  image.protocol.device_handle = device;
  image.protocol.file_path = TRY(duplicate(rest));
  image.device_path = TRY(duplicate(path));
  TRY(install_protocol(&image.handle, &efi::LoadedImage::guid, efi::InterfaceType::native, &image.protocol));
  return install_protocol(&image.handle, &efi::loaded_image_device_path_guid, efi::InterfaceType::native, image.device_path);
}

u64 enter(void* argument) {
  auto& image = *static_cast<Image*>(argument);
  return static_cast<u64>(image.entry(image.handle, system_table));
}

}  // namespace

List<Image>& all_images() { return images; }
efi::Handle firmware_image() { return firmware.handle; }

void init_images(efi::SystemTable& table, PageRange dxe_image) {
  system_table = &table;
  firmware.protocol.revision = efi::LoadedImage::current_revision;
  firmware.protocol.system_table = &table;
  firmware.protocol.image_base = reinterpret_cast<void*>(dxe_image.start().raw());
  firmware.protocol.image_size = dxe_image.bytes();
  firmware.protocol.image_code_type = MemoryType::boot_services_code;
  firmware.protocol.image_data_type = MemoryType::boot_services_data;
  firmware.started = true;
  install(firmware.handle, firmware.protocol);
  images.push_back(firmware);
  running = &firmware;
}

Status EFIAPI load_image(efi::Boolean boot_policy, efi::Handle parent, efi::DevicePath* path, void* source, u64 source_size,
                         efi::Handle* out) {
  if (!out || !image_of(parent)) return Status::invalid_parameter;
  *out = nullptr;
  if (!path && !source) return Status::not_found;
  if (source && source_size == 0) return Status::load_error;
  auto made = make<Image>();
  if (!made) return efi::status_of(made);
  Image& image = **made;
  const auto filled = fill(image, parent, path, {static_cast<const u8*>(source), source ? source_size : 0}, boot_policy);
  if (!filled) {
    destroy(image);
    return efi::status_of(filled);
  }
  images.push_back(image);
  *out = image.handle;
  log::debug("image: loaded at ", log::hex(image.pages.start()), ", ", image.pages.pages(), " pages");
  return Status::success;
}

Status EFIAPI start_image(efi::Handle handle, u64* exit_data_size, char16_t** exit_data) {
  Image* image = image_of(handle);
  if (!image || image->started) return Status::invalid_parameter;
  const efi::Tpl tpl = current_tpl();
  image->started = true;
  image->caller = running;
  running = image;
  set_payload_is_nx_compatible(image->nx_compatible);
  crash::add_image("payload", image->pages.start().raw(), image->pages.bytes());
  image->exit_status = static_cast<Status>(arch::call_escapable(&image->escape_point, enter, image));
  running = image->caller;
  set_payload_is_nx_compatible(running->nx_compatible);
  if (current_tpl() != tpl) {
    log::warning("image: returned at a different TPL");
    if (current_tpl() > tpl) restore_tpl(tpl);
  }
  if (exit_data_size) *exit_data_size = image->exit_data_size;
  if (exit_data)
    *exit_data = image->exit_data;
  else if (image->exit_data)
    (void)!free_pool(image->exit_data);
  const Status status = image->exit_status;
  // An application is gone when it returns; a driver stays unless it failed [uefi §7.4.2].
  if (!image->driver || efi::is_error(status)) destroy(*image);
  return status;
}

Status EFIAPI exit_image(efi::Handle handle, Status status, u64 exit_data_size, char16_t* exit_data) {
  Image* image = image_of(handle);
  if (!image) return Status::invalid_parameter;
  if (!image->started) {
    destroy(*image);
    return Status::success;
  }
  if (image != running) return Status::invalid_parameter;
  if (exit_data && exit_data_size) {
    if (auto copy = allocate_pool(MemoryType::boot_services_data, exit_data_size)) {
      image->exit_data = static_cast<char16_t*>(__builtin_memcpy(*copy, exit_data, exit_data_size));
      image->exit_data_size = exit_data_size;
    }
  }
  arch::escape(image->escape_point, static_cast<u64>(status));
}

Status EFIAPI unload_image(efi::Handle handle) {
  Image* image = image_of(handle);
  if (!image || image == &firmware) return Status::invalid_parameter;
  if (image->started) {
    if (!image->protocol.unload) return Status::unsupported;
    if (const Status status = image->protocol.unload(handle); status != Status::success) return status;
  }
  destroy(*image);
  return Status::success;
}

}  // namespace core
