// SPDX-License-Identifier: BSD-2-Clause-Patent
// Bridges, extra roots, hot-plug ports and large regions: Linux must find every region where it can leave it, and the
// devices must work there.
#include "linux_guest.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>

namespace boot {
namespace {

constexpr std::uint64_t gib = 1ull << 30;

struct Region {
  std::uint64_t start, end, flags;
  bool is_memory() const { return flags & 0x200; }
  std::uint64_t size() const { return end - start + 1; }
};
struct Function {
  std::string id, driver;
  std::map<unsigned, Region> regions;  // 0..5 BARs, 6 ROM, 13..15 a bridge's windows: I/O, memory, prefetchable
};

std::map<std::string, Function> functions(const GuestReport& report) {
  std::map<std::string, Function> all;
  for (const std::string& line : report.all("pci")) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    words >> all[name].id >> all[name].driver;
  }
  for (const std::string& line : report.all("pci_region")) {
    std::istringstream words(line);
    std::string name;
    unsigned index = 0;
    Region region{};
    words >> name >> index >> region.start >> region.end >> region.flags;
    all[name].regions[index] = region;
  }
  return all;
}

std::vector<const Function*> with_id(const std::map<std::string, Function>& all, const std::string& id) {
  std::vector<const Function*> found;
  for (const auto& [name, function] : all)
    if (function.id == id) found.push_back(&function);
  return found;
}

// An I/O window for a hot-plug port that has nothing behind it is Linux's own wish: PCI Express devices need none.
bool is_wish(const std::string& line) { return line.contains("bridge window [io "); }

struct PciMachine {
  const char* type;
  std::vector<std::string> devices;
  unsigned roots;
  const char* bridge;  // identity of the bridges
  unsigned bridges;
};

void PrintTo(const PciMachine& machine, std::ostream* out) { *out << machine.type; }

// Both have two random number generators, each behind a bridge, one of them on an extra root.
const PciMachine pci_machines[] = {
    {"q35",
     {"-device", "pxb-pcie,id=extra,bus_nr=64,bus=pcie.0", "-device", "pcie-root-port,id=far,bus=extra,chassis=1,slot=1", "-device",
      "virtio-rng-pci,bus=far", "-device", "pcie-root-port,id=near,bus=pcie.0,chassis=2,slot=2", "-device", "virtio-rng-pci,bus=near",
      "-device", "pcie-root-port,id=empty,bus=pcie.0,chassis=3,slot=3", "-object",
      "memory-backend-ram,id=shared,size=8G,reserve=off,share=on", "-device", "ivshmem-plain,memdev=shared,bus=pcie.0", "-device",
      "edu,bus=pcie.0"},
     2,
     "0x1b36:0x000c",
     3},
    {"pc",
     {"-device", "pxb,id=extra,bus_nr=64,bus=pci.0", "-device", "virtio-rng-pci,bus=extra,addr=1", "-device",
      "pci-bridge,id=near,chassis_nr=2,bus=pci.0", "-device", "virtio-rng-pci,bus=near,addr=1", "-object",
      "memory-backend-ram,id=shared,size=8G,reserve=off,share=on", "-device", "ivshmem-plain,memdev=shared,bus=pci.0", "-device",
      "edu,bus=pci.0"},
     2,
     "0x1b36:0x0001",
     2},
};

void expect_regions(const std::map<std::string, Function>& all) {
  constexpr std::uint64_t unset = 0x2000'0000;
  for (const auto& [name, function] : all)
    for (const auto& [index, region] : function.regions) {
      EXPECT_GE(region.end, region.start) << name << " region " << index;
      EXPECT_FALSE(region.flags & unset) << name << " region " << index;
      if (region.is_memory()) EXPECT_GE(region.start, 1ull << 20) << name << " region " << index;
    }
}

void expect_devices(const GuestReport& report, const PciMachine& machine) {
  const auto all = functions(report);
  expect_regions(all);
  const auto shared = with_id(all, "0x1af4:0x1110"), edu = with_id(all, "0x1234:0x11e8");
  ASSERT_EQ(shared.size(), 1u);
  ASSERT_TRUE(shared[0]->regions.contains(2));
  EXPECT_EQ(shared[0]->regions.at(2).size(), 8 * gib);
  EXPECT_GE(shared[0]->regions.at(2).start, 4 * gib);
  ASSERT_EQ(edu.size(), 1u);
  EXPECT_EQ(edu[0]->regions.at(0).size(), 1u << 20);
  const auto bridges = with_id(all, machine.bridge);
  EXPECT_EQ(bridges.size(), machine.bridges);
  // The empty hot-plug port too has room for what may come.
  for (const Function* bridge : bridges) {
    EXPECT_TRUE(bridge->regions.contains(14));
    EXPECT_TRUE(bridge->regions.contains(15));
  }
}

class PciGuest : public testing::TestWithParam<PciMachine> {};

TEST_P(PciGuest, LeavesRegionsAndUsesDevices) {
  const PciMachine& pci = GetParam();
  Machine machine = linux_machine({pci.type, 512, 2, ""}, "pci");
  machine.extra.insert(machine.extra.end(), pci.devices.begin(), pci.devices.end());
  Qemu qemu(std::string("pci_") + pci.type, machine);
  ASSERT_TRUE(qemu.expect_match("ASHLAR finished|Kernel panic", Seconds{120}) == "ASHLAR finished") << qemu.tail();

  const GuestReport report(qemu.transcript());
  for (const std::string& line : report.all("pci_complaint"))
    if (!is_wish(line)) ADD_FAILURE() << "the kernel says: " << line;
  expect_devices(report, pci);
  EXPECT_EQ(report.all("rng").size(), 2u);
  for (const std::string& line : report.all("rng")) EXPECT_TRUE(line.ends_with(" 32")) << line;
  EXPECT_EQ(report.text("edu"), "0x010000ED");
  EXPECT_EQ(report.text("shared_memory_end"), "0x41534852");
  expect_generation(report);
  expect_no_complaints(report);
  std::set<std::string> roots;
  for (const auto& [name, function] : functions(report))
    if (name.ends_with(":00.0") || name.contains(":40:")) roots.insert(name.substr(0, 7) == "0000:40" ? "extra" : "main");
  EXPECT_EQ(roots.size(), pci.roots);
}

INSTANTIATE_TEST_SUITE_P(Quick, PciGuest, testing::ValuesIn(pci_machines), [](const auto& info) { return std::string(info.param.type); });

}  // namespace
}  // namespace boot
