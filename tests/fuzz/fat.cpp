// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fat/volume.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/fakes/choices.hpp"
#include "tests/fakes/file_system.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/memory_disk.hpp"

// A volume of a hostile disk: its boot sector and whatever else the input says, mounted, walked and written to. Nothing
// may hang, leave the disk or leak.
namespace {

using namespace base;

using fakes::live_blocks, fakes::surroundings;

constexpr usize volume_bytes = 96 << 10;

// A small sound volume, so that the input need not invent one.
std::vector<u8> sound_volume(bool fat32) {
  std::vector<u8> image(volume_bytes);
  auto& b = *reinterpret_cast<fat::BootSector*>(image.data());
  b.jump[0] = 0xeb;
  b.jump[2] = 0x90;
  b.sector_bytes = 512;
  b.sectors_per_cluster = 1;
  b.reserved_sectors = 2;
  b.fats = 2;
  b.sectors_16 = volume_bytes / 512;
  b.media = 0xf8;
  b.signature = b.valid_signature;
  b.fat32.info_sector = 1;
  if (fat32) {
    b.fat32.fat_sectors = 2;
    b.fat32.root_cluster = 2;
  } else {
    b.fat_sectors_16 = 1;
    b.root_entries = 64;
  }
  u8* const table = image.data() + 1024;
  std::memset(table, 0xff, fat32 ? 12 : 3);
  return image;
}

struct Session {
  fat::Volume volume{surroundings};
  fakes::Choices& choices;
  file_system::Node* at = nullptr;

  void go(file_system::Node* to) {
    if (at) volume.release(*at);
    at = to;
  }
  std::u16string_view name() {
    static constexpr std::u16string_view names[] = {u"a", u"B.TXT", u"long name", u"another long name", u"DIR", u"x.y.z", u"..", u"\xd800"};
    return names[choices.below(std::size(names))];
  }

  void step() {
    u8 buffer[2000] = {};
    file_system::FileInfo info;
    file_system::VolumeInfo about;
    const u64 offset = choices.one_in(4) ? choices.next() * 70'000 : choices.below(3000);
    switch (choices.below(12)) {
      case 0: return go(&volume.hold(volume.root()));
      case 1:
      case 2:
        if (at->directory)
          if (auto next = volume.open(*at, name())) go(*next);
        return;
      case 3:
        if (at->directory)
          if (auto next = volume.create(*at, name(), choices.below(64))) go(*next);
        return;
      case 4:
        if (!at->directory && !at->removed) (void)!volume.write(*at, offset, {buffer, choices.below(sizeof buffer)});
        return;
      case 5:
        if (!at->directory && !at->removed) (void)!volume.resize(*at, offset);
        return;
      case 6:
        if (!at->removed) (void)!volume.remove(*at);
        return go(&volume.hold(volume.root()));
      case 7:
        if (!at->removed) (void)!volume.move(*at, volume.root(), name());
        return;
      case 8: {
        const u64 size = volume.size(*at);
        if (!at->directory && size) (void)!volume.read(*at, offset % size, {buffer, std::min<u64>(sizeof buffer, size - offset % size)});
        return;
      }
      case 9: {
        unsigned seen = 0;
        if (at->directory)
          for (u64 cursor = 0; volume.next(*at, cursor, info).value_or(false);)
            if (++seen > fat::max_directory_entries) std::abort();
        return;
      }
      case 10:
        (void)!volume.volume_info(about);
        (void)!volume.set_label(u"LABEL");
        (void)!volume.info(*at, info);
        return;
      case 11: (void)!volume.flush(); return;
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::take_log();
  fakes::Choices choices(std::span(data, size));
  const u64 kind = choices.below(4);
  fakes::MemoryDisk disk(kind & 2 ? 512 : 4096, sound_volume(kind & 1));
  // Bytes of the tables and the first directories are the input's.
  for (u64 patches = choices.below(64); patches; --patches) {
    const u64 where = choices.one_in(3) ? choices.below(64) : choices.below(12 * 1024);
    for (u64 n = 1 + choices.below(32); n; --n) disk.bytes[where + n] = static_cast<u8>(choices.below(256));
  }
  {
    Session session{.choices = choices};
    if (!session.volume.mount(disk)) return 0;
    session.go(&session.volume.hold(session.volume.root()));
    while (!choices.exhausted()) session.step();
    session.volume.release(*session.at);
    if (session.volume.in_use()) std::abort();
  }
  if (live_blocks) std::abort();
  return 0;
}
