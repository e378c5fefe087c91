// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/scsi/disk.hpp"

#include <algorithm>

#include "lib/log/log.hpp"

namespace scsi {
namespace {

constexpr u8 type_disk = 0x00, type_cdrom = 0x05, type_optical = 0x07, type_simple_disk = 0x0e;
constexpr u32 cd_block_bytes = 2048;
constexpr unsigned most_attentions = 8;  // that a unit may report before it has to do something

// Additional sense codes [spc4 annex F].
constexpr u8 code_becoming_ready = 0x04, code_medium_changed = 0x28, code_no_medium = 0x3a;

}  // namespace

// What an answer comes to. not_ready: ask again, in time; aborted: ask again, a few times.
Result<> Disk::judge(const Answer& a) {
  if (a.status == status::good) return {};
  if (a.status == status::busy || a.status == status::task_set_full) return Error::not_ready;
  if (a.status != status::check_condition) return Error::device_error;
  switch (a.sense.key) {
    case Sense::recovered:
      return {};
    case Sense::not_ready:
      if (a.sense.code == code_no_medium) return Error::no_media;
      return a.sense.code == code_becoming_ready ? Error::not_ready : Error::device_error;
    case Sense::unit_attention:
      return a.sense.code == code_medium_changed && opened_ ? Error::media_changed : Error::aborted;
    case Sense::aborted:
      return Error::aborted;
    case Sense::illegal_request:
      return Error::unsupported;
    case Sense::data_protect:
      return Error::write_protected;
    default:
      log::warning("scsi: a command failed, sense ", log::hex(a.sense.key, 1), "/", log::hex(a.sense.code, 2), "/",
                   log::hex(a.sense.qualifier, 2));
      return Error::device_error;
  }
}

Result<u64> Disk::run(const Command& command) {
  const Deadline deadline(patience_);
  for (unsigned attentions = 0;;) {
    const Answer answer = TRY(unit_->execute(command));
    const auto judged = judge(answer);
    if (judged) return answer.moved;
    if (judged.error() == Error::not_ready && !deadline.passed()) continue;
    if (judged.error() == Error::aborted && ++attentions < most_attentions) continue;
    if (judged.error() != Error::not_ready && judged.error() != Error::aborted) return judged.error();
    log::warning("scsi: command ", log::hex(command.cdb.bytes[0], 2), " is given up, the unit ",
                 judged.error() == Error::aborted ? "aborts it each time" : "does not become ready");
    return Error::device_error;
  }
}

Result<> Disk::identify() {
  u8 data[36] = {};
  if (TRY(run({inquiry(sizeof data), data, {}})) < 5) return Error::protocol_error;
  const u8 qualifier = data[0] >> 5, type = data[0] & 0x1f;
  if (qualifier != 0) return Error::not_found;
  cdrom_ = type == type_cdrom;
  geometry_.removable = (data[1] & 0x80) != 0;
  const bool disk = type == type_disk || type == type_optical || type == type_simple_disk;
  return disk || cdrom_ ? Result<>() : Error::unsupported;
}

Result<> Disk::read_capacity() {
  u8 data[32] = {};
  if (TRY(run({scsi::read_capacity_10(), {data, 8}, {}})) < 8) return Error::protocol_error;
  u64 last = get_be(data, 4), block = get_be(data + 4, 4);
  if (last == 0xffff'ffff) {
    if (TRY(run({read_capacity_16(sizeof data), data, {}})) < 12) return Error::protocol_error;
    last = get_be(data, 8);
    block = get_be(data + 8, 4);
  }
  // Some drives tell the size of a raw sector, or none.
  if (cdrom_ && !block::usable_block_bytes(block)) block = cd_block_bytes;
  if (!block::usable_block_bytes(block) || last == ~0ull) {
    log::warning("scsi: a medium with blocks of ", block, " bytes: not for us");
    return Error::unsupported;
  }
  geometry_.block_bytes = static_cast<u32>(block);
  geometry_.blocks = last + 1;
  return {};
}

Result<bool> Disk::write_protected() {
  constexpr u8 room = 192;  // what everybody asks for: some devices answer nothing else
  u8 data[room] = {};
  const u64 moved = TRY(run({mode_sense(room), data, {}}));
  return moved >= 3 && (data[2] & 0x80) != 0;
}

Result<> Disk::find_medium() {
  const auto ready = run({test_unit_ready(), {}, {}});
  if (!ready && ready.error() != Error::no_media) return ready.error();
  geometry_.blocks = 0;
  if (cdrom_) geometry_.block_bytes = cd_block_bytes;
  geometry_.read_only = cdrom_;
  if (!ready) return {};
  TRY(read_capacity());
  if (cdrom_) return {};
  const auto protection = write_protected();
  geometry_.read_only = protection.value_or(false);
  return {};
}

Result<> Disk::open(LogicalUnit& unit, Patience patience) {
  unit_ = &unit;
  patience_ = patience;
  opened_ = false;
  geometry_ = {};
  TRY(identify());
  TRY(find_medium());
  opened_ = true;
  return {};
}

// Medium gone, or another one: geometry() is the new one's when the caller hears of it.
Result<> Disk::lose_medium(Error why) {
  if (why != Error::media_changed && why != Error::no_media) return why;
  geometry_.blocks = 0;
  opened_ = false;  // attentions that follow are about the same change
  const auto found = why == Error::media_changed ? find_medium() : Result<>();
  opened_ = true;
  if (!found) return found;
  return geometry_.blocks ? Error::media_changed : Error::no_media;
}

Result<> Disk::look() {
  if (!geometry_.removable) return {};
  const auto ready = run({test_unit_ready(), {}, {}});
  if (!ready) return lose_medium(ready.error());
  return geometry_.blocks ? Result<>() : lose_medium(Error::media_changed);
}

// The unit knows the command: it is the blocks that it does not have.
Result<> Disk::refused(u64 lba, Error why) {
  if (why != Error::unsupported) return lose_medium(why);
  log::warning("scsi: the unit does not have block ", lba, ", or what follows it");
  return Error::device_error;
}

u64 Disk::chunk(u64 bytes) const {
  const u64 most = std::min<u64>(unit_->most_bytes(), u64{0xffff} * geometry_.block_bytes);
  return std::min(bytes, most & ~u64{geometry_.block_bytes - 1});
}

Result<> Disk::read(u64 lba, std::span<u8> into) {
  TRY(block::check_range(geometry_, lba, into.size()));
  while (!into.empty()) {
    const auto piece = into.first(chunk(into.size()));
    const u32 blocks = static_cast<u32>(piece.size() / geometry_.block_bytes);
    auto moved = run({transfer(false, lba, blocks), piece, {}});
    if (!moved) return refused(lba, moved.error());
    if (*moved != piece.size()) return Error::device_error;
    into = into.subspan(piece.size());
    lba += blocks;
  }
  return {};
}

Result<> Disk::write(u64 lba, std::span<const u8> from) {
  TRY(block::check_range(geometry_, lba, from.size()));
  if (geometry_.read_only) return Error::write_protected;
  while (!from.empty()) {
    const auto piece = from.first(chunk(from.size()));
    const u32 blocks = static_cast<u32>(piece.size() / geometry_.block_bytes);
    auto moved = run({transfer(true, lba, blocks), {}, piece});
    if (!moved) return refused(lba, moved.error());
    if (*moved != piece.size()) return Error::device_error;
    from = from.subspan(piece.size());
    lba += blocks;
  }
  return {};
}

Result<> Disk::flush() {
  if (geometry_.read_only || geometry_.blocks == 0) return {};
  const auto done = run({synchronize_cache(), {}, {}});
  // Who has no cache does not know the command.
  return done || done.error() == Error::unsupported ? Result<>() : Result<>(done.error());
}

Result<> Disk::reset() {
  TRY(unit_->reset());
  const auto ready = run({test_unit_ready(), {}, {}});
  return ready ? Result<>() : lose_medium(ready.error());
}

}  // namespace scsi
