// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/scsi.hpp"

#include <algorithm>

#include "lib/log/log.hpp"

namespace virtio {
namespace {

// [virtio §5.6.4]
namespace config {
constexpr u32 max_sectors = 8, max_target = 30;
}
constexpr u16 request_queue = 2;
constexpr u32 sector_bytes = 512;
constexpr u64 most_data = 16_MiB;
constexpr u16 most_targets = 255;  // what the address of a unit can say

// [virtio §5.6.6.1], with the sizes of CDB and sense data that a device has until it is told others.
struct [[gnu::packed]] Request {
  u8 lun[8];
  u64 tag;
  u8 task_attribute, priority, reference;
  u8 cdb[32];
};
struct [[gnu::packed]] Response {
  u32 sense_bytes;
  u32 residual;
  u16 qualifier;
  u8 status;
  u8 response;
  u8 sense[96];
};
static_assert(sizeof(Request) == 51 && sizeof(Response) == 108);
constexpr u64 slot_bytes = 192, response_offset = 64;
constexpr unsigned slots = page_bytes / slot_bytes;
constexpr u64 response_code = offsetof(Response, response);
constexpr u8 response_ok = 0, response_bad_target = 3, response_busy = 5, response_none = 0xff;

template <class T>
std::span<const u8> bytes_of(const T& value) {
  return {reinterpret_cast<const u8*>(&value), sizeof value};
}

}  // namespace

Result<> ScsiHost::start(const pci::Device& device, const mem::PageSource& pages, Patiences patience) {
  device_ = &device;
  pages_ = &pages;
  patience_ = patience;
  TRY(control_.allocate(pages, 1));
  return set_up();
}

Result<> ScsiHost::set_up() {
  TRY(transport_.open(*device_, patience_.set_up));
  (void)TRY(transport_.negotiate(0));
  queue_.release();
  TRY(transport_.add_queue(request_queue, queue_, *pages_));
  TRY(read_limits());
  TRY(transport_.start());
  dead_ = false;
  return {};
}

Result<> ScsiHost::read_limits() {
  constexpr u16 pieces = 3;  // request, response, data
  if (queue_.most_pieces() < pieces) return Error::unsupported;
  const u64 sectors = TRY(transport_.read_config<u32>(config::max_sectors));
  const u64 most = std::min(most_data, sectors * sector_bytes) & ~(page_bytes - 1);
  if (most == 0) return Error::unsupported;
  last_target_ = std::min(TRY(transport_.read_config<u16>(config::max_target)), most_targets);
  window_.init(*pages_, Gpa(1ull << 52), 1, most);
  most_bytes_ = window_.sure();
  return {};
}

void ScsiHost::quiet() {
  dead_ = true;
  if (auto done = transport_.reset(); !done) log::error("virtio-scsi does not stop: ", done.error());
}

void ScsiHost::stop() {
  quiet();
  queue_.release();
  window_.release();
  control_.release();
}

Result<> ScsiHost::reset() {
  dead_ = true;
  const auto done = set_up();
  if (done) return {};
  log::error("virtio-scsi: it does not come back: ", done.error());
  quiet();
  return Error::device_error;
}

void ScsiHost::write_request(unsigned slot, u8 target, u16 lun, const scsi::Cdb& cdb) {
  Request request{};
  const u8 address[] = {1, target, static_cast<u8>(0x40 | lun >> 8), static_cast<u8>(lun)};
  std::copy_n(address, sizeof address, request.lun);
  std::copy_n(cdb.bytes, sizeof cdb.bytes, request.cdb);
  Response response{};
  response.response = response_none;
  control_.copy_in(slot * slot_bytes, bytes_of(request));
  control_.copy_in(slot * slot_bytes + response_offset, bytes_of(response));
}

Queue::Piece ScsiHost::request_piece(unsigned slot) const { return {control_.address(slot * slot_bytes), sizeof(Request), false}; }
Queue::Piece ScsiHost::response_piece(unsigned slot) const {
  return {control_.address(slot * slot_bytes + response_offset), sizeof(Response), true};
}

Result<> ScsiHost::lost(const char* what, Error why) {
  log::error("virtio-scsi: no answer to ", what, " (", why, "), the device is reset");
  (void)!reset();
  return Error::device_error;
}

// The bytes of data that the device was offered.
Result<u64> ScsiHost::move(u8 target, u16 lun, const scsi::Command& command) {
  write_request(0, target, lun, command.cdb);
  mem::DmaWindow::Piece data{};
  if (!command.out.empty()) data = TRY(window_.offer(command.out, 1));
  if (!command.in.empty()) data = TRY(window_.expect(command.in, 1));
  if (data.bytes != command.out.size() + command.in.size()) return Error::bad_buffer_size;
  Queue::Piece chain[3];
  usize count = 0;
  chain[count++] = request_piece(0);
  if (!command.out.empty()) chain[count++] = {data.address, static_cast<u32>(data.bytes), false};
  chain[count++] = response_piece(0);
  if (!command.in.empty()) chain[count++] = {data.address, static_cast<u32>(data.bytes), true};
  (void)TRY(queue_.submit({chain, count}));
  transport_.notify(queue_);
  if (auto done = queue_.wait(patience_.request); !done) TRY(lost("a command", done.error()));
  if (!command.in.empty()) window_.collect(data, command.in);
  return data.bytes;
}

Result<> ScsiHost::ask(unsigned first, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    write_request(i, static_cast<u8>(first + i), 0, scsi::test_unit_ready());
    const Queue::Piece chain[] = {request_piece(i), response_piece(i)};
    (void)TRY(queue_.submit(chain));
  }
  transport_.notify(queue_);
  for (unsigned i = 0; i < count; ++i)
    if (auto done = queue_.wait(patience_.request); !done) return lost("who is there", done.error());
  return {};
}

Result<ScsiHost::Targets> ScsiHost::find_targets() {
  if (dead_) return Error::device_error;
  Targets found;
  const unsigned at_once = std::min<unsigned>(slots, queue_.most_pieces() / 2), all = last_target_ + 1u;
  for (unsigned first = 0; first < all; first += at_once) {
    const unsigned count = std::min(at_once, all - first);
    TRY(ask(first, count));
    for (unsigned i = 0; i < count; ++i)
      if (control_.read<u8>(i * slot_bytes + response_offset + response_code) != response_bad_target)
        found.bits[(first + i) / 64] |= 1ull << (first + i) % 64;
  }
  return found;
}

Result<scsi::Answer> ScsiHost::answer(u64 offered) const {
  u8 raw[sizeof(Response)];
  control_.copy_out(response_offset, raw);
  Response r;
  __builtin_memcpy(&r, raw, sizeof r);
  switch (r.response) {
    case response_ok:
      break;
    case response_busy:
      return scsi::Answer{scsi::status::busy, {}, 0};
    case response_bad_target:
      return Error::no_response;
    default:
      return Error::device_error;
  }
  const usize sense_bytes = std::min<usize>(r.sense_bytes, sizeof r.sense);
  return scsi::Answer{r.status, scsi::parse_sense({r.sense, sense_bytes}), offered - std::min<u64>(r.residual, offered)};
}

Result<scsi::Answer> ScsiHost::execute(u8 target, u16 lun, const scsi::Command& command) {
  if (dead_) return Error::device_error;
  if (!command.in.empty() && !command.out.empty()) return Error::invalid_parameter;
  const u64 offered = TRY(move(target, lun, command));
  return answer(offered);
}

}  // namespace virtio
