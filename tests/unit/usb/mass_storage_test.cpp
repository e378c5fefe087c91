// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/mass_storage.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace {

using namespace base;

// A bulk-only device with one disk of 512-byte blocks. Fields may be changed to lie.
class FakeStick : public usb::Device {
 public:
  enum class Phase { command, data, status };
  u32 tag_error = 0, signature_error = 0, residue = 0;
  u8 status = 0;
  bool stall_data = false, stall_status = false, silent = false, stall_command = false, unplugged = false;
  unsigned waits = 0;  // for an answer that does not come
  u64 short_by = 0;
  u8 highest_unit = 0;
  unsigned resets = 0, halts_cleared = 0, senses = 0;
  std::vector<u8> last_command, written;
  u8 last_unit = 0xff;

  usb::Speed speed() const override { return usb::Speed::high; }
  Result<u64> control(const usb::Setup& s, std::span<u8> data) override {
    if (s.request == 0xfe) return highest_unit == 0xff ? Result<u64>(Error::device_error) : (data[0] = highest_unit, Result<u64>(u64{1}));
    if (unplugged) return ++waits, Error::timeout;
    if (s.request == 0xff) ++resets, phase_ = Phase::command, signature_error = tag_error = 0, stall_command = false;
    if (s.request == 1) ++halts_cleared;
    return u64{0};
  }
  Result<> open_endpoints(std::span<const usb::Endpoint>) override { return {}; }
  Result<u64> bulk_in(u8 endpoint, std::span<u8> into) override {
    EXPECT_EQ(endpoint, 0x81);
    if (silent || unplugged) return ++waits, Error::timeout;
    if (phase_ == Phase::data) {
      phase_ = Phase::status;
      if (stall_data) return Error::device_error;
      for (u64 i = 0; i < into.size(); ++i) into[i] = static_cast<u8>(i + 1);
      if (last_command[0] == 3) into[0] = 0x70, into[2] = 5, into[7] = 10, into[12] = 0x24;
      return into.size() - short_by;
    }
    if (stall_status) return stall_status = false, Error::device_error;
    const u32 words[3] = {0x5342'5355 + signature_error, tag_ + tag_error, residue};
    std::memcpy(into.data(), words, 12);
    into[12] = last_command[0] == 3 ? 0 : status;
    phase_ = Phase::command;
    return u64{13};
  }
  Result<> bulk_out(u8 endpoint, std::span<const u8> from) override {
    EXPECT_EQ(endpoint, 2);
    if (silent || unplugged) return ++waits, Error::timeout;
    if (phase_ == Phase::data) {
      written.assign(from.begin(), from.end());
      phase_ = Phase::status;
      return stall_data ? Result<>(Error::device_error) : Result<>();
    }
    if (stall_command) return Error::device_error;
    EXPECT_EQ(from.size(), 31u);
    std::memcpy(&tag_, &from[4], 4);
    u32 bytes;
    std::memcpy(&bytes, &from[8], 4);
    last_unit = from[13];
    last_command.assign(from.begin() + 15, from.begin() + 15 + from[14]);
    senses += last_command[0] == 3;
    phase_ = bytes ? Phase::data : Phase::status;
    return {};
  }
  Result<u64> poll_interrupt(u8, std::span<u8>) override { return Error::unsupported; }
  Result<> restart(u8) override { return {}; }

 private:
  Phase phase_ = Phase::command;
  u32 tag_ = 0;
};

struct UsbStorage : testing::Test {
  UsbStorage() {
    interface.class_code = 8;
    interface.subclass = 6;
    interface.protocol = 0x50;
    interface.endpoints[0] = {.address = 0x81, .transfer = usb::Transfer::bulk, .packet_bytes = 512};
    interface.endpoints[1] = {.address = 2, .transfer = usb::Transfer::bulk, .packet_bytes = 512};
    interface.endpoint_count = 2;
    transport.init(stick, interface);
  }
  scsi::Command read() { return {scsi::transfer(false, 7, 2), buffer, {}}; }
  FakeStick stick;
  usb::Interface interface;
  usb::BulkOnly transport;
  std::vector<u8> buffer = std::vector<u8>(1024);
};

TEST_F(UsbStorage, Commands) {
  EXPECT_TRUE(usb::BulkOnly::supports(interface));
  const auto answer = transport.execute(3, read()).value();
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.moved, 1024u);
  EXPECT_EQ(buffer[5], 6);
  EXPECT_EQ(stick.last_unit, 3);
  EXPECT_EQ(stick.last_command.size(), 10u);
  const std::vector<u8> data(512, 0x77);
  EXPECT_EQ(transport.execute(0, {scsi::transfer(true, 7, 1), {}, data}).value().moved, 512u);
  EXPECT_EQ(stick.written, data);
  EXPECT_TRUE(transport.execute(0, {scsi::test_unit_ready(), {}, {}}));
}

TEST_F(UsbStorage, Units) {
  EXPECT_EQ(transport.unit_count(), 1);
  stick.highest_unit = 3;
  EXPECT_EQ(transport.unit_count(), 4);
  stick.highest_unit = 16;
  EXPECT_EQ(transport.unit_count(), 1) << "more than the protocol has";
  stick.highest_unit = 0xff;
  EXPECT_EQ(transport.unit_count(), 1) << "the question is refused";
}

TEST_F(UsbStorage, InterfacesOfOtherKinds) {
  interface.protocol = 0x62;
  EXPECT_FALSE(usb::BulkOnly::supports(interface));
  interface.protocol = 0x50;
  interface.endpoint_count = 1;
  EXPECT_FALSE(usb::BulkOnly::supports(interface));
}

TEST_F(UsbStorage, AFailedCommandIsAskedWhy) {
  stick.status = 1;
  const auto answer = transport.execute(0, read()).value();
  EXPECT_EQ(answer.status, scsi::status::check_condition);
  EXPECT_EQ(answer.sense.key, scsi::Sense::illegal_request);
  EXPECT_EQ(answer.sense.code, 0x24);
  EXPECT_EQ(stick.senses, 1u);
}

TEST_F(UsbStorage, Stalls) {
  stick.stall_data = true;
  stick.residue = 1024;
  const auto answer = transport.execute(0, read()).value();
  EXPECT_EQ(answer.moved, 0u);
  EXPECT_EQ(stick.halts_cleared, 1u);
  stick.stall_data = false;
  stick.residue = 0;
  stick.stall_status = true;
  EXPECT_EQ(transport.execute(0, read()).value().moved, 1024u);
  EXPECT_EQ(stick.halts_cleared, 2u);
  EXPECT_EQ(stick.resets, 0u);
}

TEST_F(UsbStorage, ShortData) {
  stick.short_by = 24;
  EXPECT_EQ(transport.execute(0, read()).value().moved, 1000u);
  stick.residue = 512;  // and less of it counts
  EXPECT_EQ(transport.execute(0, read()).value().moved, 512u);
}

TEST_F(UsbStorage, LiesEndInAReset) {
  const auto error = [&] { return transport.execute(0, read()).error(); };
  stick.tag_error = 1;
  EXPECT_EQ(error(), Error::protocol_error);
  EXPECT_EQ(stick.resets, 1u);
  stick.signature_error = 1;
  EXPECT_EQ(error(), Error::protocol_error);
  stick.residue = 1025;
  EXPECT_EQ(error(), Error::protocol_error);
  stick.residue = 0;
  stick.status = 2;
  EXPECT_EQ(error(), Error::protocol_error) << "phase error";
  stick.status = 0;
  stick.stall_command = true;
  EXPECT_EQ(error(), Error::device_error);
  EXPECT_EQ(stick.resets, 5u);
  EXPECT_TRUE(transport.execute(0, read()));
  stick.silent = true;
  EXPECT_EQ(error(), Error::timeout);
}

TEST_F(UsbStorage, UnpluggedIsWaitedForOnce) {
  stick.unplugged = true;
  EXPECT_EQ(transport.execute(0, read()).error(), Error::device_error);
  EXPECT_EQ(stick.waits, 2u) << "the command and the reset";
  EXPECT_EQ(transport.execute(0, read()).error(), Error::device_error);
  EXPECT_EQ(stick.waits, 2u);
  EXPECT_FALSE(transport.reset());
  stick.unplugged = false;
  EXPECT_EQ(transport.execute(0, read()).error(), Error::device_error) << "nobody asked";
  EXPECT_TRUE(transport.reset());
  EXPECT_TRUE(transport.execute(0, read()));
}

}  // namespace
