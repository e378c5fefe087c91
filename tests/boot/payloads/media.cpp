// SPDX-License-Identifier: BSD-2-Clause-Patent
// Connects everything and remembers each BlockIo with its medium; then does as keys say: r reads the first and the last block
// that it remembers with the identifier that it remembers, w writes both and flushes, a remembers what there is now, c connects
// everything anew, q powers off. What the host does to the media in between is media_test.cpp's.
#include "block_device.hpp"
#include "checks.hpp"

const char* const check_group = "media.";

namespace {

SystemTable* table;
alignas(4096) u8 buffer[4096];

struct Known {
  BlockIo* io;
  u32 id, block;
  u64 last;
};
Known known[32];
usize count;

void gather() {
  Handle* list = nullptr;
  const usize found = handles_with(guid_block_io, list);
  count = 0;
  for (usize i = 0; i < found && count < 32; i++)
    if (bs->handle_protocol(list[i], &guid_block_io, &known[count].io) == success) count++;
}

void adopt() {
  for (usize i = 0; i < count; i++) {
    const Media& m = *known[i].io->media;
    known[i] = {known[i].io, m.id, m.block, m.last};
  }
}

void connect(bool anew) {
  Handle* list = nullptr;
  const usize controllers = handles_with(guid_pci_io, list);
  for (usize i = 0; i < controllers; i++) {
    if (anew) bs->disconnect(list[i], nullptr, nullptr);
    bs->connect(list[i], nullptr, nullptr, 1);
  }
  gather();
  adopt();
}

void field(const char* name, u64 value) {
  put(" ");
  put(name);
  put("=");
  put_number(value);
}

// Errors by their number without the top bit.
u64 read_block(const Known& k, u64 lba, u32& sum) {
  const Status status = k.block <= sizeof buffer ? k.io->read(k.io, k.id, lba, k.block, buffer) : unsupported;
  sum = 0;
  if (status == success) bs->crc32(buffer, k.block, &sum);
  return status & ~error_bit;
}

void read_all() {
  for (usize i = 0; i < count; i++) {
    const Known& k = known[i];
    u32 sum = 0, other = 0;
    const u64 first = read_block(k, 0, sum), last = read_block(k, k.last, other);
    const Media& m = *k.io->media;
    put("READ");
    field("logical", m.logical);
    field("first", first);
    field("last", last);
    field("sum", sum);
    field("present", m.present);
    field("new_id", m.id != k.id);
    field("block", m.block);
    field("blocks", m.last + 1);
    put("\r\n");
  }
}

void write_all() {
  for (usize i = 0; i < count; i++) {
    const Known& k = known[i];
    if (k.io->media->read_only || k.block > sizeof buffer) continue;
    const Status first = k.io->write(k.io, k.id, 0, k.block, buffer), last = k.io->write(k.io, k.id, k.last, k.block, buffer), flush = k.io->flush(k.io);
    put("READ");
    field("logical", k.io->media->logical);
    field("first", first & ~error_bit);
    field("last", last & ~error_bit);
    field("flush", flush & ~error_bit);
    put("\r\n");
  }
}

char next_key() {
  for (;;) {
    usize index;
    InputKey key{};
    bs->wait_for_event(1, &table->con_in->wait_for_key, &index);
    if (table->con_in->read_key(table->con_in, &key) == success && key.unicode) return static_cast<char>(key.unicode);
  }
}

}  // namespace

extern "C" Status efi_main(Handle, SystemTable* system) {
  table = system;
  bs = system->boot;
  connect(false);
  for (;;) {
    put("MEDIA");
    put_number(count);
    put(" ready\r\n");
    switch (next_key()) {
      case 'r': read_all(); break;
      case 'w': write_all(); break;
      case 'a': adopt(); break;
      case 'c': connect(true); break;
      case 'q': table->runtime->reset(2, success, 0, nullptr); break;
    }
  }
}
