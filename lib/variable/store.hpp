// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/variable/arena.hpp"
#include "lib/variable/policy.hpp"

namespace variable {

// A record with its name and data may be this long, as with OVMF.
inline constexpr u64 max_record_bytes = 0x8400;
inline constexpr u64 max_variable_bytes = max_record_bytes - sizeof(RecordHeader);
// What the operating system cannot use up: loaders and the boot manager have to write, too.
inline constexpr u64 boot_reserve_bytes = 0x1000;

// The variable services [uefi §8.2]: one non-volatile and one volatile arena, and every rule between a caller
// and a record. The parameters are the caller's own, unchecked.
class Store {
 public:
  struct Info {
    u64 maximum_storage, remaining_storage, maximum_variable;
  };

  constexpr Store() = default;
  constexpr Store(Arena non_volatile, Arena volatile_arena) : non_volatile_(non_volatile), volatile_(volatile_arena) {}

  Result<> get(const char16_t* name, const Guid* vendor, u32* attributes, u64* data_size, void* data) const;
  Result<> get_next_name(u64* name_size, char16_t* name, Guid* vendor) const;
  Result<> set(const char16_t* name, const Guid* vendor, u32 attributes, u64 data_size, const void* data,
               Writer writer = Writer::caller);
  Result<Info> query(u32 attributes) const;

  // From now on boot-time variables are out of sight and volatile ones cannot be written.
  void exit_boot_services() { at_runtime_ = true; }

  Arena& non_volatile() { return non_volatile_; }
  Arena& volatile_arena() { return volatile_; }

 private:
  const RecordHeader* find(std::u16string_view name, const Guid& vendor) const;
  bool visible(const RecordHeader& record) const;
  const RecordHeader* first_visible(const Arena& arena, const RecordHeader* from) const;
  Arena& home_of(const RecordHeader* record) { return volatile_.owns(record) ? volatile_ : non_volatile_; }
  // A write whose parameters have been checked.
  struct Request {
    std::u16string_view name;
    const Guid& vendor;
    u32 attributes;
    std::span<const u8> data;
    efi::Time time_stamp;
    u64 reserve;

    bool appends() const;
    bool authenticated() const;
    bool deletes() const;
  };
  Result<> update(const RecordHeader& old, const Request& request);
  Result<> create(const Request& request);

  Arena non_volatile_;
  Arena volatile_;
  bool at_runtime_ = false;
};

}  // namespace variable
