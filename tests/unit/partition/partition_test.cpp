// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <memory>

#include "lib/partition/table.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/partition/disk_builder.hpp"

namespace {

using namespace partition_test;
using partition::Scheme, partition::Table;

struct PartitionTable : testing::Test {
  PartitionTable() { fakes::take_log(); }
  const Table& read(const Disk& disk) {
    auto device = disk.device();
    return read(device);
  }
  const Table& read(fakes::MemoryDisk& device) {
    *table = {};
    result = partition::read_table(device, *table);
    log = fakes::take_log();
    return *table;
  }
  std::unique_ptr<Table> table = std::make_unique<Table>();
  Result<> result;
  std::string log;
};

Gpt two_partitions(u32 block = 512, u32 entries = 128, u32 entry_bytes = 128) {
  Gpt disk(block, 1024, entries, entry_bytes);
  disk.entry(0, {esp_guid, numbered(1), disk.first_usable(), disk.first_usable() + 9});
  disk.entry(2, {linux_guid, numbered(3), disk.first_usable() + 10, disk.last_usable()});
  return disk.reseal();
}

void expect_two(const Table& t, const Gpt& disk) {
  ASSERT_EQ(t.scheme, Scheme::gpt);
  ASSERT_EQ(t.count, 2u);
  EXPECT_EQ(t.partitions[0].number, 1u);
  EXPECT_EQ(t.partitions[0].first, disk.first_usable());
  EXPECT_EQ(t.partitions[0].blocks, 10u);
  EXPECT_TRUE(t.partitions[0].system);
  EXPECT_EQ(t.partitions[1].number, 3u);
  EXPECT_EQ(t.partitions[1].first + t.partitions[1].blocks, disk.last_usable() + 1);
  EXPECT_FALSE(t.partitions[1].system);
  const Guid unique = numbered(3);
  EXPECT_EQ(std::memcmp(t.partitions[1].signature, &unique, 16), 0);
  EXPECT_EQ(std::memcmp(t.partitions[1].entry, &linux_guid, 16), 0);
}

TEST_F(PartitionTable, Gpt) {
  for (u32 block : {512u, 2048u, 4096u})
    for (u32 entry : {128u, 256u, 4096u}) {
      const Gpt disk = two_partitions(block, 12, entry);
      expect_two(read(disk), disk);
      EXPECT_EQ(log, "");
    }
  const Gpt odd = two_partitions(512, 5);
  expect_two(read(odd), odd);
}

TEST_F(PartitionTable, AnyByteOfThePrimaryDamaged) {
  const Gpt good = two_partitions(512, 8);
  for (u64 at = 512; at < 512 + 92; ++at) {
    Gpt disk = good;
    disk.bytes[at] ^= 0x10;
    expect_two(read(disk), good);
    EXPECT_NE(log.find("the primary header"), std::string::npos) << at;
    EXPECT_NE(log.find("the backup is used"), std::string::npos) << at;
  }
  for (u64 at = 1024; at < 1024 + 8 * 128; at += 37) {
    Gpt disk = good;
    disk.bytes[at] ^= 0x10;
    expect_two(read(disk), good);
    EXPECT_NE(log.find("damaged"), std::string::npos) << at;
  }
}

TEST_F(PartitionTable, DamagedBackupIsReported) {
  const Gpt good = two_partitions();
  Gpt disk = good;
  disk.bytes[disk.last() * 512 + 60] ^= 1;
  expect_two(read(disk), good);
  EXPECT_NE(log.find("the backup header has a wrong checksum"), std::string::npos);
  disk.reseal(disk.last());
  expect_two(read(disk), good);
  EXPECT_NE(log.find("another disk"), std::string::npos);
  // The disk was cut, a little and too much, or has grown.
  disk = good;
  disk.bytes.resize(disk.bytes.size() - 512);
  expect_two(read(disk), good);
  EXPECT_NE(log.find("outside of the disk"), std::string::npos);
  disk.bytes.resize(disk.bytes.size() / 2);
  EXPECT_EQ(read(disk).count, 0u);
  disk = good;
  disk.bytes.resize(disk.bytes.size() + 5120);
  expect_two(read(disk), good);
  EXPECT_EQ(log, "");
}

TEST_F(PartitionTable, BothDamaged) {
  Gpt disk = two_partitions();
  disk.bytes[512] ^= 1;
  disk.bytes[disk.last() * 512] ^= 1;
  EXPECT_EQ(read(disk).count, 0u);
  EXPECT_TRUE(result);
  EXPECT_EQ(table->scheme, Scheme::none);
}

TEST_F(PartitionTable, UnreadablePrimary) {
  const Gpt disk = two_partitions();
  struct Broken : fakes::MemoryDisk {
    using MemoryDisk::MemoryDisk;
    Result<> read(u64 lba, std::span<u8> into) override {
      if (lba <= bad && bad < lba + into.size() / shape.block_bytes) return Error::device_error;
      return MemoryDisk::read(lba, into);
    }
    u64 bad = 1;
  } device(512, disk.bytes);
  expect_two(read(device), disk);
  device.bad = disk.last();
  expect_two(read(device), disk);
  EXPECT_NE(log.find("backup header cannot be read"), std::string::npos);
  device.bad = 0;
  (void)read(device);
  EXPECT_FALSE(result);
}

// Sealed with right checksums, so that only the values speak.
TEST_F(PartitionTable, HeadersThatLie) {
  struct {
    u64 offset;
    u64 value;
    unsigned bytes;
  } const lies[] = {
      {12, 91, 4},      {12, 513, 4},     {12, ~0u, 4},       {24, 2, 8},        {40, 1, 8},    {40, 5000, 8},  {48, 1024, 8}, {48, ~0ull, 8},
      {72, 1, 8},       {72, 0, 8},       {72, 1024, 8},      {72, ~0ull, 8},    {72, 1020, 8}, {80, 0, 4},     {80, ~0u, 4},
      {80, 1 << 20, 4}, {84, 0, 4},       {84, 64, 4},        {84, 129, 4},      {84, 8192, 4}, {84, 1u << 31, 4},
  };
  for (const auto& lie : lies) {
    Gpt disk = two_partitions();
    for (u64 lba : {u64{1}, disk.last()}) {
      std::memcpy(disk.at(lba) + lie.offset, &lie.value, lie.bytes);
      const u32 size = load_le<u32>(disk.at(lba) + 12);
      disk.put<u32>(lba * 512 + 16, 0);
      if (size <= 512) disk.put<u32>(lba * 512 + 16, crc32(disk.at(lba), size));
    }
    EXPECT_EQ(read(disk).count, 0u) << lie.offset << " " << lie.value;
  }
}

TEST_F(PartitionTable, EntriesThatLie) {
  const Gpt plain;
  const u64 first = plain.first_usable(), last = plain.last_usable();
  const GptEntry bad[] = {
      {linux_guid, numbered(1), first - 1, first + 5}, {linux_guid, numbered(1), last, last + 1}, {linux_guid, numbered(1), 50, 49},
      {linux_guid, numbered(1), 0, ~0ull},             {linux_guid, numbered(1), ~0ull, ~0ull},   {linux_guid, numbered(1), 100, 120},
  };
  for (const GptEntry& entry : bad) {
    Gpt disk;
    disk.entry(0, {linux_guid, numbered(9), 110, 130});
    disk.entry(1, entry);
    disk.entry(2, {linux_guid, numbered(8), 200, 210});
    disk.reseal();
    const Table& t = read(disk);
    ASSERT_EQ(t.count, 2u) << entry.first;
    EXPECT_EQ(t.partitions[1].number, 3u);
    EXPECT_NE(log.find("partition 2"), std::string::npos) << entry.first;
  }
  // Not for firmware [uefi §5.3.3].
  Gpt disk;
  disk.entry(0, {linux_guid, numbered(1), 100, 120, 2});
  disk.reseal();
  EXPECT_EQ(read(disk).count, 0u);
}

TEST_F(PartitionTable, MorePartitionsThanThereIsRoomFor) {
  Gpt disk(512, 4096, 400);
  for (unsigned i = 0; i < 400; ++i) disk.entry(i, {linux_guid, numbered(1), disk.first_usable() + i, disk.first_usable() + i});
  disk.reseal();
  EXPECT_EQ(read(disk).count, Table::most);
}

TEST_F(PartitionTable, GptNeedsItsProtectiveRecord) {
  Gpt disk = two_partitions();
  disk.mbr_record(0, 0, 0, 0, 0);
  EXPECT_EQ(read(disk).count, 0u);
  // A hybrid MBR: the GPT counts.
  disk.mbr_record(0, 0, 0x83, 300, 20);
  disk.mbr_record(0, 2, 0xee, 1, 33);
  expect_two(read(disk), disk);
}

TEST_F(PartitionTable, Mbr) {
  Disk disk(512, 2000);
  disk.mbr_record(0, 0, 0x83, 63, 100);
  disk.mbr_record(0, 2, 0xef, 200, 50);
  disk.mbr_record(0, 3, 0x83, 1990, 11);
  disk.put<u32>(440, 0x12345678);
  const Table& t = read(disk);
  ASSERT_EQ(t.scheme, Scheme::mbr);
  ASSERT_EQ(t.count, 2u);
  EXPECT_EQ(t.partitions[0].number, 1u);
  EXPECT_EQ(t.partitions[0].first, 63u);
  EXPECT_EQ(t.partitions[0].blocks, 100u);
  EXPECT_EQ(load_le<u32>(t.partitions[0].signature), 0x12345678u);
  EXPECT_EQ(t.partitions[1].number, 3u);
  EXPECT_TRUE(t.partitions[1].system);
  EXPECT_EQ(t.partitions[1].entry[4], 0xef);
  EXPECT_NE(log.find("partition 4 leaves the disk"), std::string::npos);
  disk.bytes[446] = 1;
  EXPECT_EQ(read(disk).count, 0u);
  disk.bytes[446] = 0x80;
  EXPECT_EQ(read(disk).count, 2u);
  disk.bytes[511] = 0;
  EXPECT_EQ(read(disk).count, 0u);
}

Disk logical_disk() {
  Disk disk(512, 4000);
  disk.mbr_record(0, 0, 0x83, 10, 90);
  disk.mbr_record(0, 1, 0x05, 100, 3000);
  disk.mbr_record(100, 0, 0x83, 8, 192);
  disk.mbr_record(100, 1, 0x05, 300, 500);
  disk.mbr_record(400, 0, 0xef, 1, 400);
  disk.mbr_record(400, 1, 0x05, 1000, 500);
  disk.mbr_record(1100, 0, 0x83, 10, 20);
  return disk;
}

TEST_F(PartitionTable, LogicalPartitions) {
  Disk disk = logical_disk();
  const Table& t = read(disk);
  ASSERT_EQ(t.count, 4u);
  const u64 expected[][3] = {{1, 10, 90}, {5, 108, 192}, {6, 401, 400}, {7, 1110, 20}};
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(t.partitions[i].number, expected[i][0]);
    EXPECT_EQ(t.partitions[i].first, expected[i][1]);
    EXPECT_EQ(t.partitions[i].blocks, expected[i][2]);
  }
  EXPECT_EQ(log, "");
}

TEST_F(PartitionTable, LogicalChainsThatLie) {
  Disk circle = logical_disk();
  circle.mbr_record(1100, 1, 0x05, 300, 500);
  EXPECT_EQ(read(circle).count, 4u);
  Disk self = logical_disk();
  self.mbr_record(400, 0, 0, 0, 0);
  self.mbr_record(400, 1, 0x05, 300, 500);
  EXPECT_EQ(read(self).count, 2u);
  EXPECT_NE(log.find("chain"), std::string::npos);
  Disk outside = logical_disk();
  outside.mbr_record(100, 1, 0x05, 3000, 500);
  EXPECT_EQ(read(outside).count, 2u);
  outside.mbr_record(100, 1, 0x05, ~0u, 500);
  EXPECT_EQ(read(outside).count, 2u);
  Disk beyond = logical_disk();
  beyond.mbr_record(400, 0, 0x83, ~0u, ~0u);
  EXPECT_EQ(read(beyond).count, 2u);
  Disk start = logical_disk();
  start.mbr_record(0, 1, 0x0f, 5000, ~0u);
  EXPECT_EQ(read(start).count, 1u);
}

// Two boot images, for BIOS and EFI, as xorriso lays them out.
Disk boot_cd(u32 block = 2048) {
  Disk disk(block, 400 * (2048 / block));
  const auto sector = [&](u64 n) { return disk.bytes.data() + n * 2048; };
  for (u64 n : {16, 17, 18}) std::memcpy(sector(n) + 1, "CD001\1", 6);
  *sector(16) = 1;
  disk.put<u32>(16 * 2048 + 80, 300);
  *sector(17) = 0;
  std::memcpy(sector(17) + 7, "EL TORITO SPECIFICATION", 23);
  disk.put<u32>(17 * 2048 + 71, 30);
  *sector(18) = 255;
  u8* catalog = sector(30);
  catalog[0] = 1;
  catalog[30] = 0x55;
  catalog[31] = 0xaa;
  u16 sum = 0;
  for (int i = 0; i < 32; i += 2) sum = static_cast<u16>(sum + load_le<u16>(catalog + i));
  store_le<u16>(catalog + 28, static_cast<u16>(-sum));
  catalog[32] = 0x88;
  store_le<u16>(catalog + 38, 4);
  store_le<u32>(catalog + 40, 100);
  catalog[64] = 0x91;
  catalog[65] = 0xef;
  catalog[66] = 1;
  catalog[96] = 0x88;
  store_le<u16>(catalog + 102, 0);
  store_le<u32>(catalog + 104, 200);
  return disk;
}

TEST_F(PartitionTable, ElTorito) {
  const Table& t = read(boot_cd());
  ASSERT_EQ(t.scheme, Scheme::el_torito);
  ASSERT_EQ(t.count, 2u);
  EXPECT_EQ(t.partitions[0].number, 0u);
  EXPECT_EQ(t.partitions[0].first, 100u);
  EXPECT_EQ(t.partitions[0].blocks, 4u);
  EXPECT_EQ(t.partitions[1].number, 1u);
  EXPECT_EQ(t.partitions[1].first, 200u);
  EXPECT_EQ(t.partitions[1].blocks, 100u);  // to the end of the volume
  EXPECT_EQ(log, "");
}

// As a hard disk it is another disk than as a CD.
TEST_F(PartitionTable, HybridCd) {
  Disk cd = boot_cd();
  cd.mbr_record(0, 0, 0xee, 1, 1599);
  EXPECT_EQ(read(cd).scheme, Scheme::el_torito);
  EXPECT_EQ(table->count, 2u);
  EXPECT_EQ(log, "");
}

TEST_F(PartitionTable, ElToritoThatLies) {
  Disk disk = boot_cd();
  disk.bytes[30 * 2048 + 5] ^= 1;
  EXPECT_EQ(read(disk).count, 0u);
  disk = boot_cd();
  for (u32 catalog : {0u, 400u, ~0u}) {
    disk.put<u32>(17 * 2048 + 71, catalog);
    EXPECT_EQ(read(disk).count, 0u);
  }
  disk = boot_cd();
  disk.put<u32>(30 * 2048 + 40, 400);
  EXPECT_EQ(read(disk).count, 1u);
  disk = boot_cd();
  disk.put<u16>(30 * 2048 + 38, 0xffff);
  disk.put<u32>(16 * 2048 + 80, ~0u);
  const Table& t = read(disk);
  ASSERT_EQ(t.count, 2u);
  for (unsigned i = 0; i < 2; ++i) EXPECT_EQ(t.partitions[i].first + t.partitions[i].blocks, 400u);
  disk = boot_cd();
  disk.bytes.resize(17 * 2048);
  EXPECT_EQ(read(disk).count, 0u);
  EXPECT_TRUE(result);
}

TEST_F(PartitionTable, TinyAndEmptyDisks) {
  for (u64 blocks : {0, 1, 2, 3}) EXPECT_EQ(read(Disk(512, blocks)).count, 0u);
  Disk one(512, 1);
  one.mbr_record(0, 0, 0xee, 1, 1);
  EXPECT_EQ(read(one).count, 0u);
  EXPECT_TRUE(result);
}

}  // namespace
