// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/variable_flash.hpp"

#include "dxe/core/memory.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"

namespace core {
namespace {

using variable::Lasting;

const char* describe(Lasting lasting) {
  switch (lasting) {
    case Lasting::yes: return "kept in flash";
    case Lasting::no_flash: return "lost at power-off: there is no flash";
    case Lasting::not_trusted: return "lost at power-off: the host is not trusted to keep them";
    case Lasting::write_protected: return "read from flash, changes lost at power-off: it is write-protected";
    case Lasting::interrupted: return "lost at power-off: an interrupted rewrite of the flash cannot be finished";
    case Lasting::bad_volume: return "lost at power-off: the flash, left as it is, has a damaged firmware volume header";
    case Lasting::bad_store: return "lost at power-off: the flash, left as it is, has a damaged variable store header";
  }
  return "?";
}

}  // namespace

void announce_variable_flash(variable::NonVolatile& variables) {
  if (!cc::host_storage_is_trusted()) variables.lasting = Lasting::not_trusted;
  const char* text = describe(variables.lasting);
  if (variables.recovered) log::warning("variables: finished a rewrite of the flash that had been interrupted");
  if (variables.skipped_at)
    log::warning("variables: damaged bytes in the flash at offset ", log::hex(variables.skipped_at),
                 " of the store are skipped, and dropped by the next write");
  if (variables.lasting != Lasting::yes) return log::warning("variables are ", text);
  log::info("variables are ", text, " at ", log::hex(variables.flash_base));
  const PageRange range(Gpa(variables.flash_base), variables.flash_bytes / page_bytes);
  if (!add_range(range, efi::MemoryType::mmio, efi::memory_attribute::runtime)) panic("the variable flash overlaps RAM");
}

}  // namespace core
