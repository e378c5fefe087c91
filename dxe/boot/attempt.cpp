// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/attempt.hpp"

#include "dxe/boot/global_variable.hpp"
#include "dxe/boot/path.hpp"
#include "dxe/core/boot_record.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/services.hpp"
#include "lib/arch/marker.hpp"
#include "lib/device_path/text.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/status_of.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

using efi::Status;

constexpr u64 watchdog_seconds = 5 * 60;  // [uefi §3.1.2]
constexpr u64 watchdog_code = 0x10000;    // below are the firmware's own

struct Failure : ListNode<Failure> {
  Text line;
};
constinit List<Failure> failures;

// The part of a path that names a file; null: it names a device.
const efi::DevicePath* file_of(const efi::DevicePath* path) {
  for (; !device_path::ends_path(*path); path = device_path::next(path))
    if (path->type == efi::device_path_type::media && path->subtype == efi::media_path::FilePath::subtype) return path;
  return nullptr;
}

const char* why_not_loaded(const efi::DevicePath* path, Status status) {
  if (!file_of(path)) return "nothing to boot came from it";
  switch (status) {
    case Status::not_found: return "no such file";
    case Status::unsupported: return "not an x86-64 EFI image";
    case Status::load_error: return "a damaged or truncated image";
    case Status::out_of_resources: return "not enough memory for it";
    default: return "it cannot be loaded";
  }
}

// The last part of a path that a user knows: its file, or all of it.
void put_short(Text& text, const efi::DevicePath* path) {
  char16_t room[160];
  device_path::TextSink sink{std::span(room)};
  const efi::DevicePath* file = file_of(path);
  device_path::path_to_text(file ? file : path, {.display_only = true, .allow_shortcuts = true}, sink);
  text.put(std::u16string_view(room, sink.fits() ? sink.length() : std::size(room)));
}

void put_status(Text& text, Status status) {
  const auto result = efi::result_of(status);
  if (status == Status::success)
    text.put("success");
  else if (!result && efi::status_of(result.error()) == status)
    text.put(name(result.error()));
  else
    text.put_hex(static_cast<u64>(status));
}

void note_outcome(const Text& name, const efi::DevicePath* path, bool loaded, Status status) {
  Text line = name;
  line.put(": ");
  put_short(line, path);
  if (loaded) {
    line.put(" returned");
  } else {
    line.put(": ");
    line.put(why_not_loaded(path, status));
  }
  line.put(" (");
  put_status(line, status);
  line.put(")");
  note_failure(line);
}

// An application may have left the console as it liked it.
void recover_console() {
  set_colors(efi::text_color::light_gray, efi::text_color::black);
  auto& table = core::system_table();
  (void)table.con_out->enable_cursor(table.con_out, false);
}

void try_images(const Text& name, const efi::DevicePath* path, Bytes load_options) {
  Images images;
  if (const Missing missing = find_images(path, images); missing != Missing::none) {
    Text line = name;
    line.put(": ");
    line.put(words_for(missing));
    return note_failure(line);
  }
  for (unsigned i = 0; i < images.count; ++i) {
    bool loaded = false;
    const Status status = run_image(images.paths[i].get(), load_options, loaded);
    note_outcome(name, images.paths[i].get(), loaded, status);
    if (loaded) recover_console();
  }
}

}  // namespace

Status run_image(const efi::DevicePath* path, Bytes load_options, bool& loaded) {
  efi::Handle image = nullptr;
  core::note_load_image_start();
  const Status status = core::load_image(true, core::firmware_image(), const_cast<efi::DevicePath*>(path), nullptr, 0, &image);
  loaded = status == Status::success;
  if (!loaded) return status;
  auto* protocol = static_cast<efi::LoadedImage*>(core::interface_of(image, efi::LoadedImage::guid));
  protocol->load_options = load_options.empty() ? nullptr : const_cast<u8*>(load_options.data());
  protocol->load_options_size = static_cast<u32>(load_options.size());
  core::log_timeline();
  core::note_start_image_start();
  (void)!core::set_watchdog(watchdog_seconds, watchdog_code, 0, nullptr);
  arch::phase_marker<6>();
  const Status returned = core::start_image(image, nullptr, nullptr);
  (void)!core::set_watchdog(0, 0, 0, nullptr);
  return returned;
}

void try_option(Option& option) {
  option.tried = true;
  Text name("", std::u16string_view(OptionName(u"Boot", option.number).text), " ", option.load.description);
  log::info("boot: trying Boot", log::hex(option.number, 4));
  write_global(efi::variable_name::boot_current, attributes::shown, option.number);
  core::signal_group(efi::event_group::ready_to_boot);
  try_images(name, option.path(), option.load.automatic() ? Bytes{} : option.load.optional_data);
  delete_global(efi::variable_name::boot_current);
}

void try_path(const Text& name, const efi::DevicePath* path) {
  core::signal_group(efi::event_group::ready_to_boot);
  try_images(name, path, {});
}

void note_failure(const Text& line) {
  if (auto made = core::make<Failure>()) {
    (*made)->line = line;
    failures.push_back(**made);
  }
}

void explain() {
  print_line(failures.empty() ? Text("\r\nno disk, CD or network card to boot from was found") : Text("\r\nwhat was tried:"));
  for (Failure& f : failures) print_wrapped(f.line);
}

void explain_last() {
  if (const Failure* last = failures.back()) print_line(last->line);
}

}  // namespace boot
