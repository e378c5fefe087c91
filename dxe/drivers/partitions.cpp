// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>

#include "dxe/core/handle.hpp"
#include "dxe/drivers/block_io_device.hpp"
#include "dxe/drivers/disk.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "lib/efi/partition_info.hpp"
#include "lib/log/log.hpp"
#include "lib/partition/table.hpp"

namespace drivers {
namespace {

using efi::media_path::HardDrive, efi::media_path::Cdrom;
using partition::Partition, partition::Scheme;

// Some blocks of another device.
class Slice : public block::Device {
 public:
  void init(block::Device& whole, u64 first, u64 blocks) {
    whole_ = &whole;
    first_ = first;
    geometry_ = whole.geometry();
    geometry_.blocks = blocks;
    geometry_.partition = true;
  }
  const block::Geometry& geometry() const override { return geometry_; }
  Result<> read(u64 lba, std::span<u8> into) override {
    TRY(block::check_range(geometry_, lba, into.size()));
    return whole_->read(first_ + lba, into);
  }
  Result<> write(u64 lba, std::span<const u8> from) override {
    TRY(block::check_range(geometry_, lba, from.size()));
    return whole_->write(first_ + lba, from);
  }
  Result<> flush() override { return whole_->flush(); }
  Result<> look() override { return whole_->look(); }

 private:
  block::Device* whole_;
  u64 first_;
  block::Geometry geometry_;
};

struct PartitionHandle final : Child {
  Result<> publish(block::Device& whole, Scheme scheme, const Partition& p) {
    slice.init(whole, p.first, p.blocks);
    info = {.revision = info.current_revision,
            .type = scheme == Scheme::gpt ? info.type_gpt : scheme == Scheme::mbr ? info.type_mbr : info.type_other,
            .system = p.system,
            .reserved = {},
            .entry = {}};
    __builtin_memcpy(info.entry, p.entry, sizeof info.entry);
    efi::Handle on = handle();
    TRY(core::install_protocol(&on, &efi::PartitionInfo::guid, efi::InterfaceType::native, &info));
    if (p.system) TRY(core::install_protocol(&on, &efi::efi_system_partition_guid, efi::InterfaceType::native, nullptr));
    return disk.publish(on, slice);
  }
  Result<> withdraw() override {
    TRY(disk.withdraw());
    (void)!core::uninstall_protocol(handle(), &efi::PartitionInfo::guid, &info);
    (void)!core::uninstall_protocol(handle(), &efi::efi_system_partition_guid, nullptr);
    return {};
  }

  Slice slice;
  Disk disk;
  efi::PartitionInfo info;
};

HardDrive hard_drive_node(Scheme scheme, const Partition& p) {
  const bool gpt = scheme == Scheme::gpt;
  HardDrive node{efi::node_header<HardDrive>(efi::device_path_type::media, HardDrive::subtype),
                 p.number,
                 p.first,
                 p.blocks,
                 {},
                 gpt ? HardDrive::format_gpt : HardDrive::format_mbr,
                 gpt ? HardDrive::signature_guid : HardDrive::signature_mbr};
  __builtin_memcpy(node.signature, p.signature, sizeof node.signature);
  return node;
}

// Media that were looked at before: who connects a disk again need not hear again what is wrong with it.
struct Looked {
  const efi::BlockIo* io;
  u32 media_id;
  u64 last_block;
  bool operator==(const Looked&) const = default;
};
constinit Looked looked[16] = {};
constinit unsigned next_looked = 0;

bool look_again(const efi::BlockIo& io) {
  const Looked now{&io, io.media->media_id, io.media->last_block};
  if (std::ranges::find(looked, now) != std::end(looked)) return true;
  looked[next_looked++ % std::size(looked)] = now;
  return false;
}

// Partitions of whatever has DiskIo and is no partition itself.
class Partitions final : public Managed {
 public:
  // unsupported: it is not divided; somebody else may have DiskIo then.
  Result<> begin() override {
    auto* io = static_cast<efi::BlockIo*>(core::interface_of(controller().handle, efi::BlockIo::guid));
    TRY(whole_.init(io));
    auto* table = TRY(core::make<partition::Table>());
    if (look_again(*io)) table->lines_left = 0;
    auto done = partition::read_table(whole_, *table);
    for (unsigned i = 0; i < table->count && done; ++i) done = add(table->scheme, table->partitions[i]);
    const bool divided = table->count != 0;
    core::destroy(*table);
    return done && !divided ? Error::unsupported : done;
  }
  Result<> stop() override { return {}; }

 private:
  Result<> add(Scheme scheme, const Partition& p) {
    const Cdrom cd{efi::node_header<Cdrom>(efi::device_path_type::media, Cdrom::subtype), p.number, p.first, p.blocks};
    const HardDrive hd = hard_drive_node(scheme, p);
    auto* child = TRY(add_child<PartitionHandle>(scheme == Scheme::el_torito ? node_bytes(cd) : node_bytes(hd)));
    auto published = child->publish(whole_, scheme, p);
    if (!published) (void)!remove_child(*child);
    return published;
  }

  BlockIoDevice whole_;
};

bool has_undivided_medium(const Controller& c) {
  auto* io = static_cast<efi::BlockIo*>(core::interface_of(c.handle, efi::BlockIo::guid));
  return io && c.path && io->media->media_present && !io->media->logical_partition;
}

}  // namespace

constinit const Driver partition_driver = {u"Partitions (GPT, MBR, El Torito)", &efi::DiskIo::guid, has_undivided_medium,
                                           start_as<Partitions>};

}  // namespace drivers
