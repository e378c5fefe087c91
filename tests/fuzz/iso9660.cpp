// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/iso9660/volume.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/fakes/file_system.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/memory_disk.hpp"

// A small medium whose descriptor and directories are the input; everything that is found is opened and read.
namespace {

using namespace base;

using fakes::live_blocks, fakes::surroundings;

constexpr usize sectors = 24;
unsigned budget;

void walk(iso9660::Volume& volume, file_system::Node& directory, unsigned depth) {
  file_system::FileInfo info;
  u8 buffer[5000];
  for (u64 cursor = 0; volume.next(directory, cursor, info).value_or(false) && budget; --budget) {
    auto opened = volume.open(directory, info.name_view());
    if (!opened) continue;
    file_system::Node& node = **opened;
    file_system::FileInfo again;
    (void)!volume.info(node, again);
    if (!node.directory)
      (void)!volume.read(node, 0, {buffer, std::min<u64>(sizeof buffer, volume.size(node))});
    else if (depth < 20)
      walk(volume, node, depth + 1);
    volume.release(node);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::take_log();
  std::vector<u8> image(sectors * iso9660::sector_bytes);
  auto& d = reinterpret_cast<iso9660::VolumeDescriptor&>(image[iso9660::first_descriptor * iso9660::sector_bytes]);
  d.type = d.primary;
  std::memcpy(d.identifier, iso9660::identifier, sizeof d.identifier);
  d.blocks.little = sectors;
  d.block_bytes.little = iso9660::sector_bytes;
  d.root.extent.little = 18;
  d.root.bytes.little = 2 * iso9660::sector_bytes;
  // A few bytes of the descriptor, then the sectors behind it.
  for (size_t i = 0; i + 2 < size && i < 12; i += 3) reinterpret_cast<u8*>(&d)[data[i] | (data[i + 1] & 7) << 8] ^= data[i + 2];
  if (size > 12) std::memcpy(&image[18 * iso9660::sector_bytes], data + 12, std::min(size - 12, 6 * usize{iso9660::sector_bytes}));
  fakes::MemoryDisk disk(2048, std::move(image));
  budget = 500;
  {
    iso9660::Volume volume(surroundings);
    if (volume.mount(disk)) walk(volume, volume.root(), 0);
    file_system::VolumeInfo info;
    (void)!volume.volume_info(info);
    if (volume.in_use()) std::abort();
  }
  if (live_blocks) std::abort();
  return 0;
}
