// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ata/packet_unit.hpp"

namespace ata {

Result<u64> PacketUnit::send(const scsi::Command& command) {
  u8 packet[packet_bytes] = {};
  if (command.cdb.length > sizeof packet) return Error::unsupported;
  __builtin_memcpy(packet, command.cdb.bytes, command.cdb.length);
  const u64 wanted = command.out.empty() ? command.in.size() : command.out.size();
  const u64 moved = TRY(command.out.empty() ? port_->packet_in(packet, command.in) : port_->packet_out(packet, command.out));
  return moved < wanted ? moved : wanted;
}

// Why a packet failed is asked for with another.
Result<scsi::Answer> PacketUnit::execute(const scsi::Command& command) {
  scsi::Answer answer;
  const auto moved = send(command);
  if (moved) {
    answer.moved = *Result<u64>(moved);
    return answer;
  }
  if (moved.error() != Error::device_error) return moved.error();
  u8 sense[18] = {};
  const u64 got = TRY(send({scsi::request_sense(sizeof sense), sense, {}}));
  answer.status = scsi::status::check_condition;
  answer.sense = scsi::parse_sense(std::span<const u8>(sense).first(got));
  return answer;
}

}  // namespace ata
