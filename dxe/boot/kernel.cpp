// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/kernel.hpp"

#include "dxe/boot/initrd.hpp"
#include "dxe/boot/kernel_files.hpp"
#include "dxe/core/boot_record.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/pool.hpp"
#include "lib/arch/marker.hpp"
#include "lib/cc/platform.hpp"
#include "lib/efi/status_of.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

using efi::Status;

constinit Initrd initrd{};

// The command line as LoadOptions: UTF-16 with its NUL. It is bytes to us, so each byte becomes one unit.
Result<> set_load_options(efi::Handle image, const KernelBlobs& blobs) {
  if (blobs.cmdline_bytes == 0) {
    read_cmdline({});  // that there is one may have been measured
    return {};
  }
  auto* bytes = TRY(core::allocate_array<u8>(blobs.cmdline_bytes));
  read_cmdline({bytes, blobs.cmdline_bytes});
  u64 length = 0;
  while (length < blobs.cmdline_bytes && bytes[length]) ++length;
  if (length == 0) return core::free_pool(bytes);
  auto* options = TRY(core::allocate_array<char16_t>(length + 1, efi::MemoryType::loader_data));
  for (u64 i = 0; i < length; ++i) options[i] = bytes[i];
  options[length] = 0;
  (void)!core::free_pool(bytes);
  auto* loaded = static_cast<efi::LoadedImage*>(core::interface_of(image, efi::LoadedImage::guid));
  loaded->load_options = options;
  loaded->load_options_size = static_cast<u32>((length + 1) * sizeof(char16_t));
  return {};
}

Status load(const KernelBlobs& blobs, efi::Handle* image) {
  const u64 pages = bytes_to_pages(blobs.image_bytes());
  auto buffer = core::allocate_pages(efi::AllocateType::any_pages, efi::MemoryType::boot_services_data, pages, Gpa(0));
  if (!buffer) return efi::status_of(buffer);
  auto* bytes = reinterpret_cast<u8*>((*buffer).raw());
  read_image(blobs, {bytes, blobs.image_bytes()});
  core::note_load_image_start();
  const Status status =
      core::load_image(false, core::firmware_image(), &kernel_path().vendor.header, bytes, blobs.image_bytes(), image);
  (void)!core::free_pages(*buffer, pages);
  return status;
}

const char* why_not_loaded(Status status) {
  if (status == Status::unsupported) return "not a 64-bit EFI image (a Linux kernel needs CONFIG_EFI_STUB)";
  if (status == Status::load_error) return "its PE headers or sections are damaged or truncated";
  if (status == Status::out_of_resources) return "not enough memory for it";
  return "it cannot be loaded";
}

// A launch that measured its kernel runs that one or nothing.
Status refused(Status status) {
  if (blobs_are_verified()) cc::terminate(cc::Reason::kernel_hash);
  return status;
}

}  // namespace

Status boot_kernel() {
  const KernelBlobs blobs = find_kernel_blobs();
  if (!blobs.present()) return refused(Status::not_found);
  core::signal_group(efi::event_group::ready_to_boot);
  install_kernel_files(blobs);
  initrd.init(blobs);
  if (!blobs.initrd_bytes) read_initrd({});  // that there is none may have been measured, too

  efi::Handle image = nullptr;
  if (const Status status = load(blobs, &image); status != Status::success) {
    log::error("-kernel refused: ", why_not_loaded(status), " (status ", log::hex(static_cast<u64>(status)), ")");
    return refused(status);
  }
  if (auto set = set_load_options(image, blobs); !set) {
    log::error("-kernel refused: its command line cannot be read: ", set.error());
    return refused(efi::status_of(set));
  }
  core::log_timeline();
  core::note_start_image_start();
  arch::phase_marker<6>();
  const Status status = core::start_image(image, nullptr, nullptr);
  log::warning("-kernel returned, status ", log::hex(static_cast<u64>(status)));
  return status;
}

}  // namespace boot
