// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/flash/chip.hpp"

#include "lib/cc/platform.hpp"

namespace flash {
namespace {

namespace command_code {
constexpr u8 program = 0x40;
constexpr u8 erase = 0x20;
constexpr u8 clear_status = 0x50;
constexpr u8 query = 0x98;
constexpr u8 confirm = 0xd0;
constexpr u8 write_buffer = 0xe8;
constexpr u8 read_array = 0xff;
}  // namespace command_code

namespace status {
constexpr u8 ready = 0x80;
constexpr u8 failed = 0x3a;  // erase, program, voltage, locked
}  // namespace status

constexpr u64 buffer_bytes = 256;
constexpr unsigned patience = 100'000;  // QEMU is ready at once
constexpr u64 query_signature = 0x10;   // "QRY", three bytes

u32 word_at(const u8* data) {
  u32 word;
  __builtin_memcpy(&word, data, sizeof word);
  return word;
}

}  // namespace

void Chip::command(u64 offset, u8 value) {
  cc::mmio_write8(Gpa(base_ + offset), value);
  commanded_ = true;
}

void Chip::read_array() {
  if (!commanded_) return;
  command(0, command_code::read_array);
  commanded_ = false;
}

Kind Chip::probe() {
  const auto at = [this](u64 offset) { return cc::mmio_read8(Gpa(base_ + offset)); };
  const u8 original = at(0);
  command(0, command_code::read_array);  // whatever a former user left it in
  command(0, command_code::query);
  const bool answers = at(query_signature) == 'Q' && at(query_signature + 1) == 'R' && at(query_signature + 2) == 'Y';
  read_array();
  if (!answers) {
    if (at(0) != original) cc::mmio_write8(Gpa(base_), original);
    return Kind::absent;
  }
  // Programming what is there changes nothing, and fails where nothing may change.
  const bool writable = static_cast<bool>(program_byte(0, at(0)));
  read_array();
  return writable ? Kind::writable : Kind::write_protected;
}

void Chip::read(u64 offset, std::span<u8> into) {
  read_array();
  u64 i = 0;
  for (; i + 8 <= into.size(); i += 8) {
    const u64 value = cc::mmio_read64(Gpa(base_ + offset + i));
    __builtin_memcpy(into.data() + i, &value, sizeof value);
  }
  for (; i < into.size(); ++i) into[i] = cc::mmio_read8(Gpa(base_ + offset + i));
}

bool Chip::erased(u64 offset, u64 bytes) {
  read_array();
  u64 i = 0;
  for (; i + 8 <= bytes; i += 8)
    if (cc::mmio_read64(Gpa(base_ + offset + i)) != ~0ull) return false;
  for (; i < bytes; ++i)
    if (cc::mmio_read8(Gpa(base_ + offset + i)) != 0xff) return false;
  return true;
}

// Every command leaves the chip showing its status.
Result<> Chip::wait() {
  for (unsigned i = 0; i < patience; ++i) {
    const u8 now = cc::mmio_read8(Gpa(base_));
    if (!(now & status::ready)) continue;
    if (!(now & status::failed)) return {};
    command(0, command_code::clear_status);
    return Error::device_error;
  }
  return Error::timeout;
}

Result<> Chip::erase(u64 block) {
  command(block, command_code::erase);
  command(block, command_code::confirm);
  return wait();
}

Result<> Chip::program_byte(u64 offset, u8 value) {
  command(offset, command_code::program);
  command(offset, value);
  return wait();
}

// Within one buffer, and whole words of it. A buffer of one word is refused by newer QEMUs.
Result<> Chip::program_words(u64 offset, std::span<const u8> data) {
  const u64 words = data.size() / 4;
  if (words == 1) {
    command(offset, command_code::program);
    cc::mmio_write32(Gpa(base_ + offset), word_at(data.data()));
    return wait();
  }
  command(offset, command_code::write_buffer);
  command(offset, static_cast<u8>(words - 1));
  for (u64 i = 0; i < words; ++i) cc::mmio_write32(Gpa(base_ + offset + 4 * i), word_at(data.data() + 4 * i));
  command(offset, command_code::confirm);
  return wait();
}

Result<> Chip::program_run(u64 offset, std::span<const u8> data) {
  while (!data.empty() && offset % 4 != 0) {
    TRY(program_byte(offset++, data[0]));
    data = data.subspan(1);
  }
  const u64 whole = data.size() & ~3ull;
  if (whole) TRY(program_words(offset, data.first(whole)));
  for (u64 i = whole; i < data.size(); ++i) TRY(program_byte(offset + i, data[i]));
  return {};
}

Result<> Chip::program(u64 offset, std::span<const u8> data) {
  while (!data.empty()) {
    const u64 room = buffer_bytes - offset % buffer_bytes;
    const u64 now = data.size() < room ? data.size() : room;
    TRY(program_run(offset, data.first(now)));
    offset += now;
    data = data.subspan(now);
  }
  return {};
}

}  // namespace flash
