// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/scsi/command.hpp"
#include "lib/usb/configuration.hpp"

namespace usb {

// A mass storage interface that speaks the bulk-only transport [bot], which carries one command at a time for all of
// its logical units.
class BulkOnly {
 public:
  static constexpr u8 subclass_scsi = 6, protocol_bulk_only = 0x50;
  static bool supports(const Interface& interface);

  // Its endpoints are open.
  void init(Device& device, const Interface& interface);
  // How many logical units there are, at least one.
  u8 unit_count();
  Result<scsi::Answer> execute(u8 unit, const scsi::Command& command);
  // Reset recovery [bot §5.3.4]; brings back even a device that was given up.
  Result<> reset();

 private:
  enum class Verdict : u8 { passed, failed };
  Result<u64> move_data(const scsi::Command& command);
  Result<Verdict> read_status(u32 tag, u64 asked, u64& moved);
  Result<Verdict> run(u8 unit, const scsi::Command& command, u64& moved);
  Result<> unstall(u8 endpoint);
  Result<> recover();

  Device* device_ = nullptr;
  u8 interface_ = 0, in_ = 0, out_ = 0;
  u32 next_tag_ = 1;
  bool gone_ = false;  // did not come back from a reset: nobody waits for it again
};

class StorageUnit final : public scsi::LogicalUnit {
 public:
  void init(BulkOnly& transport, u8 number) { transport_ = &transport, number_ = number; }
  Result<scsi::Answer> execute(const scsi::Command& command) override { return transport_->execute(number_, command); }
  u64 most_bytes() const override { return 1_MiB; }
  Result<> reset() override { return transport_->reset(); }

 private:
  BulkOnly* transport_ = nullptr;
  u8 number_ = 0;
};

}  // namespace usb
