// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <type_traits>

#include "lib/base/types.hpp"

namespace base {

// Why an operation did not happen. Named after the EFI status that dxe/core/thunk.hpp makes of it [uefi appx D].
enum class Error : u8 {
  load_error,
  invalid_parameter,
  unsupported,
  bad_buffer_size,
  buffer_too_small,
  not_ready,
  device_error,
  write_protected,
  out_of_resources,
  volume_corrupted,
  volume_full,
  no_media,
  media_changed,
  not_found,
  access_denied,
  no_response,
  no_mapping,
  timeout,
  not_started,
  already_started,
  aborted,
  protocol_error,
  incompatible_version,
  security_violation,
  crc_error,
  end_of_file,
};
const char* name(Error error);

[[noreturn]] void panic(const char* why);

template <class T = void>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : value_(value), ok_(true) {}
  constexpr Result(Error error) : error_(error), ok_(false) {}
  constexpr explicit operator bool() const { return ok_; }
  constexpr Error error() const { return error_; }
  constexpr T& value() {
    if (!ok_) panic("value() of a failed Result");
    return value_;
  }
  constexpr T& operator*() { return value(); }
  constexpr T* operator->() { return &value(); }
  constexpr T value_or(T other) const { return ok_ ? value_ : other; }

 private:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>, "Result carries plain values");
  union {
    T value_;
    Error error_;
  };
  bool ok_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  constexpr Result() = default;
  constexpr Result(Error error) : error_(error), ok_(false) {}
  constexpr explicit operator bool() const { return ok_; }
  constexpr Error error() const { return error_; }

 private:
  Error error_{};
  bool ok_ = true;
};

}  // namespace base

// Unwraps a Result or returns its error to the caller.
#define TRY(expression)                                        \
  ({                                                           \
    auto try_result_ = (expression);                           \
    if (!try_result_) [[unlikely]] return try_result_.error(); \
    base::unwrap(try_result_);                                 \
  })

namespace base {
template <class T>
constexpr T unwrap(Result<T>& r) {
  return r.value();
}
constexpr void unwrap(Result<void>&) {}
}  // namespace base

#define ASSERT(condition)                        \
  do {                                           \
    if (!(condition)) [[unlikely]]               \
      ::base::panic("ASSERT(" #condition ")");   \
  } while (0)
