// SPDX-License-Identifier: BSD-2-Clause-Patent
// The selftest's child image: does what the first letter of its load options says.
#include "efi.hpp"

namespace {

BootServices* bs;
constexpr Guid mark{0x41534c52, 0x7465, 0x7374, {0, 0, 0, 0, 0, 0, 0, 0x40}};
int unload_requests;
Handle mark_handle;

// Uninitialised and relocated data.
int zeroes[3000];
int* pointers[] = {&zeroes[0], &zeroes[2999], &unload_requests};

Status refuse_first_unload(Handle) {
  if (++unload_requests == 1) return access_denied;
  return bs->uninstall(mark_handle, &mark, &unload_requests);
}

Status exit_with_data(Handle image) {
  Char* data = nullptr;
  bs->allocate_pool(loader_data, 20, &data);
  bs->copy(data, L"childdone", 20);
  return bs->exit(image, security_violation, 20, data);
}

[[gnu::noinline]] int exit_from_depth(Handle image, int depth) {
  volatile int here[16] = {depth};
  if (depth == 0) return static_cast<int>(bs->exit(image, success, 0, nullptr));
  return exit_from_depth(image, depth - 1) + here[0];
}

Status check_data() {
  for (const int& value : zeroes)
    if (value != 0) return load_error;
  // Volatile, or the compiler would know the answer.
  int* volatile* const table = pointers;
  return table[1] - table[0] == 2999 ? success : load_error;
}

}  // namespace

extern "C" Status efi_main(Handle image, SystemTable* table) {
  bs = table->boot;
  LoadedImage* self = nullptr;
  bs->handle_protocol(image, &guid_loaded_image, &self);
  switch (self->options_size ? *static_cast<const Char*>(self->options) : 0) {
    case 'r':
      return aborted;
    case 'e':
      return exit_with_data(image);
    case 'd':
      return static_cast<Status>(exit_from_depth(image, 20));
    case 'c':
      return check_data();
    case 'u':
      self->unload = refuse_first_unload;
      return bs->install(&mark_handle, &mark, 0, &unload_requests);
    default:
      return unsupported;
  }
}
