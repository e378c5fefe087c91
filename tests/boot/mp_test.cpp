// SPDX-License-Identifier: BSD-2-Clause-Patent
// Application processors: payloads/mp.cpp asks the firmware's protocol, Linux starts them anew.
#include "linux_guest.hpp"

#include <gtest/gtest.h>

namespace boot {
namespace {

struct Processors {
  const char* name;
  const char* machine;
  const char* smp;
  unsigned count;  // at boot
  std::vector<std::string> extra = {};

  // More processors than the host's own run better one after the other.
  const char* accel() const { return count > 32 ? "tcg,thread=single" : "tcg"; }
};

// APIC ids above 255 want an x2APIC, which Debian 13's QEMU has (tests/deps.sh trixie-qemu), and an IOMMU that remaps interrupts.
constexpr const char* x2apic_machine = "q35,kernel-irqchip=split";
void give_x2apic(Machine& machine, const Processors& p) {
  if (p.machine != x2apic_machine) return;
  machine.qemu = "build/qemu-trixie/qemu";
  machine.cpu_model = "max";
  machine.memory_mib = 1024;
  machine.extra.insert(machine.extra.end(), {"-device", "intel-iommu,intremap=on,eim=on"});
}

void PrintTo(const Processors& p, std::ostream* out) { *out << p.name; }
std::string name_of_case(const testing::TestParamInfo<Processors>& info) { return info.param.name; }


class MpServices : public testing::TestWithParam<Processors> {};

TEST_P(MpServices, FollowsTheSpecification) {
  const Processors& p = GetParam();
  Machine machine;
  machine.type = p.machine;
  machine.kernel = "build/payloads/mp.efi";
  machine.accel = p.accel();
  machine.extra = {"-smp", p.smp};
  machine.extra.insert(machine.extra.end(), p.extra.begin(), p.extra.end());
  give_x2apic(machine, p);
  Qemu qemu(std::string("mp_") + p.name, machine);
  const auto totals = qemu.expect_match("MP processors [0-9]+: [0-9]+ passed, [0-9]+ failed", Seconds{120});
  ASSERT_TRUE(totals.has_value()) << qemu.tail();
  EXPECT_TRUE(totals->starts_with("MP processors " + std::to_string(p.count) + ":")) << *totals;
  EXPECT_TRUE(totals->ends_with(" 0 failed")) << qemu.tail();
  EXPECT_EQ(qemu.transcript().find("MP switched") != std::string::npos, p.count > 1);
  EXPECT_TRUE(complaints(qemu.transcript()).empty()) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(Seconds{20}), 0) << qemu.tail();
}

const Processors quick[] = {
    {"q35_1", "q35", "1", 1},
    {"pc_2", "pc", "2", 2},
    {"q35_4", "q35", "4", 4},
    {"pc_8", "pc", "8", 8},
    {"q35_16", "q35", "16", 16},
    {"q35_4_of_16", "q35", "4,maxcpus=16", 4},
    {"pc_sparse_ids", "pc", "15,sockets=3,cores=5,threads=1", 15},
    {"q35_threads", "q35", "12,sockets=2,cores=3,threads=2", 12},
    {"q35_dies", "q35", "12,sockets=1,dies=2,cores=3,threads=2", 12},
};
// Two processors of a machine with room for 300, and two more with its ids 280 and 299.
const std::vector<std::string> far_processors = {"-device", "max-x86_64-cpu,socket-id=280,core-id=0,thread-id=0",
                                                 "-device", "max-x86_64-cpu,socket-id=299,core-id=0,thread-id=0"};
constexpr const char* room_for_300 = "2,maxcpus=300,sockets=300,cores=1,threads=1";
const Processors many[] = {
    {"q35_64", "q35", "64", 64},
    {"pc_64", "pc", "64", 64},
    {"x2apic_ids_above_255", x2apic_machine, room_for_300, 4, far_processors},
    {"x2apic_300", x2apic_machine, "300", 300},
};
INSTANTIATE_TEST_SUITE_P(Quick, MpServices, testing::ValuesIn(quick), name_of_case);
INSTANTIATE_TEST_SUITE_P(Full, MpServices, testing::ValuesIn(many), name_of_case);

class LinuxProcessors : public testing::TestWithParam<Processors> {};

TEST_P(LinuxProcessors, AreAllOnline) {
  const Processors& p = GetParam();
  Machine machine = linux_machine({p.machine, 512, 1, ""}, "full");
  machine.accel = p.accel();
  machine.extra.insert(machine.extra.end(), {"-smp", p.smp});
  machine.extra.insert(machine.extra.end(), p.extra.begin(), p.extra.end());
  give_x2apic(machine, p);
  Qemu qemu(std::string("linux_mp_") + p.name, machine);
  ASSERT_EQ(qemu.expect_match("ASHLAR finished|Kernel panic", Seconds{600}), "ASHLAR finished") << qemu.tail();
  const GuestReport report(qemu.transcript());
  EXPECT_EQ(report.number("nproc"), p.count);
  expect_no_complaints(report);
  EXPECT_TRUE(complaints(qemu.transcript()).empty()) << qemu.tail();
}

const Processors linux_quick[] = {
    {"pc_8", "pc", "8", 8},
    {"q35_4_of_16", "q35", "4,maxcpus=16", 4},
    {"q35_sparse_ids", "q35", "15,sockets=3,cores=5,threads=1", 15},
};
const Processors linux_many[] = {
    {"q35_2", "q35", "2", 2},
    {"q35_8", "q35", "8", 8},
    {"q35_16", "q35", "16", 16},
    {"pc_2", "pc", "2", 2},
    {"pc_16", "pc", "16", 16},
    {"x2apic_ids_above_255", x2apic_machine, room_for_300, 4, far_processors},
    {"pc_sparse_ids", "pc", "15,sockets=3,cores=5,threads=1", 15},
    {"q35_64", "q35", "64", 64},
    {"pc_64", "pc", "64", 64},
};
INSTANTIATE_TEST_SUITE_P(Quick, LinuxProcessors, testing::ValuesIn(linux_quick), name_of_case);
INSTANTIATE_TEST_SUITE_P(Full, LinuxProcessors, testing::ValuesIn(linux_many), name_of_case);

}  // namespace
}  // namespace boot
