// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/decompress.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "lib/compress/efi.hpp"
#include "lib/efi/decompress.hpp"

namespace drivers {

using namespace base;
namespace {

// Nobody's scratch memory is needed; a caller may not like to allocate nothing.
constexpr u32 scratch_bytes = 16;

class Decompress : public efi::Decompress {
 public:
  using Protocol = efi::Decompress;

  Result<> sizes(const void* source, u32 bytes, u32* destination, u32* scratch) {
    if (!source || !destination || !scratch) return Error::invalid_parameter;
    const auto found = compress::efi_size({static_cast<const u8*>(source), bytes});
    if (!found) return Error::invalid_parameter;
    *destination = found.value_or(0);
    *scratch = scratch_bytes;
    return {};
  }
  Result<> run(const void* source, u32 bytes, void* destination, u32 destination_bytes, void*, u32) {
    if (!source || (!destination && destination_bytes)) return Error::invalid_parameter;
    const std::span<const u8> from(static_cast<const u8*>(source), bytes);
    const auto found = compress::efi_size(from);
    if (!found || found.value_or(0) != destination_bytes) return Error::invalid_parameter;
    return compress::efi_decompress(from, {static_cast<u8*>(destination), destination_bytes}) ? Result<>() : Error::invalid_parameter;
  }
};
constinit Decompress decompress{};

}  // namespace

void install_decompress() {
  decompress.get_info = core::thunk<&Decompress::sizes>;
  decompress.decompress = core::thunk<&Decompress::run>;
  efi::Handle handle = nullptr;
  core::install<efi::Decompress>(handle, decompress);
}

}  // namespace drivers
