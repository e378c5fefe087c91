// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ata/disk.hpp"

#include <bit>

#include "lib/base/bits.hpp"

namespace ata {
namespace {

// Words of Identify Device [ata §7.16.7].
struct Identity {
  u16 words[identify_bytes / 2];
  static constexpr unsigned model = 27, model_words = 20, capabilities = 49, sectors_28 = 60, commands_83 = 83, enabled_85 = 85,
                            sectors_48 = 100, sector_size = 106, sector_words = 117;
  using has_dma = Bits<8>;
  using has_lba = Bits<9>;
  using has_48_bit = Bits<10>;
  using write_cache_enabled = Bits<5>;
  using size_valid = Bits<15, 14>;  // 1: the word means something
  using long_sectors = Bits<12>;

  u64 sectors() const {
    if (!has_48_bit::get(words[commands_83])) return words[sectors_28] | u64{words[sectors_28 + 1]} << 16;
    u64 n = 0;
    for (unsigned i = 4; i-- > 0;) n = n << 16 | words[sectors_48 + i];
    return n;
  }
  u64 sector_bytes() const {
    const bool told = size_valid::get(words[sector_size]) == 1 && long_sectors::get(words[sector_size]);
    return told ? 2 * (words[sector_words] | u64{words[sector_words + 1]} << 16) : 512;
  }
};

void copy_model(const Identity& id, char* to) {
  unsigned length = 0;
  for (unsigned i = 0; i < 2 * Identity::model_words; ++i) {
    const u16 word = id.words[Identity::model + i / 2];
    const char c = static_cast<char>(i % 2 ? word & 0xff : word >> 8);
    to[i] = c >= ' ' && c <= '~' ? c : '?';
    if (to[i] != ' ') length = i + 1;
  }
  to[length] = 0;
}

}  // namespace

Result<> Disk::open(Port& port) {
  constexpr u64 most_28 = 1ull << 28, most_48 = 1ull << 48;
  Identity id;
  TRY(port.identify(Opcode::identify_device, {reinterpret_cast<u8*>(id.words), identify_bytes}));
  if (!Identity::has_dma::get(id.words[Identity::capabilities]) || !Identity::has_lba::get(id.words[Identity::capabilities])) return Error::unsupported;
  const u64 bytes = id.sector_bytes(), sectors = id.sectors();
  if (!block::usable_block_bytes(bytes)) return Error::unsupported;
  wide_ = Identity::has_48_bit::get(id.words[Identity::commands_83]);
  if (sectors == 0 || sectors > (wide_ ? most_48 : most_28)) return Error::no_media;
  has_cache_ = Identity::write_cache_enabled::get(id.words[Identity::enabled_85]);
  shift_ = static_cast<u8>(std::countr_zero(bytes));
  port_ = &port;
  geometry_ = {.block_bytes = static_cast<u32>(bytes), .blocks = sectors};
  copy_model(id, model_);
  return {};
}

Result<> Disk::read(u64 lba, std::span<u8> into) {
  TRY(block::check_range(geometry_, lba, into.size()));
  const Opcode opcode = wide_ ? Opcode::read_dma_ext : Opcode::read_dma;
  while (!into.empty()) {
    const u64 most = most_blocks(opcode) << shift_;
    const u64 moved = TRY(port_->read({opcode, device_lba, 0, lba}, shift_, into.first(into.size() < most ? into.size() : most)));
    into = into.subspan(moved);
    lba += moved >> shift_;
  }
  return {};
}

Result<> Disk::write(u64 lba, std::span<const u8> from) {
  TRY(block::check_range(geometry_, lba, from.size()));
  const Opcode opcode = wide_ ? Opcode::write_dma_ext : Opcode::write_dma;
  while (!from.empty()) {
    const u64 most = most_blocks(opcode) << shift_;
    const u64 moved = TRY(port_->write({opcode, device_lba, 0, lba}, shift_, from.first(from.size() < most ? from.size() : most)));
    from = from.subspan(moved);
    lba += moved >> shift_;
  }
  return {};
}

Result<> Disk::flush() {
  if (!has_cache_) return {};
  return port_->execute({.opcode = wide_ ? Opcode::flush_cache_ext : Opcode::flush_cache, .device = device_lba});
}

}  // namespace ata
