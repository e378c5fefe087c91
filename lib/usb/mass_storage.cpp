// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/mass_storage.hpp"

#include "lib/log/log.hpp"

namespace usb {
namespace {

constexpr u8 request_reset = 0xff, request_max_unit = 0xfe, from_interface = 0xa1;
constexpr u8 most_units = 16;

// Command block wrapper and command status wrapper [bot §5.1, §5.2].
struct [[gnu::packed]] CommandWrapper {
  static constexpr u32 good_signature = 0x4342'5355;
  u32 signature, tag, data_bytes;
  u8 flags, unit, command_length;
  u8 command[16];
};
struct [[gnu::packed]] StatusWrapper {
  static constexpr u32 good_signature = 0x5342'5355;
  static constexpr u8 passed = 0, failed = 1;
  u32 signature, tag, residue;
  u8 status;
};
static_assert(sizeof(CommandWrapper) == 31 && sizeof(StatusWrapper) == 13);

template <class T>
std::span<u8> bytes_of(T& object) {
  return {reinterpret_cast<u8*>(&object), sizeof object};
}

}  // namespace

bool BulkOnly::supports(const Interface& i) {
  return i.class_code == class_code::mass_storage && i.subclass == subclass_scsi && i.protocol == protocol_bulk_only &&
         i.find(Transfer::bulk, true) && i.find(Transfer::bulk, false);
}

void BulkOnly::init(Device& device, const Interface& interface) {
  device_ = &device;
  interface_ = interface.number;
  in_ = interface.find(Transfer::bulk, true)->address;
  out_ = interface.find(Transfer::bulk, false)->address;
}

// A device with one unit may refuse the question [bot §3.2].
u8 BulkOnly::unit_count() {
  u8 highest = 0;
  const auto got = device_->control({from_interface, request_max_unit, 0, interface_, 1}, {&highest, 1});
  return got && highest < most_units ? static_cast<u8>(highest + 1) : 1;
}

Result<> BulkOnly::unstall(u8 endpoint) {
  TRY(device_->restart(endpoint));
  return clear_halt(*device_, endpoint);
}

Result<> BulkOnly::recover() {
  (void)TRY(device_->control({class_request, request_reset, 0, interface_, 0}, {}));
  TRY(unstall(in_));
  return unstall(out_);
}

Result<> BulkOnly::reset() {
  const auto back = recover();
  if (!back && !gone_) log::error("usb: a disk answers no more, not even to a reset (", back.error(), ")");
  gone_ = !back;
  return back;
}

// A device that has less data than was asked for may stall the endpoint [bot §6.7.2].
Result<u64> BulkOnly::move_data(const scsi::Command& command) {
  if (!command.in.empty()) {
    const auto moved = device_->bulk_in(in_, command.in);
    if (moved || moved.error() != Error::device_error) return moved;
    TRY(unstall(in_));
  } else if (!command.out.empty()) {
    const auto sent = device_->bulk_out(out_, command.out);
    if (sent) return command.out.size();
    if (sent.error() != Error::device_error) return sent.error();
    TRY(unstall(out_));
  }
  return u64{0};
}

Result<BulkOnly::Verdict> BulkOnly::read_status(u32 tag, u64 asked, u64& moved) {
  StatusWrapper status{};
  auto got = device_->bulk_in(in_, bytes_of(status));
  if (!got && got.error() == Error::device_error) {
    TRY(unstall(in_));
    got = device_->bulk_in(in_, bytes_of(status));
  }
  if (!got) return got.error();
  if (*got != sizeof status || status.signature != StatusWrapper::good_signature || status.tag != tag || status.residue > asked)
    return Error::protocol_error;
  if (moved > asked - status.residue) moved = asked - status.residue;
  switch (status.status) {
    case StatusWrapper::passed: return Verdict::passed;
    case StatusWrapper::failed: return Verdict::failed;
    default: return Error::protocol_error;
  }
}

Result<BulkOnly::Verdict> BulkOnly::run(u8 unit, const scsi::Command& command, u64& moved) {
  const u64 bytes = command.in.empty() ? command.out.size() : command.in.size();
  CommandWrapper wrapper{CommandWrapper::good_signature, next_tag_++, static_cast<u32>(bytes),
                         command.in.empty() ? u8{0} : direction_in, unit, command.cdb.length, {}};
  __builtin_memcpy(wrapper.command, command.cdb.bytes, sizeof wrapper.command);
  TRY(device_->bulk_out(out_, bytes_of(wrapper)));
  moved = TRY(move_data(command));
  return read_status(wrapper.tag, bytes, moved);
}

Result<scsi::Answer> BulkOnly::execute(u8 unit, const scsi::Command& command) {
  if (gone_) return Error::device_error;
  scsi::Answer answer;
  auto verdict = run(unit, command, answer.moved);
  if (verdict && *verdict == Verdict::failed) {
    u8 sense[18] = {};
    u64 got = 0;
    answer.status = scsi::status::check_condition;
    verdict = run(unit, {scsi::request_sense(sizeof sense), sense, {}}, got);
    if (verdict) answer.sense = scsi::parse_sense(std::span<const u8>(sense).first(got));
  }
  if (verdict) return answer;
  if (!reset()) return Error::device_error;
  log::warning("usb: a disk was reset after a command that went wrong (", verdict.error(), ")");
  return verdict.error();
}

}  // namespace usb
