// SPDX-License-Identifier: BSD-2-Clause-Patent
// Connects everything, then reports each BlockIo as a `DISK` line with the CRC-32 of all that can be read from it, checks
// BlockIo and DiskIo against the specification [uefi §13.7, §13.9] as PASS and FAIL lines, writes where it may, takes the
// drivers off again and puts them back.
#include "block_device.hpp"
#include "checks.hpp"

const char* const check_group = "disks.";

namespace {

constexpr Status bad_buffer_size = error_bit | 4, no_media = error_bit | 12, media_changed = error_bit | 13;

struct DiskIo {
  u64 revision;
  Status (*read)(DiskIo*, u32, u64, usize, void*);
  Status (*write)(DiskIo*, u32, u64, usize, const void*);
};
constexpr Guid guid_disk_io{0xce345171, 0xba0b, 0x11d2, {0x8e, 0x4f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Guid guid_partition_info{0x8cf2f62c, 0xbc9b, 0x4821, {0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0}};
constexpr Guid guid_esp{0xc12a7328, 0xf81f, 0x11d2, {0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b}};

constexpr usize chunk = 4 << 20;
u8 *one, *two;

bool same(const u8* a, const u8* b, usize size) {
  u32 left = 0, right = 0;
  bs->crc32(a, size, &left);
  bs->crc32(b, size, &right);
  return left == right;
}

// Combined over chunks: the CRC of the CRCs, as the host computes it too.
u32 sum_of(BlockIo* io, bool& complete) {
  const Media& m = *io->media;
  const u64 bytes = (m.last + 1) * m.block;
  u32 sums[64] = {}, total = 0;
  unsigned count = 0;
  complete = true;
  for (u64 at = 0; at < bytes && count < 64; at += chunk, count++) {
    const usize now = bytes - at < chunk ? bytes - at : chunk;
    if (io->read(io, m.id, at / m.block, now, one)) complete = false;
    bs->crc32(one, now, &sums[count]);
  }
  bs->crc32(sums, count * 4, &total);
  return total;
}

void put_field(const char* name, u64 value) {
  put(" ");
  put(name);
  put("=");
  put_number(value);
}

bool has(Handle handle, const Guid& protocol) {
  void* interface = nullptr;
  return bs->handle_protocol(handle, &protocol, &interface) == success;
}

void report(Handle handle, BlockIo* io) {
  const Media& m = *io->media;
  bool complete = false;
  const u32 sum = m.present ? sum_of(io, complete) : 0;
  put("DISK ");
  put_path(handle);
  put_field("block", m.block);
  put_field("blocks", m.present ? m.last + 1 : 0);
  put_field("logical", m.logical);
  put_field("read_only", m.read_only);
  put_field("removable", m.removable);
  put_field("esp", has(handle, guid_esp));
  put_field("complete", complete);
  put_field("sum", sum);
  if (has(handle, guid_partition_info)) {
    u32* info = nullptr;
    bs->handle_protocol(handle, &guid_partition_info, &info);
    put_field("info", info[1]);
    put_field("system", reinterpret_cast<u8*>(info)[8]);
  }
  put("\r\n");
}

void check_arguments(BlockIo* io) {
  const Media& m = *io->media;
  const u32 wrong = m.id + 1, block = m.block;
  check("read_nothing", io->read(io, m.id, 0, 0, one) == success);
  check("read_null", io->read(io, m.id, 0, block, nullptr) == invalid_parameter);
  check("read_odd", io->read(io, m.id, 0, block - 1, one) == bad_buffer_size);
  check("read_beyond", io->read(io, m.id, m.last + 1, block, one) == invalid_parameter);
  check("read_over", io->read(io, m.id, m.last, 2 * block, one) == invalid_parameter);
  check("read_far", io->read(io, m.id, ~0ull, block, one) == invalid_parameter);
  check("read_last", io->read(io, m.id, m.last, block, one) == success);
  check("read_wrong_id", io->read(io, wrong, 0, block, one) == media_changed);
  check("read_wrong_id_odd", io->read(io, wrong, ~0ull, 1, nullptr) == media_changed);
  check("write_wrong_id", io->write(io, wrong, 0, block, one) == media_changed);
  check("write_odd", io->write(io, m.id, 0, block + 1, one) == bad_buffer_size);
  check("write_beyond", io->write(io, m.id, m.last + 1, block, one) == invalid_parameter);
  if (m.read_only) check("write_protected", io->write(io, m.id, m.last, block, one) == write_protected);
  check("reset", io->reset(io, 1) == success && io->read(io, m.id, 0, block, one) == success);
  check("flush", io->flush(io) == success);
}

// Into and out of places that no device would choose.
void check_odd_places(BlockIo* io) {
  const Media& m = *io->media;
  const u64 blocks = m.last + 1 < 40 ? m.last + 1 : 40;
  constexpr usize offsets[] = {1, 2, 511, 4095};
  bool equal = io->read(io, m.id, 0, blocks * m.block, one) == success;
  for (usize offset : offsets) equal &= io->read(io, m.id, 0, blocks * m.block, two + offset) == success && same(one, two + offset, blocks * m.block);
  for (u64 i = 0; i < blocks; i++)
    equal &= io->read(io, m.id, i, m.block, two + 3) == success && same(one + i * m.block, two + 3, m.block);
  check("odd_places", m.align > 1 || equal);
}

void check_disk_io(BlockIo* io, DiskIo* disk) {
  const Media& m = *io->media;
  const u64 bytes = (m.last + 1) * m.block;
  const usize whole = bytes < 65536 ? bytes : 65536;
  check("diskio_blocks", io->read(io, m.id, 0, whole, one) == success);
  bool equal = true;
  constexpr usize offsets[] = {0, 1, 511, 4095}, lengths[] = {1, 512, 5000, 0};
  for (usize offset : offsets)
    for (usize length : lengths) {
      if (length == 0) length = whole - offset;
      if (offset + length > whole) continue;
      equal &= disk->read(disk, m.id, offset, length, two) == success && same(one + offset, two, length);
    }
  check("diskio_slices", equal);
  check("diskio_end", disk->read(disk, m.id, bytes - 1, 1, two) == success);
  check("diskio_over", disk->read(disk, m.id, bytes - 1, 2, two) == invalid_parameter);
  check("diskio_far", disk->read(disk, m.id, ~0ull, 1, two) == invalid_parameter);
  check("diskio_wrong_id", disk->read(disk, m.id + 1, 0, 1, two) == media_changed);
}

// What the host looks for in the image afterwards: byte i of the first MiB is i * 7 + 3, and from byte 1 MiB + 5 on 1000
// bytes are i * 5 + 1.
void write_some(BlockIo* io, DiskIo* disk) {
  const Media& m = *io->media;
  const usize mib = 1 << 20;
  for (usize i = 0; i < mib; i++) one[i] = static_cast<u8>(i * 7 + 3);
  check("write", io->write(io, m.id, 0, mib, one) == success);
  check("read_back", io->read(io, m.id, 0, mib, two) == success && same(one, two, mib));
  bs->copy(two + 1, one, mib);
  check("write_odd_place", io->write(io, m.id, 0, mib, two + 1) == success);
  bs->set(two, mib, 0);
  check("read_back_odd_place", io->read(io, m.id, 0, mib, two) == success && same(one, two, mib));
  for (usize i = 0; i < 1000; i++) one[i] = static_cast<u8>(i * 5 + 1);
  check("diskio_write", disk->write(disk, m.id, mib + 5, 1000, one) == success);
  check("diskio_read_back", disk->read(disk, m.id, mib + 5, 1000, two) == success && same(one, two, 1000));
  check("write_flush", io->flush(io) == success);
}

// A driver that wants a controller for itself gets it [uefi §7.3.9].
void take_exclusively(Handle agent) {
  Handle *list = nullptr, *disks = nullptr;
  const usize count = handles_with(guid_pci_io, list), before = handles_with(guid_block_io, disks);
  bool taken = true;
  for (usize i = 0; i < count; i++) {
    void* pci = nullptr;
    taken &= bs->open(list[i], &guid_pci_io, &pci, agent, list[i], open_by_driver | open_exclusive) == success;
  }
  check("exclusive", taken && handles_with(guid_block_io, disks) == 0);
  connect_all();
  check("exclusive_keeps", handles_with(guid_block_io, disks) == 0);
  for (usize i = 0; i < count; i++) bs->close(list[i], &guid_pci_io, agent, list[i]);
  connect_all();
  check("exclusive_ends", handles_with(guid_block_io, disks) == before);
}

struct ComponentName {
  Status (*driver)(ComponentName*, const char*, Char**);
  Status (*controller)(ComponentName*, Handle, Handle, const char*, Char**);
  const char* languages;
};
constexpr Guid guid_component_name{0x6a7a5cff, 0xe8d9, 0x4f70, {0xba, 0xda, 0x75, 0xab, 0x30, 0x25, 0xce, 0x14}};

void check_drivers() {
  Handle* list = nullptr;
  const usize count = handles_with(guid_driver_binding, list);
  bool named = count > 0;
  for (usize i = 0; i < count; i++) {
    ComponentName* names = nullptr;
    Char* name = nullptr;
    named &= bs->handle_protocol(list[i], &guid_component_name, &names) == success && names->driver(names, "en", &name) == success &&
             name && *name && names->driver(names, "xx", &name) == unsupported && names->driver(names, nullptr, &name) == invalid_parameter;
  }
  check("drivers_have_names", named);
}

void check_disk(Handle handle) {
  BlockIo* io = nullptr;
  DiskIo* disk = nullptr;
  if (bs->handle_protocol(handle, &guid_block_io, &io)) return;
  report(handle, io);
  if (!io->media->present) return check("no_media", io->read(io, io->media->id, 0, io->media->block, one) == no_media);
  check_arguments(io);
  check_odd_places(io);
  check("has_disk_io", bs->handle_protocol(handle, &guid_disk_io, &disk) == success);
  if (disk) check_disk_io(io, disk);
}

void write_disk(Handle handle) {
  BlockIo* io = nullptr;
  DiskIo* disk = nullptr;
  if (bs->handle_protocol(handle, &guid_block_io, &io) || bs->handle_protocol(handle, &guid_disk_io, &disk)) return;
  if (io->media->present && !io->media->read_only && !io->media->logical) write_some(io, disk);
}

}  // namespace

extern "C" Status efi_main(Handle self, SystemTable* table) {
  bs = table->boot;
  bs->locate_protocol(&guid_path_to_text, nullptr, &to_text);
  put("\r\nBLOCKS begins\r\n");
  if (bs->allocate_pool(loader_data, chunk, &one) || bs->allocate_pool(loader_data, chunk, &two)) return out_of_resources;
  Handle* list = nullptr;
  check("nothing_before_connect", handles_with(guid_block_io, list) == 0);
  connect_all();
  disconnect_all(guid_block_io);
  take_exclusively(self);
  check_drivers();
  const usize count = handles_with(guid_block_io, list);
  for (usize i = 0; i < count; i++) check_disk(list[i]);
  // Afterwards, as it goes over partition tables.
  for (usize i = 0; i < count; i++) write_disk(list[i]);
  put("BLOCKS done\r\n");
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}
