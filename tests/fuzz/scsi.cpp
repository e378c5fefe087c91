// SPDX-License-Identifier: BSD-2-Clause-Patent
// A unit that answers anything: the disk above it ends every call and keeps to its promises.
#include <cstdlib>
#include <vector>

#include "lib/scsi/disk.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"

namespace {

using namespace base;

class AnyUnit : public scsi::LogicalUnit {
 public:
  explicit AnyUnit(fakes::Choices& choices) : choices_(choices) {}
  Result<scsi::Answer> execute(const scsi::Command& c) override {
    if (c.cdb.length < 6 || c.cdb.length > 16 || c.in.size() + c.out.size() > most_bytes()) std::abort();
    if (choices_.exhausted() && ++dry_ > 10'000) std::abort();
    if (choices_.one_in(16)) return Error::device_error;
    scsi::Answer a;
    if (choices_.one_in(4)) {
      a.status = static_cast<u8>(choices_.next());
      a.sense = {static_cast<u8>(choices_.below(16)), static_cast<u8>(choices_.next()), 0};
    }
    const usize given = c.in.size() < 36 || choices_.one_in(3) ? c.in.size() : 36;
    for (usize i = 0; i < given && i < 36; ++i) c.in[i] = static_cast<u8>(choices_.next());
    a.moved = choices_.one_in(4) ? choices_.below(given + 1) : c.in.size() + c.out.size();
    return a;
  }
  u64 most_bytes() const override { return 8192; }
  Result<> reset() override { return {}; }

 private:
  fakes::Choices& choices_;
  unsigned dry_ = 0;
};

void use(scsi::Disk& disk, fakes::Choices& c) {
  const block::Geometry& g = disk.geometry();
  if (!block::usable_block_bytes(g.block_bytes)) std::abort();
  std::vector<u8> data(g.block_bytes * (1 + c.below(5)));
  const u64 lba = c.one_in(2) ? c.below(4) : g.blocks - c.below(4);
  switch (c.below(4)) {
    case 0:
      (void)!disk.read(lba, data);
      break;
    case 1:
      (void)!disk.write(lba, data);
      break;
    case 2:
      (void)!disk.look();
      break;
    case 3:
      (void)!disk.flush();
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::Choices c(std::span(data, size));
  const std::vector<u8> raw(data, data + size);
  (void)scsi::parse_sense(raw);
  std::vector<u16> luns(c.below(9));
  if (scsi::parse_luns(raw, luns) > luns.size()) std::abort();
  AnyUnit unit(c);
  scsi::Disk disk;
  if (disk.open(unit, fakes::patience))
    for (int i = 0; i < 20 && !c.exhausted(); ++i) use(disk, c);
  fakes::take_log();
  return 0;
}
