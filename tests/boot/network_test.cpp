// SPDX-License-Identifier: BSD-2-Clause-Patent
// Network cards: the guest talks through SimpleNetwork with QEMU's user network.
#include <gtest/gtest.h>

#include <sstream>

#include "qemu.hpp"

namespace boot {
namespace {

struct Card {
  const char* name;
  const char* machine;
  std::vector<std::string> devices;  // the last one gets the network
  std::string report;
};
void PrintTo(const Card& card, std::ostream* out) { *out << card.name; }

const std::string address = "/MAC(525400123456,0x1)", modern = ",disable-legacy=on,disable-modern=off", legacy = ",disable-legacy=off,disable-modern=on";
const std::string root_port = "pcie-root-port,id=rp,bus=pcie.0,chassis=1,slot=1,addr=5";

// The payload's lines, none of which may be a FAIL.
std::vector<std::string> run_network(const std::string& name, const Card& card) {
  Machine machine;
  machine.type = card.machine;
  machine.memory_mib = 256;
  machine.kernel = "build/payloads/network.efi";
  machine.extra = {"-netdev", "user,id=n"};
  machine.extra.insert(machine.extra.end(), card.devices.begin(), card.devices.end());
  machine.extra.back() += ",netdev=n";
  Qemu qemu(name, machine);
  EXPECT_TRUE(qemu.expect("NETWORK done", Seconds{180})) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(Seconds{20}), 0) << qemu.tail();
  std::vector<std::string> lines;
  std::istringstream transcript(qemu.transcript());
  for (std::string line; std::getline(transcript, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

class NetworkCards : public testing::TestWithParam<Card> {};

TEST_P(NetworkCards, TalksByArpAndDhcp) {
  const Card& card = GetParam();
  unsigned passed = 0;
  bool reported = false;
  for (const std::string& line : run_network(std::string("network_") + card.name, card)) {
    if (line.starts_with("FAIL ")) ADD_FAILURE() << line;
    passed += line.starts_with("PASS ");
    reported |= line == "CARD " + card.report;
  }
  EXPECT_GT(passed, 40u);
  EXPECT_TRUE(reported);
}

// What cannot be right is refused in one line, and nobody waits for it.
TEST(NetworkCardThatLies, IsRefusedInOneLine) {
  for (const char* nonsense : {"virtio-net-pci,mac=53:54:00:12:34:56", "virtio-net-pci,host_mtu=67", "e1000,mac=53:54:00:12:34:56"}) {
    unsigned refusals = 0;
    const Card card{"refused", "q35", {"-device", nonsense}, ""};
    for (const std::string& line : run_network("network_refused", card)) {
      EXPECT_FALSE(line.starts_with("CARD ")) << line;
      refusals += line.contains(": the card cannot be used: protocol error");
    }
    // The payload looks for cards once and connects them twice.
    EXPECT_EQ(refusals, 3u) << nonsense;
  }
}

INSTANTIATE_TEST_SUITE_P(Quick, NetworkCards, testing::ValuesIn(std::vector<Card>{
    {"modern", "q35", {"-device", "virtio-net-pci,addr=4" + modern}, "PciRoot(0x0)/Pci(0x4,0x0)" + address + " packet=1500"},
    {"modern_pc", "pc", {"-device", "virtio-net-pci,addr=4" + modern}, "PciRoot(0x0)/Pci(0x4,0x0)" + address + " packet=1500"},
    {"legacy", "q35", {"-device", "virtio-net-pci,addr=4" + legacy}, "PciRoot(0x0)/Pci(0x4,0x0)" + address + " packet=1500"},
    {"legacy_pc", "pc", {"-device", "virtio-net-pci,addr=4,rx_queue_size=1024" + legacy}, "PciRoot(0x0)/Pci(0x4,0x0)" + address + " packet=1500"},
    {"root_port", "q35", {"-device", root_port, "-device", "virtio-net-pci,bus=rp,host_mtu=1280"},
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x0,0x0)" + address + " packet=1280"},
    {"e1000_pc", "pc", {"-device", "e1000,addr=4"}, "PciRoot(0x0)/Pci(0x4,0x0)" + address + " packet=1500"},
    {"e1000_bridge", "pc", {"-device", "pci-bridge,id=bridge,chassis_nr=2,bus=pci.0,addr=5", "-device", "e1000-82545em,bus=bridge,addr=3"},
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x3,0x0)" + address + " packet=1500"},
    {"e1000e", "q35", {"-device", root_port, "-device", "e1000e,bus=rp"}, "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x0,0x0)" + address + " packet=1500"},
}), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
