// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/acpi/table_loader.hpp"

#include <gtest/gtest.h>

#include "lib/fw_cfg/fw_cfg.hpp"
#include "tests/fakes/low_memory.hpp"
#include "tests/unit/acpi/script_builder.hpp"

namespace {

using namespace acpi_test;

class TableLoader : public testing::Test {
 protected:
  TableLoader() {
    fakes::forget_devices();
    device.plug();
    fakes::take_log();
  }
  ~TableLoader() override { fakes::forget_devices(); }

  Result<acpi::Loaded> load(const Script& script) {
    device.add_file("etc/table-loader", script.bytes());
    EXPECT_TRUE(fw_cfg::init());
    return acpi::load_tables(memory.allocator());
  }
  // The script is refused for the given reason and nothing of it is left.
  void expect_refused(const Script& script, const std::string& why, Error error = Error::protocol_error) {
    const u64 live = memory.live();
    auto loaded = load(script);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error(), error);
    EXPECT_EQ(memory.live(), live);
    const std::string log = fakes::take_log();
    EXPECT_NE(log.find(why), std::string::npos) << log;
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  }
  Script base() { return small_machine(device); }

  fakes::FwCfgDevice device;
  fakes::LowMemory memory;
};

TEST_F(TableLoader, NoScriptIsNotAnError) {
  ASSERT_TRUE(fw_cfg::init());
  EXPECT_EQ(acpi::load_tables(memory.allocator()).error(), Error::not_found);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(TableLoader, LinksPointersAndChecksums) {
  auto loaded = load(base());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(memory.live(), 2u);  // the script's copy is gone
  const u8* r = reinterpret_cast<u8*>(loaded->rsdp.raw());
  EXPECT_EQ(acpi::byte_sum({r, 20}), 0);
  const u64 rsdt = load_le<u32>(r + 16);
  ASSERT_TRUE(loaded->holds(Gpa(rsdt), 44));
  EXPECT_FALSE(loaded->holds(Gpa(rsdt), 513));
  EXPECT_FALSE(loaded->holds(Gpa(rsdt), 0));
  EXPECT_FALSE(loaded->holds(Gpa(0x1000), 1));
  const u8* t = reinterpret_cast<u8*>(rsdt);
  EXPECT_EQ(acpi::byte_sum({t, 44}), 0);
  EXPECT_EQ(load_le<u32>(t + 36), rsdt - 512 + 64);
}

TEST_F(TableLoader, UnknownCommandsAreSkipped) {
  EXPECT_TRUE(load(base().raw(0).raw(5).raw(0xffffffff)));
  EXPECT_EQ(fakes::take_log(), "ashlar: acpi: table loader command 12 is unknown, skipped\n");
}

TEST_F(TableLoader, WritePointerIsPerformedLast) {
  device.add_file("etc/vmgenid_guid", Bytes(4096));
  device.add_file("etc/vmgenid_addr", Bytes(8));
  auto loaded = load(base().allocate("etc/vmgenid_guid", 4096).write("etc/vmgenid_addr", 0, 8, "etc/vmgenid_guid", 40));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(load_le<u64>(device.file("etc/vmgenid_addr").data()), loaded->blobs[2].pages.start().raw() + 40);

  device.add_file("etc/vmgenid_addr", Bytes(8));
  const u64 before = device.writes();
  expect_refused(base().allocate("etc/vmgenid_guid", 4096).write("etc/vmgenid_addr", 0, 8, "etc/vmgenid_guid", 40).point(tables, 5000, 4, tables),
                 "outside its file");
  EXPECT_EQ(device.writes(), before);
}

TEST_F(TableLoader, RefusesBadAllocations) {
  expect_refused(base().allocate(tables), "allocated twice");
  expect_refused(base().allocate("etc/nothing"), "no such file");
  expect_refused(base().allocate(""), "without an end");
  expect_refused(base().allocate(std::string(56, 'x')), "without an end");
  device.add_file("x", Bytes(10));
  expect_refused(base().allocate("x", 8192), "alignment");
  expect_refused(base().allocate("x", 24), "alignment");
  expect_refused(base().allocate("x", 8, 3), "zone");
  device.claim_size("x", 0xffffffff);
  expect_refused(base().allocate("x"), "too big");
  device.claim_size("x", 0);
  expect_refused(base().allocate("x"), "empty");
}

TEST_F(TableLoader, RefusesWildPointers) {
  expect_refused(base().point(tables, 1021, 4, tables), "outside its file");
  expect_refused(base().point(tables, 0xffffffff, 4, tables), "outside its file");
  expect_refused(base().point(tables, 0, 3, tables), "outside its file");
  expect_refused(base().point(tables, 0, 0, tables), "outside its file");
  expect_refused(base().point(tables, 0, 4, "etc/other"), "not allocated");
  expect_refused(base().point("etc/other", 0, 4, tables), "not allocated");
  expect_refused(base().point(tables, 512 + 36, 4, tables), "out of the file");  // patched a second time
  expect_refused(base().point(tables, 700, 2, tables), "too narrow");
}

TEST_F(TableLoader, RefusesWildChecksums) {
  expect_refused(base().checksum(tables, 1024, 0, 8), "checksum outside");
  expect_refused(base().checksum(tables, 0, 1020, 8), "checksum outside");
  expect_refused(base().checksum(tables, 0, 0xfffffff0, 0x20), "checksum outside");
  expect_refused(base().checksum("etc/other", 0, 0, 8), "not allocated");
}

TEST_F(TableLoader, RefusesWildWrites) {
  device.add_file("w", Bytes(8));
  expect_refused(base().write("w", 1, 8, tables, 0), "outside its file");
  expect_refused(base().write("w", 0, 8, tables, 1024), "out of the file");
  expect_refused(base().write("w", 0, 2, tables, 0), "too narrow");
  expect_refused(base().write("nowhere", 0, 8, tables, 0), "no such file");
  expect_refused(base().write("w", 0, 8, "nowhere", 0), "not allocated");
}

TEST_F(TableLoader, TakesBackAddressesTheHostGot) {
  device.add_file("w", Bytes(8));
  device.add_file("v", Bytes(4));
  device.claim_size("v", 8);  // the check passes, the write does not
  expect_refused(base().write("w", 0, 8, tables, 0).write("v", 0, 8, tables, 0), "does not take", Error::device_error);
  EXPECT_EQ(device.file("w"), Bytes(8));
  EXPECT_EQ(device.writes(), 2u);
}

TEST_F(TableLoader, NeedsAnRsdp) {
  Script s;
  device.add_file(tables, Bytes(64));
  expect_refused(s.allocate(tables), "no etc/acpi/rsdp");
}

TEST_F(TableLoader, OddScriptSizes) {
  for (u32 size : {0u, 1u, 127u, 129u, 1u << 20}) {
    device.add_file("etc/table-loader", Bytes(128));
    device.claim_size("etc/table-loader", size);
    ASSERT_TRUE(fw_cfg::init());
    EXPECT_EQ(acpi::load_tables(memory.allocator()).error(), Error::protocol_error);
    EXPECT_EQ(memory.live(), 0u);
  }
}

TEST_F(TableLoader, SurvivesEveryFailedAllocation) {
  const Script script = base();
  for (int n = 0; n < 3; ++n) {
    memory.fail_after(n);
    EXPECT_EQ(load(script).error(), Error::out_of_resources) << n;
    EXPECT_EQ(memory.live(), 0u);
  }
}

TEST_F(TableLoader, TooManyFiles) {
  Script s = base();
  for (int i = 0; i < 20; ++i) {
    device.add_file("f" + std::to_string(i), Bytes(1));
    s.allocate("f" + std::to_string(i));
  }
  expect_refused(s, "too many files");
}

}  // namespace
