// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/file_system/file_protocol.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/file_system/open_file.hpp"

namespace drivers {

using core::thunk, core::TplGuard;
using file_system::OpenFile;

// EFI_FILE_PROTOCOL, revision 2: whoever asks for asynchronous work gets it done before the call returns.
class FileHandle : public efi::File {
 public:
  using Protocol = efi::File;

  static Result<efi::File*> make(ServedVolume& served, OpenFile file);
  Result<> open_file(efi::File** opened, const char16_t* name, u64 mode, u64 attributes);
  Result<> close_file();
  static efi::Status EFIAPI remove_file(efi::File* self);
  Result<> read_file(u64* bytes, void* buffer) { return with(&OpenFile::read, bytes, buffer); }
  Result<> write_file(u64* bytes, const void* buffer) { return with(&OpenFile::write, bytes, buffer); }
  Result<> tell(u64* position) { return with(&OpenFile::tell, position); }
  Result<> seek(u64 position) { return with(&OpenFile::seek, position); }
  Result<> info(const Guid* type, u64* bytes, void* buffer) { return with(&OpenFile::get_info, type, bytes, buffer); }
  Result<> change_info(const Guid* type, u64 bytes, const void* buffer) { return with(&OpenFile::set_info, type, bytes, buffer); }
  Result<> flush_file() { return with(&OpenFile::flush); }

  Result<> open_token(efi::File** opened, const char16_t* name, u64 mode, u64 attributes, efi::FileIoToken* token) {
    return finish(token, open_file(opened, name, mode, attributes));
  }
  Result<> read_token(efi::FileIoToken* token) {
    return token ? finish(token, read_file(&token->buffer_size, token->buffer)) : Error::invalid_parameter;
  }
  Result<> write_token(efi::FileIoToken* token) {
    return token ? finish(token, write_file(&token->buffer_size, token->buffer)) : Error::invalid_parameter;
  }
  Result<> flush_token(efi::FileIoToken* token) { return finish(token, flush_file()); }

 private:
  // File systems are used at up to tpl_callback [uefi §7.1]; no notification gets between the steps of one call.
  template <class... Parameters, class... Arguments>
  Result<> with(Result<> (OpenFile::*operation)(Parameters...), Arguments... arguments) {
    TplGuard guard(efi::tpl_callback);
    return served_->withdrawn_ ? Error::no_media : (file_.*operation)(arguments...);
  }
  // An event is signaled for what was begun, and an error says that nothing was [uefi §13.5.7].
  static Result<> finish(efi::FileIoToken* token, Result<> done) {
    if (!done || !token) return done;
    token->status = efi::Status::success;
    return token->event ? core::signal_event(token->event) : Result<>();
  }
  void free();

  ServedVolume* served_;
  OpenFile file_;
};

Result<efi::File*> FileHandle::make(ServedVolume& served, OpenFile file) {
  auto made = core::make<FileHandle>();
  if (!made) {
    file.close();
    return made.error();
  }
  FileHandle& handle = **made;
  static_cast<efi::File&>(handle) = {
      .revision = revision_2,
      .open = thunk<&FileHandle::open_file>,
      .close = thunk<&FileHandle::close_file>,
      .delete_file = remove_file,
      .read = thunk<&FileHandle::read_file>,
      .write = thunk<&FileHandle::write_file>,
      .get_position = thunk<&FileHandle::tell>,
      .set_position = thunk<&FileHandle::seek>,
      .get_info = thunk<&FileHandle::info>,
      .set_info = thunk<&FileHandle::change_info>,
      .flush = thunk<&FileHandle::flush_file>,
      .open_ex = thunk<&FileHandle::open_token>,
      .read_ex = thunk<&FileHandle::read_token>,
      .write_ex = thunk<&FileHandle::write_token>,
      .flush_ex = thunk<&FileHandle::flush_token>,
  };
  handle.served_ = &served;
  handle.file_ = file;
  ++served.handles_;
  return static_cast<efi::File*>(&handle);
}

Result<> FileHandle::open_file(efi::File** opened, const char16_t* name, u64 mode, u64 attributes) {
  TplGuard guard(efi::tpl_callback);
  if (!opened) return Error::invalid_parameter;
  if (served_->withdrawn_) return Error::no_media;
  const OpenFile file = TRY(file_.open(name, mode, attributes));
  *opened = TRY(make(*served_, file));
  return {};
}

void FileHandle::free() {
  ServedVolume& served = *served_;
  core::destroy(*this);
  served.handle_closed();
}

Result<> FileHandle::close_file() {
  TplGuard guard(efi::tpl_callback);
  file_.close();
  free();
  return {};
}

// Closes the file in any case and then warns [uefi §13.5.4].
efi::Status EFIAPI FileHandle::remove_file(efi::File* self) {
  if (!self) return efi::Status::invalid_parameter;
  TplGuard guard(efi::tpl_callback);
  auto& handle = *static_cast<FileHandle*>(self);
  const auto removed = handle.file_.remove();
  handle.free();
  return removed ? efi::Status::success : efi::Status::warn_delete_failure;
}

Result<efi::File*> ServedVolume::open_root() { return FileHandle::make(*this, OpenFile::root_of(volume())); }

void ServedVolume::withdraw() {
  (void)!volume().flush();
  withdrawn_ = true;
  cut_off();
  if (!handles_) free();
}

void ServedVolume::handle_closed() {
  if (--handles_ == 0 && withdrawn_) free();
}

namespace {

// A clock that does not work costs the time, not the file.
rtc::Moment now() {
  efi::Time time{};
  const auto& services = *core::system_table().runtime_services;
  const bool known = services.get_time(&time, nullptr) == efi::Status::success && rtc::valid(time);
  return known ? rtc::moment_of(time) : rtc::Moment{1980, 1, 1, 0, 0, 0};
}

}  // namespace

constinit const file_system::Surroundings file_system_surroundings = {
    [](u64 bytes) { return core::allocate_pool(efi::MemoryType::boot_services_data, bytes); },
    [](void* block) { (void)!core::free_pool(block); },
    now,
};

}  // namespace drivers
