// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/types.hpp"

namespace fakes {

using namespace base;

// Where a randomized test gets its decisions: a seed (deterministic) or a fuzzer's input.
class Choices {
 public:
  explicit Choices(u64 seed) : state_(seed) {}
  explicit Choices(std::span<const u8> data) : data_(data), from_data_(true) {}

  u64 next() {
    if (from_data_) {
      u64 value = 0;
      for (int i = 0; i < 2 && at_ < data_.size(); ++i) value = value << 8 | data_[at_++];
      return value;
    }
    u64 z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  u64 below(u64 n) { return n ? next() % n : 0; }
  bool one_in(u64 n) { return below(n) == 0; }
  bool exhausted() const { return from_data_ && at_ >= data_.size(); }
  template <class T>
  T of(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }

 private:
  u64 state_ = 0;
  std::span<const u8> data_;
  usize at_ = 0;
  bool from_data_ = false;
};

}  // namespace fakes
