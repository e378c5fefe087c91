// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/gpu_device.hpp"

#include <gtest/gtest.h>

#include "tests/unit/virtio/fake_disks.hpp"

namespace {

using namespace virtio_test;
namespace gpu = virtio::gpu;
using gpu::Command;

// A GPU that shows what it was told to. Fields may be changed to lie.
class FakeGpu : public ChainDevice {
 public:
  FakeGpu() {
    function->put<u16>(2, 0x1050);
    pci.device = 0x1050;
    offered = 1ull << 32 | gpu::feature_edid;
    set<u32>(8, 1);
  }
  std::vector<Command> orders;
  Command refused{};
  u32 wrong_type = 0, written = 0;  // zero: what is right
  u32 edid_bytes = 128;
  u64 backing = 0, backing_bytes = 0;
  graphics::Resolution size;
  u32 scanout_resource = 0;

 protected:
  u32 work(std::vector<Piece>& chain) override {
    EXPECT_EQ(chain.size(), 2u);
    const auto command = as<gpu::Header>(chain[0]).type;
    orders.push_back(command);
    u32 type = gpu::ok, bytes = sizeof(gpu::Header);
    std::memset(chain[1].at, 0, chain[1].bytes);
    if (command == refused)
      type = 0x1200;
    else if (command == Command::get_edid) {
      type = gpu::ok_edid;
      bytes = gpu::edid_answer_bytes;
      std::memcpy(chain[1].at + gpu::edid_size_offset, &edid_bytes, 4);
      std::memset(chain[1].at + gpu::edid_data_offset, 0xed, std::min<u32>(edid_bytes, 1024));
    } else {
      obey(command, chain[0]);
    }
    if (wrong_type) type = wrong_type;
    std::memcpy(chain[1].at, &type, sizeof type);
    return written ? written : bytes;
  }

 private:
  template <class T>
  static T& as(const Piece& piece) {
    EXPECT_GE(piece.bytes, sizeof(T));
    return *reinterpret_cast<T*>(piece.at);
  }
  void obey(Command command, const Piece& piece) {
    if (command == Command::create_2d) {
      size = {as<gpu::Create2d>(piece).width, as<gpu::Create2d>(piece).height};
    }
    if (command == Command::attach_backing) backing = as<gpu::AttachBacking>(piece).address, backing_bytes = as<gpu::AttachBacking>(piece).length;
    if (command == Command::set_scanout) scanout_resource = as<gpu::SetScanout>(piece).resource;
    if (command == Command::transfer_to_host_2d) {
      const auto& t = as<gpu::TransferToHost2d>(piece);
      EXPECT_EQ(t.offset, (u64{t.area.y} * size.width + t.area.x) * 4);
      EXPECT_LE(t.area.x + t.area.width, size.width);
      EXPECT_LE(t.area.y + t.area.height, size.height);
      EXPECT_GE(backing_bytes, size.pixels() * 4);
      EXPECT_TRUE(live_pages.contains(backing)) << "what it copies from is no longer ours";
    }
  }
};

struct VirtioGpu : testing::Test {
  ~VirtioGpu() override { fakes::take_log(); }
  Error error_of(const auto& result) { return result ? Error::end_of_file : result.error(); }
  Error start() { return error_of(display.start(device.pci, pages, patience)); }
  Error show(u32 width, u32 height) { return error_of(display.show({width, height})); }
  FakeGpu device;
  virtio::Gpu display;
  u8 edid[128] = {};
};

constexpr Error fine = Error::end_of_file;

TEST_F(VirtioGpu, ShowsPictures) {
  ASSERT_EQ(start(), fine);
  ASSERT_TRUE(display.read_edid(edid));
  EXPECT_EQ(edid[127], 0xed);
  auto shown = display.show({800, 600});
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->base().raw(), device.backing);
  EXPECT_EQ(shown->bytes(), 800u * 600 * 4);
  shown->fill({0, 0, 800, 600}, 0x123456);
  EXPECT_TRUE(display.present({10, 20, 30, 40}));
  ASSERT_TRUE(display.show({1920, 1080}));
  EXPECT_EQ(device.size, (graphics::Resolution{1920, 1080}));
  EXPECT_EQ(device.scanout_resource, 1u);
  EXPECT_TRUE(display.stop());
  EXPECT_EQ(device.status, 0);
}

// Memory for a small picture is not reused for a large one.
TEST_F(VirtioGpu, ARefusalDoesNotLeaveASmallPictureBehind) {
  for (Command refused : {Command::create_2d, Command::attach_backing, Command::set_scanout, Command::transfer_to_host_2d, Command::flush}) {
    FakeGpu one;
    virtio::Gpu shown_by;
    ASSERT_TRUE(shown_by.start(one.pci, pages, patience));
    one.refused = refused;
    EXPECT_EQ(error_of(shown_by.show({640, 480})), Error::device_error);
    one.refused = {};
    auto shown = shown_by.show({1600, 1200});
    ASSERT_TRUE(shown) << static_cast<u32>(refused);
    EXPECT_GE(one.backing_bytes, shown->bytes());
    shown->fill({0, 0, 1600, 1200}, 0x123456);
    EXPECT_TRUE(shown_by.stop());
  }
}

TEST_F(VirtioGpu, ARefusalToLetGoKeepsTheMemory) {
  ASSERT_EQ(start(), fine);
  ASSERT_EQ(show(640, 480), fine);
  const u64 before = device.backing;
  for (Command refused : {Command::set_scanout, Command::unreference}) {
    device.refused = refused;
    EXPECT_EQ(show(800, 600), Error::device_error);
    EXPECT_TRUE(live_pages.contains(before));
  }
  device.refused = {};
  EXPECT_EQ(show(800, 600), fine);
  EXPECT_TRUE(display.stop());
}

TEST_F(VirtioGpu, AnswersThatAreNone) {
  ASSERT_EQ(start(), fine);
  device.wrong_type = gpu::ok_display_info;
  EXPECT_EQ(show(640, 480), Error::device_error);
  EXPECT_EQ(error_of(display.read_edid(edid)), Error::device_error);
  device.wrong_type = 0;
  device.written = 23;
  EXPECT_EQ(show(640, 480), Error::device_error);
  device.written = gpu::edid_data_offset + 127;
  EXPECT_EQ(error_of(display.read_edid(edid)), Error::device_error);
  device.written = 0;
  device.edid_bytes = 127;
  EXPECT_EQ(error_of(display.read_edid(edid)), Error::protocol_error);
  device.edid_bytes = ~0u;
  EXPECT_TRUE(display.read_edid(edid)) << "more than there is is no harm";
  EXPECT_TRUE(display.stop());
}

TEST_F(VirtioGpu, WithoutTheFeatureThereIsNoEdid) {
  device.offered = 1ull << 32;
  ASSERT_EQ(start(), fine);
  EXPECT_EQ(error_of(display.read_edid(edid)), Error::not_found);
  EXPECT_TRUE(device.orders.empty());
}

TEST_F(VirtioGpu, OneThatDoesNotAnswerIsNotAskedAgain) {
  for (auto mood : {FakeGpu::Mood::silent, FakeGpu::Mood::wrong_id}) {
    FakeGpu one;
    virtio::Gpu shown_by;
    ASSERT_TRUE(shown_by.start(one.pci, pages, patience));
    one.mood = mood;
    ticks = 0;
    EXPECT_EQ(error_of(shown_by.show({640, 480})), Error::device_error);
    EXPECT_EQ(one.status, 0) << "it was reset";
    one.mood = FakeGpu::Mood::honest;
    const auto asked = one.orders.size();
    EXPECT_EQ(error_of(shown_by.show({640, 480})), Error::device_error);
    EXPECT_EQ(error_of(shown_by.present({0, 0, 8, 8})), Error::device_error);
    EXPECT_EQ(one.orders.size(), asked);
    EXPECT_LE(ticks, 5 * patience.limit);
  }
}

TEST_F(VirtioGpu, OneThatDoesNotLetGoSaysSo) {
  ASSERT_EQ(start(), fine);
  device.lets_go = false;
  EXPECT_EQ(error_of(display.stop()), Error::timeout);
  EXPECT_EQ(show(640, 480), Error::device_error);
}

}  // namespace
