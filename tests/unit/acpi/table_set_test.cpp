// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/acpi/table_set.hpp"

#include <gtest/gtest.h>

#include "lib/acpi/fadt.hpp"
#include "lib/acpi/fpdt.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "tests/fakes/low_memory.hpp"
#include "tests/unit/acpi/script_builder.hpp"

namespace {

using namespace acpi_test;

class TableSet : public testing::Test {
 protected:
  TableSet() {
    fakes::forget_devices();
    device.plug();
    device.add_file("etc/table-loader", small_machine(device).bytes());
    EXPECT_TRUE(fw_cfg::init());
    loaded = *acpi::load_tables(memory.allocator());
    fakes::take_log();
  }
  ~TableSet() override { fakes::forget_devices(); }
  std::span<u8> page() { return {reinterpret_cast<u8*>(memory.allocate(1)->start().raw()), page_bytes}; }
  u8* rsdp_bytes() { return reinterpret_cast<u8*>(loaded.rsdp.raw()); }
  u8* rsdt() { return reinterpret_cast<u8*>(static_cast<u64>(load_le<u32>(rsdp_bytes() + 16))); }

  fakes::FwCfgDevice device;
  fakes::LowMemory memory;
  acpi::Loaded loaded;
  acpi::TableSet set;
};

TEST_F(TableSet, FindsTheHostsTables) {
  ASSERT_TRUE(set.open(loaded));
  EXPECT_EQ(set.count(), 2u);
  EXPECT_EQ(set.find(acpi::signature("APIC")).size(), 60u);
  EXPECT_TRUE(set.find(acpi::signature("APIC"), 1).empty());
  EXPECT_TRUE(set.find(acpi::signature("HPET")).empty());
  const acpi::Fadt fadt = acpi::read_fadt(set.find(acpi::signature("FACP")));
  EXPECT_EQ(fadt.pm1a_cnt_blk, 0x604u);
  EXPECT_EQ(fadt.x_pm1a_cnt_blk.address, 0u);
}

TEST_F(TableSet, PublishesAcpi2RootsWithOurTable) {
  ASSERT_TRUE(set.open(loaded));
  auto* boot = *acpi::make_boot_performance(page());
  boot->times.reset_end = 5;
  const Gpa fpdt = *acpi::make_fpdt(page(), *boot);
  ASSERT_TRUE(set.add(fpdt));
  const Gpa root = *set.publish(page());
  const auto r = load_le<acpi::Rsdp>(reinterpret_cast<u8*>(root.raw()));
  EXPECT_EQ(r.revision, 2);
  EXPECT_EQ(r.length, 36u);
  EXPECT_EQ(acpi::byte_sum({reinterpret_cast<u8*>(root.raw()), 20}), 0);
  EXPECT_EQ(acpi::byte_sum({reinterpret_cast<u8*>(root.raw()), 36}), 0);
  const u8* x = reinterpret_cast<u8*>(u64{r.xsdt});
  EXPECT_EQ(acpi::byte_sum({x, 36 + 24}), 0);
  EXPECT_EQ(memcmp(x, "XSDT", 4), 0);
  EXPECT_EQ(memcmp(x + 10, "BOCHS ", 6), 0);
  EXPECT_EQ(load_le<u64>(x + 36 + 16), fpdt.raw());
  const u8* t = reinterpret_cast<u8*>(u64{r.rsdt});
  EXPECT_EQ(acpi::byte_sum({t, 36 + 12}), 0);
  EXPECT_EQ(load_le<u32>(t + 36 + 8), fpdt.raw());
  EXPECT_EQ(acpi::byte_sum(set.find(acpi::signature("FPDT"))), 0);

  // What we wrote can be opened again, and a table taken out.
  acpi::Loaded ours = loaded;
  ours.blobs[ours.count++] = {PageRange(root, 1), 4096};
  ours.blobs[ours.count++] = {PageRange(fpdt.align_down(4096), 1), 4096};
  ours.rsdp = root;
  ours.rsdp_bytes = 4096;
  acpi::TableSet again;
  ASSERT_TRUE(again.open(ours));
  EXPECT_EQ(again.count(), 3u);
  again.remove(fpdt);
  EXPECT_EQ(again.count(), 2u);
  EXPECT_TRUE(again.find(acpi::signature("FPDT")).empty());
}

TEST_F(TableSet, FpdtLayout) {
  auto* boot = *acpi::make_boot_performance(page());
  EXPECT_EQ(boot->length, 56u);
  EXPECT_EQ(boot->record_length, 48);
  const u8* f = reinterpret_cast<u8*>(acpi::make_fpdt(page(), *boot)->raw());
  EXPECT_EQ(load_le<u32>(f + 4), 52u);
  EXPECT_EQ(f[36 + 2], 16);
  EXPECT_EQ(load_le<u64>(f + 44), reinterpret_cast<u64>(boot));
  u8 small[8];
  EXPECT_EQ(acpi::make_boot_performance(small).error(), Error::buffer_too_small);
  EXPECT_EQ(acpi::make_fpdt(small, *boot).error(), Error::buffer_too_small);
}

TEST_F(TableSet, RefusesDamagedRoots) {
  rsdp_bytes()[9] ^= 1;
  EXPECT_EQ(set.open(loaded).error(), Error::crc_error);
  rsdp_bytes()[9] ^= 1;
  rsdp_bytes()[0] ^= 1;
  EXPECT_EQ(set.open(loaded).error(), Error::volume_corrupted);
  rsdp_bytes()[0] ^= 1;
  rsdt()[20] ^= 1;
  EXPECT_EQ(set.open(loaded).error(), Error::crc_error);
  rsdt()[20] ^= 1;
  store_le<u32>(rsdt() + 4, 0x10000);
  EXPECT_EQ(set.open(loaded).error(), Error::volume_corrupted);
  store_le<u32>(rsdt() + 4, 35);
  EXPECT_EQ(set.open(loaded).error(), Error::volume_corrupted);
  loaded.rsdp_bytes = 19;
  EXPECT_EQ(set.open(loaded).error(), Error::volume_corrupted);
}

TEST_F(TableSet, LeavesOutTablesThatAreNotThere) {
  store_le<u32>(rsdt() + 36, 0xfee00000);
  acpi::seal({rsdt(), 44}, rsdt()[9]);
  ASSERT_TRUE(set.open(loaded));
  EXPECT_EQ(set.count(), 1u);
  EXPECT_NE(fakes::take_log().find("left out"), std::string::npos);
}

TEST_F(TableSet, IsBounded) {
  ASSERT_TRUE(set.open(loaded));
  while (set.count() < acpi::TableSet::max_tables) ASSERT_TRUE(set.add(Gpa(0x123456789000)));
  EXPECT_EQ(set.add(Gpa(0x1000)).error(), Error::out_of_resources);
  const Gpa root = *set.publish(page());
  EXPECT_EQ(load_le<acpi::Rsdp>(reinterpret_cast<u8*>(root.raw())).rsdt, 0u);  // an address above 4 GiB does not fit
  EXPECT_EQ(set.publish(page().first(64)).error(), Error::invalid_parameter);
  EXPECT_EQ(set.publish(page().subspan(8)).error(), Error::invalid_parameter);
}

}  // namespace
