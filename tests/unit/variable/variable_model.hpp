// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "lib/variable/store.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/pflash.hpp"

// The variable store, on a flash, beside a std::map: random calls, and every answer must be the map's.
namespace variable_model {

using namespace base;
namespace attribute = efi::variable_attribute;

inline constexpr u32 bs = attribute::bootservice_access;
inline constexpr u32 rt = attribute::runtime_access;
inline constexpr u32 nv = attribute::non_volatile;
inline constexpr Guid vendors[] = {"01234567-89ab-cdef-0123-456789abcdef"_guid, "11111111-2222-3333-4444-555555555555"_guid};

struct Value {
  u32 attributes;
  std::vector<u8> data;
};
using Key = std::pair<std::u16string, unsigned>;

inline void require(bool condition) {
  if (!condition) __builtin_trap();
}

inline std::vector<u8> empty_volume(u64 total) {
  using namespace variable;
  std::vector<u8> out(total, 0xff);
  const Geometry geometry{total};
  const auto volume = VolumeHeader::make(total);
  const StoreHeader store{StoreHeader::authenticated, static_cast<u32>(geometry.live() - store_offset), StoreHeader::formatted,
                          StoreHeader::healthy, 0, 0};
  const auto working = WorkingHeader::make();
  std::memcpy(out.data(), &volume, sizeof volume);
  std::memcpy(out.data() + store_offset, &store, sizeof store);
  std::memcpy(out.data() + geometry.working(), &working, sizeof working);
  return out;
}

class Model {
 public:
  Model(u64 volume_bytes, u64 volatile_bytes)
      : memory_(volume_bytes / 8), volatile_memory_(volatile_bytes / 4 + 1), chip_(empty_volume(volume_bytes)) {
    fakes::attach(chip_, flash_base, volume_bytes);
    store_ = variable::Store(load(), *variable::Arena::format(bytes(volatile_memory_)));
  }
  ~Model() { fakes::detach(chip_); }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  void step(fakes::Choices& choices) {
    const Key key{std::u16string(1 + choices.below(3), static_cast<char16_t>(u'a' + choices.below(4))),
                  static_cast<unsigned>(choices.below(2))};
    switch (choices.below(8)) {
      case 0: case 1: case 2: case 3: return set(key, choices);
      case 4: case 5: return get(key, choices);
      case 6: return reopen_or_query(choices);
      default:
        if (choices.one_in(200)) enter_runtime();
        if (choices.one_in(20)) enumerate();
    }
  }

  void enumerate() {
    std::map<Key, bool> seen;
    char16_t name[16] = {};
    Guid vendor{};
    for (;;) {
      u64 size = sizeof name;
      const auto result = store_.get_next_name(&size, name, &vendor);
      if (!result) {
        require(result.error() == Error::not_found);
        break;
      }
      const Key key{name, vendor == vendors[0] ? 0u : 1u};
      require(size == (key.first.size() + 1) * 2 && visible(key) && !seen[key]);
      seen[key] = true;
    }
    for (const auto& [key, value] : values_) require(seen[key] == visible(key));
  }

 private:
  static constexpr u64 flash_base = 0x3000'0000;

  variable::Arena load() {
    variable::Volume volume(flash::Chip(flash_base), chip_.contents().size());
    variable::Arena::Findings findings;
    const auto recovery = volume.recover();
    require(static_cast<bool>(recovery) && recovery.value_or({}) == variable::Volume::Recovery::none && volume.has_volume_header());
    const auto arena = variable::Arena::load(bytes(memory_), volume, true, findings);
    require(static_cast<bool>(arena) && !findings.skipped_at && chip_.error().empty() && chip_.in_array_mode());
    return arena.value_or({});
  }
  static std::span<u8> bytes(std::vector<u32>& words) { return {reinterpret_cast<u8*>(words.data()), words.size() * 4}; }
  bool visible(const Key& key) const {
    const auto found = values_.find(key);
    return found != values_.end() && (!at_runtime_ || (found->second.attributes & rt));
  }
  void enter_runtime() {
    at_runtime_ = true;
    store_.exit_boot_services();
  }

  void get(const Key& key, fakes::Choices& choices) {
    std::vector<u8> buffer(choices.below(600));
    u64 size = buffer.size();
    u32 attributes = 0;
    const auto result = store_.get(key.first.c_str(), &vendors[key.second], &attributes, &size, buffer.data());
    if (!visible(key)) return require(!result && result.error() == Error::not_found);
    const Value& value = values_.at(key);
    require(size == value.data.size());
    if (buffer.size() < size) return require(!result && result.error() == Error::buffer_too_small);
    buffer.resize(size);
    require(static_cast<bool>(result) && attributes == value.attributes && buffer == value.data);
  }

  Result<> expected(const Key& key, u32 attributes, const std::vector<u8>& data) {
    const auto old = values_.find(key);
    const bool appends = attributes & attribute::append_write;
    const bool deletes = !(attributes & (bs | rt)) || (data.empty() && !appends);
    if (old != values_.end()) {
      if (!visible(key)) return Error::write_protected;
      if (attributes && (attributes & ~attribute::append_write) != old->second.attributes) return Error::invalid_parameter;
      if (at_runtime_ && !(old->second.attributes & nv)) return Error::write_protected;
      return {};
    }
    if (deletes) return Error::not_found;
    if (!data.empty() && at_runtime_ && (attributes & (nv | rt)) != (nv | rt)) return Error::invalid_parameter;
    return {};
  }

  void set(const Key& key, fakes::Choices& choices) {
    const u32 attributes = choices.of<u32>({0, bs, bs | rt, nv | bs, nv | bs | rt, nv | bs | rt}) |
                           (choices.one_in(4) ? attribute::append_write : 0);
    std::vector<u8> data(choices.one_in(4) ? 0 : choices.below(choices.one_in(8) ? 2000 : 200));
    for (u8& byte : data) byte = static_cast<u8>(choices.next());
    const auto wanted = expected(key, attributes, data);
    const auto result = store_.set(key.first.c_str(), &vendors[key.second], attributes, data.size(), data.data());
    if (!wanted) return require(!result && result.error() == wanted.error());
    const bool appends = attributes & attribute::append_write;
    if (!result) return require(result.error() == Error::out_of_resources && too_big(key, attributes, data.size(), appends));
    if (!(attributes & (bs | rt)) || (data.empty() && !appends)) {
      values_.erase(key);
      return;
    }
    if (data.empty()) return;
    Value& value = values_[key];
    value.attributes = attributes & ~attribute::append_write;
    if (!appends) value.data.clear();
    value.data.insert(value.data.end(), data.begin(), data.end());
  }

  static u64 record_bytes(const Key& key, u64 data) { return (60 + (key.first.size() + 1) * 2 + data + 3) & ~3ull; }
  u64 live(bool volatile_arena) const {
    u64 total = 0;
    for (const auto& [key, value] : values_)
      if (!(value.attributes & nv) == volatile_arena) total += record_bytes(key, value.data.size());
    return total;
  }
  // A refusal is right only when the result would not fit, all dead records dropped.
  bool too_big(const Key& key, u32 attributes, u64 size, bool appends) {
    const auto old = values_.find(key);
    const bool volatile_arena = !(attributes & nv);
    u64 total = live(volatile_arena), former = 0;
    if (old != values_.end()) {
      former = record_bytes(key, old->second.data.size());
      if (appends) size += old->second.data.size();
    }
    total -= former;
    const u64 need = record_bytes(key, size), reserve = at_runtime_ && need > former ? variable::boot_reserve_bytes : 0;
    variable::Arena& arena = volatile_arena ? store_.volatile_arena() : store_.non_volatile();
    return total + need + reserve > arena.capacity();
  }

  // Like the next boot: what lies on the flash tells everything.
  void reopen_or_query(fakes::Choices& choices) {
    for (const bool volatile_arena : {false, true}) {
      variable::Arena& arena = volatile_arena ? store_.volatile_arena() : store_.non_volatile();
      require(arena.remaining() == arena.capacity() - live(volatile_arena));
      if (volatile_arena || !choices.one_in(8)) continue;
      arena = load();
      require(arena.remaining() == arena.capacity() - live(volatile_arena));
    }
  }

  std::vector<u32> memory_, volatile_memory_;
  fakes::Pflash chip_;
  variable::Store store_;
  std::map<Key, Value> values_;
  bool at_runtime_ = false;
};

}  // namespace variable_model
