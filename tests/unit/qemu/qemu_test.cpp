// SPDX-License-Identifier: BSD-2-Clause-Patent
// lib/pci, lib/acpi and lib/smbios against the device models and tables of the installed QEMU.
#include <gtest/gtest.h>

#include <fstream>

#include "lib/acpi/fadt.hpp"
#include "lib/acpi/table_set.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/pci/setup.hpp"
#include "lib/smbios/smbios.hpp"
#include "tests/fakes/low_memory.hpp"
#include "tests/fakes/qtest_machine.hpp"
#include "tests/unit/pci/pci_checker.hpp"

namespace {

using namespace base;
using Arguments = std::vector<std::string>;

class Qemu : public testing::Test {
 protected:
  Qemu() {
    fakes::forget_devices();
    fakes::take_log();
  }
  ~Qemu() override {
    fakes::forget_devices();
    pci::use_ecam(Gpa());
  }
  void SetUp() override {
    if (!fakes::QtestMachine::available()) GTEST_SKIP() << "no QEMU";
  }
  // PCI first, as in the firmware: QEMU describes in its tables what it finds programmed.
  void start(Arguments arguments) {
    if (std::find(arguments.begin(), arguments.end(), "-m") == arguments.end()) arguments.insert(arguments.end(), {"-m", "512"});
    qemu = std::make_unique<fakes::QtestMachine>(arguments);
    qemu->plug();
    ASSERT_TRUE(fw_cfg_without_dma());
    fakes::counters = {};
    pci::setup(topology, machine, pool.source());
    setup_cost = fakes::counters;
    EXPECT_EQ(pci_test::check(topology), "");
    qemu->copy_files(fw);
    fw.plug();
    ASSERT_TRUE(fw_cfg::init());
    auto result = acpi::load_tables(memory.allocator());
    ASSERT_TRUE(result);
    loaded = *result;
    ASSERT_TRUE(tables.open(loaded));
    for (unsigned i = 0; i < tables.count(); ++i)
      EXPECT_EQ(acpi::byte_sum({reinterpret_cast<u8*>(tables.table(i).raw()), load_le<u32>(reinterpret_cast<u8*>(tables.table(i).raw()) + 4)}), 0);
  }
  // Only the host's wishes are needed before the copy; their files are few and small.
  bool fw_cfg_without_dma() {
    struct NoDma : fakes::PortDevice {
      explicit NoDma(fakes::QtestMachine& m) : machine(m) {}
      u32 in(u16 port, unsigned bytes) override {
        const u32 value = machine.in(port, bytes);
        return key == 1 ? value & 1 : value;
      }
      void out(u16 port, unsigned bytes, u32 value) override {
        key = value;
        machine.out(port, bytes, value);
      }
      fakes::QtestMachine& machine;
      u32 key = 0;
    };
    static std::unique_ptr<NoDma> device;
    device = std::make_unique<NoDma>(*qemu);
    fakes::attach(*device, 0x510, 0x511);
    return static_cast<bool>(fw_cfg::init());
  }
  unsigned unplaced() const {
    unsigned n = 0;
    for (const pci::Device* d = topology.first; d; d = d->next)
      for (const auto& r : d->bars) n += r.kind != pci::Resource::Kind::none && !r.placed;
    return n;
  }

  std::unique_ptr<fakes::QtestMachine> qemu;
  fakes::FwCfgDevice fw;
  fakes::LowMemory memory;
  pci_test::Pool pool;
  pci::Machine machine{Gpa(512_MiB), Gpa(512_MiB), 40};
  pci::Topology topology;
  fakes::Counters setup_cost;
  acpi::Loaded loaded;
  acpi::TableSet tables;
};

TEST_F(Qemu, Q35) {
  start({"-M", "q35", "-vga", "std", "-device", "virtio-blk-pci,drive=d", "-drive", "if=none,id=d,file=null-co://,format=raw",
         "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n", "-device", "e1000e"});
  EXPECT_EQ(topology.chipset, pci::Chipset::q35);
  EXPECT_EQ(unplaced(), 0u);
  const acpi::Fadt fadt = acpi::read_fadt(tables.find(acpi::signature("FACP")));
  EXPECT_EQ(fadt.pm1a_cnt_blk, 0x604u);
  EXPECT_EQ(fadt.pm_tmr_blk, 0x608u);
  EXPECT_EQ(fadt.reset_reg.address, 0xcf9u);
  const auto mcfg = tables.find(acpi::signature("MCFG"));
  ASSERT_EQ(mcfg.size(), 60u);
  EXPECT_EQ(load_le<u64>(&mcfg[44]), 0xb0000000u);
  EXPECT_EQ(mcfg[55], 255);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Qemu, Pc) {
  start({"-M", "pc", "-vga", "std", "-device", "virtio-blk-pci,drive=d", "-drive", "if=none,id=d,file=null-co://,format=raw", "-device", "e1000"});
  EXPECT_EQ(topology.chipset, pci::Chipset::i440fx);
  EXPECT_EQ(unplaced(), 0u);
  const acpi::Fadt fadt = acpi::read_fadt(tables.find(acpi::signature("FACP")));
  EXPECT_EQ(fadt.pm1a_cnt_blk, 0x604u);
  EXPECT_TRUE(tables.find(acpi::signature("MCFG")).empty());
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Qemu, RootPortsSwitchesAndExpanders) {
  start({"-M", "q35", "-device", "pcie-root-port,id=a,chassis=1,slot=1", "-device", "virtio-net-pci,bus=a", "-device",
         "pcie-root-port,id=b,chassis=2,slot=2,io-reserve=4k,mem-reserve=16M,pref64-reserve=4G,bus-reserve=2", "-device",
         "pcie-root-port,id=c,chassis=3,slot=3", "-device", "x3130-upstream,id=u,bus=c", "-device",
         "xio3130-downstream,id=d,bus=u,chassis=4,slot=4", "-device", "nec-usb-xhci,bus=d", "-device", "pxb-pcie,id=p,bus_nr=64,bus=pcie.0",
         "-device", "pcie-root-port,id=e,bus=p,chassis=5,slot=5", "-device", "e1000e,bus=e", "-device", "pcie-pci-bridge,id=f", "-device",
         "e1000,bus=f,addr=1"});
  EXPECT_EQ(topology.root_count, 2u);
  EXPECT_EQ(topology.roots[1].number, 64);
  EXPECT_EQ(unplaced(), 0u);
  for (const pci::Device* d = topology.first; d; d = d->next)
    if (d->bridge() && d->buses_reserved) {
      EXPECT_EQ(d->windows[0].size, 0x1000u);
      EXPECT_EQ(d->windows[1].size, 16_MiB);
      EXPECT_EQ(d->windows[2].size, 4_GiB);
      EXPECT_EQ(d->behind.last - d->behind.number, 2);
    }
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Qemu, PcBridges) {
  start({"-M", "pc", "-device", "pci-bridge,id=a,chassis_nr=1", "-device", "pci-bridge,id=b,bus=a,addr=3,chassis_nr=2", "-device",
         "e1000,bus=b,addr=2", "-device", "pxb,id=p,bus_nr=32", "-device", "virtio-net-pci,bus=p,addr=1", "-device", "virtio-rng-pci,bus=a,addr=4"});
  EXPECT_EQ(topology.root_count, 2u);
  EXPECT_EQ(unplaced(), 0u);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Qemu, VmgenidGetsItsAddress) {
  start({"-M", "q35", "-device", "vmgenid,guid=324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87"});
  const fakes::Bytes& address = fw.file("etc/vmgenid_addr");
  const u64 where = load_le<u64>(address.data());
  ASSERT_TRUE(loaded.holds(Gpa(where), 16));
  // The specification of the device wants it 40 bytes into its page, where the address points.
  EXPECT_EQ(load_le<u32>(reinterpret_cast<u8*>(where)), 0x324e6eafu);
}

TEST_F(Qemu, Smbios) {
  for (const char* type : {"32", "64"}) {
    Arguments arguments{"-M", std::string("q35,smbios-entry-point-type=") + type, "-smbios", "type=1,manufacturer=Acme,serial=42"};
    fw = fakes::FwCfgDevice();
    start(arguments);
    const smbios::Source source = smbios::find_source();
    const PageRange pages = *memory.allocate(bytes_to_pages(source.output_bytes));
    const std::span<u8> room(reinterpret_cast<u8*>(pages.start().raw()), pages.bytes());
    ASSERT_TRUE(smbios::build(source, room, {"Ashlar", "0.1", "11/21/2024", 0, 1}));
    const smbios::Walk w = smbios::walk(room.subspan(32));
    EXPECT_TRUE(w.intact);
    EXPECT_TRUE(w.has_bios_information);
    EXPECT_GE(w.structures, 7u);
    fakes::forget_devices();
  }
}

// Configuration accesses are exits and most of the instructions that this part of the boot costs.
TEST_F(Qemu, SetupOfAUsualMachineIsCheap) {
  start({"-M", "q35", "-vga", "std", "-device", "e1000e", "-device", "virtio-blk-pci,drive=d", "-drive", "if=none,id=d,file=null-co://,format=raw"});
  RecordProperty("mmio", static_cast<int>(setup_cost.mmio_reads + setup_cost.mmio_writes));
  RecordProperty("ports", static_cast<int>(setup_cost.port_reads + setup_cost.port_writes));
  EXPECT_LT(setup_cost.mmio_reads + setup_cost.mmio_writes, 600u);
  EXPECT_LT(setup_cost.port_reads + setup_cost.port_writes, 100u);
}

// For iasl: keeps what was linked in the folder ASHLAR_DUMP. Run with --gtest_also_run_disabled_tests.
TEST_F(Qemu, DISABLED_Dump) {
  const char* folder = std::getenv("ASHLAR_DUMP");
  ASSERT_NE(folder, nullptr);
  start({"-M", "q35", "-vga", "std", "-device", "pcie-root-port,id=a,chassis=1,slot=1", "-device", "virtio-net-pci,bus=a", "-device",
         "pxb-pcie,id=p,bus_nr=64,bus=pcie.0", "-device", "pcie-root-port,id=e,bus=p,chassis=5,slot=5", "-device", "e1000e,bus=e", "-device",
         "virtio-rng-pci,bus=pcie.0"});
  for (unsigned i = 0; i < tables.count(); ++i) {
    const u8* table = reinterpret_cast<u8*>(tables.table(i).raw());
    std::ofstream(std::string(folder) + "/" + std::string(reinterpret_cast<const char*>(table), 4), std::ios::binary)
        .write(reinterpret_cast<const char*>(table), load_le<u32>(table + 4));
  }
  const u8* dsdt = reinterpret_cast<u8*>(u64{acpi::read_fadt(tables.find(acpi::signature("FACP"))).dsdt});
  std::ofstream(std::string(folder) + "/DSDT", std::ios::binary).write(reinterpret_cast<const char*>(dsdt), load_le<u32>(dsdt + 4));
}

}  // namespace
