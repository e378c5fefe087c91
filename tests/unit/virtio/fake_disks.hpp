// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/unit/virtio/fake_device.hpp"

namespace virtio_test {

// A device that works on chains, in a mood.
class ChainDevice : public FakeDevice {
 public:
  enum class Mood { honest, silent, wrong_id, too_many };

  ChainDevice() {
    add_window(1, 4, 0, 0x38);
    add_window(2, 4, 0x3000, 0x1000);
    add_window(4, 4, 0x2000, 0x40);
    on_notify = [this] { serve(); };
  }
  u64 read(u64 offset, unsigned bytes) override {
    if (offset < 0x2000 || offset >= 0x2000 + sizeof config_) return FakeDevice::read(offset, bytes);
    u64 value = 0;
    std::memcpy(&value, config_ + (offset - 0x2000), bytes);
    return value;
  }
  void write(u64 offset, unsigned bytes, u64 value) override {
    if (offset == 20 && value == 0 && lets_go) {
      ++resets;
      next_ = 0;
    }
    FakeDevice::write(offset, bytes, value);
  }
  template <class T>
  void set(u32 offset, T value) {
    std::memcpy(config_ + offset, &value, sizeof value);
  }

  Mood mood = Mood::honest;
  unsigned resets = 0, requests = 0;
  u32 longest_piece = 0, most_pieces = 0;

 protected:
  struct Piece {
    u8* at;
    u32 bytes;
    bool writable;
  };
  // How many bytes were written.
  virtual u32 work(std::vector<Piece>& chain) = 0;

 private:
  void serve() {
    if (mood == Mood::silent) return;
    for (; next_ != ring.available_index(); ++next_) {
      const u16 head = ring.available_entry(next_);
      std::vector<Piece> chain;
      for (u16 i = head;; i = ring.descriptor(i).next) {
        const auto& d = ring.descriptor(i);
        chain.push_back({reinterpret_cast<u8*>(d.address), d.length, (d.flags & 2) != 0});
        longest_piece = std::max(longest_piece, d.length);
        if (!(d.flags & 1)) break;
      }
      most_pieces = std::max<u32>(most_pieces, static_cast<u32>(chain.size()));
      const u32 written = work(chain);
      ring.put_used(mood == Mood::wrong_id ? head + 1u : head, written);
      if (mood == Mood::too_many) ring.put_used(head, written);
    }
  }

  u8 config_[0x40] = {};
  u16 next_ = 0;
};

class FakeBlock : public ChainDevice {
 public:
  FakeBlock() {
    offered = 1ull << 32 | 1 << 9;
    medium.resize(1 << 20);
    for (usize i = 0; i < medium.size(); ++i) medium[i] = static_cast<u8>(i * 11 + i / 509);
    set<u64>(0, medium.size() / 512);
  }
  std::vector<u8> medium;
  u8 status_byte = 0;
  unsigned flushes = 0;

 protected:
  u32 work(std::vector<Piece>& chain) override {
    ++requests;
    if (chain.size() < 2 || chain.front().bytes != 16 || chain.front().writable || chain.back().bytes != 1 || !chain.back().writable)
      std::abort();
    u32 type = 0, written = 1;
    u64 sector = 0;
    std::memcpy(&type, chain.front().at, 4);
    std::memcpy(&sector, chain.front().at + 8, 8);
    *chain.back().at = status_byte;
    if (type == 4) ++flushes;
    u64 at = sector * 512;
    for (usize i = 1; i + 1 < chain.size() && status_byte == 0; ++i) {
      Piece& p = chain[i];
      if (p.writable != (type == 0) || at > medium.size() || p.bytes > medium.size() - at) std::abort();
      if (type == 0) std::memcpy(p.at, &medium[at], p.bytes);
      if (type == 1) std::memcpy(&medium[at], p.at, p.bytes);
      if (type == 0) written += p.bytes;
      at += p.bytes;
    }
    return written;
  }
};

}  // namespace virtio_test
