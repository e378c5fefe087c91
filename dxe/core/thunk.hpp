// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status_of.hpp"

namespace core {

// What the OS calls: an EFI function pointer made of a member function or a free function that returns
// Result<>. The one place where a Result becomes an EFI status.
//
// A class that serves a protocol derives from the protocol's struct and names it: using Protocol = efi::X.
template <class T>
struct ThunkMaker;

template <class Class, class... Args>
struct ThunkMaker<base::Result<> (Class::*)(Args...)> {
  template <auto method>
  static efi::Status EFIAPI call(typename Class::Protocol* self, Args... args) {
    if (!self) return efi::Status::invalid_parameter;
    return efi::status_of((static_cast<Class*>(self)->*method)(args...));
  }
};

template <class... Args>
struct ThunkMaker<base::Result<> (*)(Args...)> {
  template <auto function>
  static efi::Status EFIAPI call(Args... args) {
    return efi::status_of(function(args...));
  }
};

template <auto function>
inline constexpr auto thunk = &ThunkMaker<decltype(function)>::template call<function>;

}  // namespace core
