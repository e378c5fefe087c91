// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/hii/database.hpp"
#include "lib/device_path/path.hpp"
#include "lib/hii/config.hpp"

namespace drivers {
namespace {

using core::thunk;
using device_path::TextSink;
using efi::HiiConfigAccess;

constexpr usize most_path_bytes = 512;

// A string that grows, for the caller to free.
class Answer {
 public:
  Result<> add(std::u16string_view text) {
    const usize joint = length_ ? 1 : 0;
    auto* grown = TRY(core::allocate_array<char16_t>(length_ + joint + text.size() + 1));
    if (text_) __builtin_memcpy(grown, text_, length_ * sizeof(char16_t));
    if (joint) grown[length_] = u'&';
    __builtin_memcpy(grown + length_ + joint, text.data(), text.size() * sizeof(char16_t));
    length_ += joint + text.size();
    grown[length_] = 0;
    if (text_) (void)!core::free_pool(text_);
    text_ = grown;
    return {};
  }
  char16_t* text() const { return text_; }

 private:
  char16_t* text_ = nullptr;
  usize length_ = 0;
};

HiiConfigAccess* access_of(core::HandleObject& handle) {
  core::Interface* i = core::find_interface(handle, HiiConfigAccess::guid);
  return i ? static_cast<HiiConfigAccess*>(i->pointer) : nullptr;
}

// Who answers for the device path that a request names.
Result<HiiConfigAccess*> access_for(std::u16string_view request) {
  u8 path[most_path_bytes];
  const usize bytes = TRY(hii::path_of(request, path));
  if (bytes > sizeof path) return Error::not_found;
  for (core::HandleObject& h : core::all_handles()) {
    core::Interface* i = core::find_interface(h, efi::DevicePath::guid);
    HiiConfigAccess* access = access_of(h);
    if (!i || !access || device_path::bytes(static_cast<const efi::DevicePath*>(i->pointer)) != bytes) continue;
    if (__builtin_memcmp(i->pointer, path, bytes) == 0) return access;
  }
  return Error::not_found;
}

// A part of the caller's string as a string of its own.
Result<char16_t*> copy_of(std::u16string_view part) {
  auto* copy = TRY(core::allocate_array<char16_t>(part.size() + 1));
  __builtin_memcpy(copy, part.data(), part.size() * sizeof(char16_t));
  copy[part.size()] = 0;
  return copy;
}

class ConfigRouting : public efi::HiiConfigRouting {
 public:
  using Protocol = efi::HiiConfigRouting;

  void init() {
    static_cast<efi::HiiConfigRouting&>(*this) = {
        .extract_config = thunk<&ConfigRouting::extract>,
        .export_config = thunk<&ConfigRouting::export_all>,
        .route_config = thunk<&ConfigRouting::route>,
        .block_to_config = thunk<&ConfigRouting::from_block>,
        .config_to_block = thunk<&ConfigRouting::to_block>,
        .get_alt_config = thunk<&ConfigRouting::alternative>,
    };
  }

  Result<> extract(const char16_t* request, char16_t** progress, char16_t** results) {
    if (!progress || !results) return Error::invalid_parameter;
    *progress = const_cast<char16_t*>(request);
    if (!request) return Error::invalid_parameter;
    Answer answer;
    for (std::u16string_view left(request); !left.empty();) {
      *progress = const_cast<char16_t*>(left.data());
      const std::u16string_view one = hii::next_request(left);
      HiiConfigAccess* access = TRY(access_for(one));
      char16_t* copy = TRY(copy_of(one));
      char16_t *where = nullptr, *given = nullptr;
      const auto done = efi::result_of(access->extract_config(access, copy, &where, &given));
      (void)!core::free_pool(copy);
      TRY(done);
      TRY(answer.add(given));
      (void)!core::free_pool(given);
    }
    *progress = const_cast<char16_t*>(request) + std::u16string_view(request).size();
    *results = answer.text();
    return {};
  }

  // Who does not answer is left out.
  Result<> export_all(char16_t** results) {
    if (!results) return Error::invalid_parameter;
    Answer answer;
    for (core::HandleObject& h : core::all_handles()) {
      HiiConfigAccess* access = access_of(h);
      char16_t *where = nullptr, *given = nullptr;
      if (!access || access->extract_config(access, nullptr, &where, &given) != efi::Status::success || !given) continue;
      TRY(answer.add(given));
      (void)!core::free_pool(given);
    }
    if (!answer.text()) TRY(answer.add({}));
    *results = answer.text();
    return {};
  }

  Result<> route(const char16_t* configuration, char16_t** progress) {
    if (!configuration || !progress) return Error::invalid_parameter;
    for (std::u16string_view left(configuration); !left.empty();) {
      *progress = const_cast<char16_t*>(left.data());
      const std::u16string_view one = hii::next_request(left);
      HiiConfigAccess* access = TRY(access_for(one));
      char16_t* copy = TRY(copy_of(one));
      char16_t* where = nullptr;
      const auto done = efi::result_of(access->route_config(access, copy, &where));
      (void)!core::free_pool(copy);
      TRY(done);
    }
    *progress = const_cast<char16_t*>(configuration) + std::u16string_view(configuration).size();
    return {};
  }

  Result<> from_block(const char16_t* request, const u8* block, u64 block_bytes, char16_t** config, char16_t** progress) {
    if (!request || !block || !config || !progress) return Error::invalid_parameter;
    usize at = 0;
    TextSink measure;
    const auto measured = hii::block_to_config(request, {block, block_bytes}, measure, at);
    *progress = const_cast<char16_t*>(request) + at;
    TRY(measured);
    auto* text = TRY(core::allocate_array<char16_t>(measure.length() + 1));
    TextSink sink({text, measure.length()});
    TRY(hii::block_to_config(request, {block, block_bytes}, sink, at));
    text[measure.length()] = 0;
    *config = text;
    return {};
  }

  Result<> to_block(const char16_t* response, u8* block, u64* block_bytes, char16_t** progress) {
    if (!response || !block_bytes || (*block_bytes && !block) || !progress) return Error::invalid_parameter;
    usize at = 0;
    u64 used = 0;
    const auto done = hii::config_to_block(response, {block, *block_bytes}, used, at);
    *progress = const_cast<char16_t*>(response) + at;
    if (done && used) *block_bytes = used - 1;  // the offset of the last byte [uefi §35.4 ConfigToBlock]
    return done;
  }

  // No driver here makes alternatives.
  Result<> alternative(const char16_t* response, const Guid*, const char16_t*, const efi::DevicePath*, const u16*, char16_t** result) {
    return response && result ? Error::not_found : Error::invalid_parameter;
  }
};

constinit ConfigRouting config_routing{};

}  // namespace

void install_hii_config_routing() {
  config_routing.init();
  efi::Handle handle = nullptr;
  core::install<efi::HiiConfigRouting>(handle, config_routing);
}

}  // namespace drivers
