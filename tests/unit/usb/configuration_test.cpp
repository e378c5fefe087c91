// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/configuration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

using namespace base;
using usb::Speed, usb::Transfer;

// QEMU's usb-storage at SuperSpeed.
const std::vector<u8> storage = {
    9, 2, 44, 0, 1, 1, 0, 0xc0, 0,            //
    9, 4, 0, 0, 2, 8, 6, 0x50, 0,             //
    7, 5, 0x81, 2, 0, 4, 0, 6, 0x30, 15, 0, 0, 0,  //
    7, 5, 0x02, 2, 0, 4, 0, 6, 0x30, 15, 0, 0, 0,
};

TEST(UsbConfiguration, Storage) {
  const auto c = usb::parse_configuration(storage, Speed::super).value();
  EXPECT_EQ(c.value, 1);
  ASSERT_EQ(c.interface_count, 1u);
  const usb::Interface& i = c.interfaces[0];
  EXPECT_EQ(i.class_code, 8);
  ASSERT_EQ(i.endpoint_count, 2u);
  ASSERT_TRUE(i.find(Transfer::bulk, true));
  EXPECT_EQ(i.find(Transfer::bulk, true)->address, 0x81);
  EXPECT_EQ(i.find(Transfer::bulk, true)->packet_bytes, 1024);
  EXPECT_EQ(i.find(Transfer::bulk, false)->burst, 15);
  EXPECT_FALSE(i.find(Transfer::interrupt, true));
}

TEST(UsbConfiguration, AlternateSettingsAreLeftOut) {
  auto d = storage;
  const std::vector<u8> more = {9, 4, 0, 1, 1, 8, 6, 0x62, 0, 7, 5, 0x83, 2, 0, 4, 0, 9, 4, 1, 0, 1, 3, 1, 1, 0, 9, 0x21, 0, 0, 0, 0, 0, 0, 0, 7, 5, 0x84, 3, 8, 0, 10};
  d.insert(d.end(), more.begin(), more.end());
  const auto c = usb::parse_configuration(d, Speed::super).value();
  ASSERT_EQ(c.interface_count, 2u);
  EXPECT_EQ(c.interfaces[0].endpoint_count, 2u);
  EXPECT_EQ(c.interfaces[1].class_code, 3);
  ASSERT_EQ(c.interfaces[1].endpoint_count, 1u);
  EXPECT_EQ(c.interfaces[1].find(Transfer::interrupt, true)->interval, 10);
}

TEST(UsbConfiguration, EndpointsThatNoTransferCouldUse) {
  const auto count = [](u8 address, u8 attributes, u16 bytes, Speed speed) {
    const std::vector<u8> d = {9, 2, 25, 0, 1, 1, 0, 0, 0, 9, 4, 0, 0, 1, 8, 6, 0x50, 0, 7, 5, address, attributes, u8(bytes), u8(bytes >> 8), 0};
    return usb::parse_configuration(d, speed).value().interfaces[0].endpoint_count;
  };
  EXPECT_EQ(count(0x81, 2, 512, Speed::high), 1u);
  EXPECT_EQ(count(0x81, 2, 1024, Speed::high), 0u);
  EXPECT_EQ(count(0x81, 2, 511, Speed::high), 0u);
  EXPECT_EQ(count(0x81, 2, 4, Speed::full), 0u);
  EXPECT_EQ(count(0x81, 2, 0, Speed::high), 0u);
  EXPECT_EQ(count(0x80, 2, 512, Speed::high), 0u) << "the default endpoint";
  EXPECT_EQ(count(0xf1, 2, 512, Speed::high), 0u);
  EXPECT_EQ(count(0x81, 1, 512, Speed::high), 0u) << "isochronous";
  EXPECT_EQ(count(0x81, 3, 7, Speed::full), 1u);
}

TEST(UsbConfiguration, Malformed) {
  const auto error = [](std::vector<u8> d) {
    auto c = usb::parse_configuration(d, Speed::super);
    return c ? Error::end_of_file : c.error();
  };
  EXPECT_EQ(error({}), Error::protocol_error);
  EXPECT_EQ(error({9, 1, 9, 0, 0, 0, 0, 0, 0}), Error::protocol_error);
  EXPECT_EQ(error({8, 2, 9, 0, 0, 0, 0, 0, 0}), Error::protocol_error);
  auto d = storage;
  d[9] = 0;  // would never end
  EXPECT_EQ(error(d), Error::protocol_error);
  d[9] = 200;
  EXPECT_EQ(error(d), Error::protocol_error);
  d = storage;
  d.resize(d.size() - 1);
  EXPECT_EQ(error(d), Error::protocol_error);
  d = {200, 2, 9, 0, 1, 1, 0, 0, 0};
  EXPECT_EQ(error(d), Error::end_of_file) << "nothing behind it";
}

TEST(UsbConfiguration, MoreThanThereIsRoomFor) {
  std::vector<u8> d = {9, 2, 0, 0, 1, 1, 0, 0, 0};
  for (u8 i = 0; i < 20; ++i) {
    d.insert(d.end(), {9, 4, i, 0, 9, 8, 6, 0x50, 0});
    for (u8 e = 1; e < 9; ++e) d.insert(d.end(), {7, 5, e, 2, 0, 4, 0});
  }
  const auto c = usb::parse_configuration(d, Speed::super).value();
  EXPECT_EQ(c.interface_count, usb::Configuration::max_interfaces);
  EXPECT_EQ(c.interfaces[7].endpoint_count, usb::Interface::max_endpoints);
}

// A device that says what it likes about how long its configuration is.
class Teller : public usb::Device {
 public:
  std::vector<u8> configuration = storage;
  u64 first_bytes = 9, most_bytes = ~0ull;
  std::vector<u16> asked;

  Speed speed() const override { return Speed::super; }
  Result<u64> control(const usb::Setup& s, std::span<u8> data) override {
    EXPECT_LE(s.length, data.size());
    asked.push_back(s.length);
    const u64 bytes = std::min<u64>({s.length, configuration.size(), asked.size() == 1 ? first_bytes : most_bytes});
    std::copy_n(configuration.begin(), bytes, data.begin());
    return bytes;
  }
  Result<> open_endpoints(std::span<const usb::Endpoint>) override { return {}; }
  Result<u64> bulk_in(u8, std::span<u8>) override { return Error::unsupported; }
  Result<> bulk_out(u8, std::span<const u8>) override { return Error::unsupported; }
  Result<u64> poll_interrupt(u8, std::span<u8>) override { return Error::unsupported; }
  Result<> restart(u8) override { return {}; }
};

TEST(UsbConfiguration, TotalLengthsThatLie) {
  const auto read = [](u16 total, u64 first_bytes, u64 most_bytes) {
    Teller device;
    device.configuration[2] = static_cast<u8>(total);
    device.configuration[3] = static_cast<u8>(total >> 8);
    device.first_bytes = first_bytes;
    device.most_bytes = most_bytes;
    auto c = usb::read_configuration(device);
    for (u16 length : device.asked) EXPECT_LE(length, usb::Configuration::max_bytes);
    return c ? static_cast<int>(c->interface_count) : -1;
  };
  const u16 right = static_cast<u16>(storage.size());
  EXPECT_EQ(read(right, 9, ~0ull), 1);
  for (u16 total : {0, 8}) EXPECT_EQ(read(total, 9, ~0ull), -1) << total;
  EXPECT_EQ(read(9, 9, ~0ull), 0) << "nothing behind it";
  EXPECT_EQ(read(0xffff, 9, ~0ull), 1) << "more than it has";
  EXPECT_EQ(read(right, 8, ~0ull), -1) << "the first answer is too short";
  EXPECT_EQ(read(right, 9, 0), -1);
  EXPECT_EQ(read(right, 9, 12), -1) << "cut in the middle";
}

}  // namespace
