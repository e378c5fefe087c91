// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/non_volatile.hpp"

namespace variable {
namespace {

// The flash below the firmware's own: where its volume begins tells how large it is. Damaged, it is taken for
// the usual one.
Volume find_volume(u64 flash_end, NonVolatile& report, flash::Kind& kind) {
  for (const u64 bytes : {volume_bytes_4m, volume_bytes_2m}) {
    flash::Chip chip(flash_end - bytes);
    const flash::Kind now = chip.probe();
    if (now == flash::Kind::absent) continue;
    Volume volume(chip, bytes);
    if (report.flash_base && !volume.has_volume_header()) continue;
    report.flash_base = chip.base();
    report.flash_bytes = bytes;
    kind = now;
    if (volume.has_volume_header()) return volume;
  }
  return report.flash_base ? Volume(flash::Chip(report.flash_base), report.flash_bytes) : Volume();
}

Lasting prepare(Volume& volume, flash::Kind kind, NonVolatile& report) {
  if (kind == flash::Kind::writable) {
    const auto recovery = volume.recover();
    if (!recovery) return Lasting::interrupted;
    report.recovered = recovery.value_or({}) == Volume::Recovery::finished;
  }
  if (!volume.has_volume_header()) return Lasting::bad_volume;
  if (!volume.store_header()) return Lasting::bad_store;
  return kind == flash::Kind::writable ? Lasting::yes : Lasting::write_protected;
}

}  // namespace

Result<Arena> open_non_volatile(std::span<u8> memory, u64 flash_end, NonVolatile& report) {
  if (!flash_end) return Arena::format(memory);
  flash::Kind kind = flash::Kind::absent;
  Volume volume = find_volume(flash_end, report, kind);
  report.lasting = kind == flash::Kind::absent ? Lasting::no_flash : prepare(volume, kind, report);
  volume.settle();
  if (report.lasting == Lasting::yes || report.lasting == Lasting::write_protected) {
    Arena::Findings findings;
    if (auto arena = Arena::load(memory, volume, report.lasting == Lasting::yes, findings)) {
      report.skipped_at = findings.skipped_at;
      return arena;
    }
    report.lasting = Lasting::bad_store;
  }
  return Arena::format(memory);
}

}  // namespace variable
