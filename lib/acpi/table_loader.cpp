// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/acpi/table_loader.hpp"

#include <span>

#include "lib/acpi/loader_script.hpp"
#include "lib/base/byte_sum.hpp"
#include "lib/base/endian.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"

namespace acpi {

u64 Loaded::room_at(Gpa address) const {
  for (unsigned i = 0; i < count; ++i)
    if (address >= blobs[i].pages.start() && address - blobs[i].pages.start() < blobs[i].size)
      return blobs[i].size - (address - blobs[i].pages.start());
  return 0;
}

namespace {

using namespace script;

constexpr u32 max_script_bytes = 512 * sizeof(Entry);
constexpr u64 max_total_bytes = 64_MiB;
constexpr u64 four_gib = 4_GiB;
constexpr std::string_view rsdp_name = "etc/acpi/rsdp";

bool inside(u64 offset, u64 bytes, u64 size) { return offset <= size && bytes <= size - offset; }
bool pointer_size(u8 size) { return size == 1 || size == 2 || size == 4 || size == 8; }
bool fits(u64 value, u8 size) { return size == 8 || value >> (8 * size) == 0; }
u8* memory(const Blob& blob) { return reinterpret_cast<u8*>(blob.pages.start().raw()); }

class Interpreter {
 public:
  Interpreter(const Allocator& allocator, std::span<const Entry> script) : allocator_(allocator), script_(script) {}

  Result<Loaded> run() {
    Result<> linked = link();
    if (linked) linked = publish();
    if (linked) return loaded_;
    log::error("acpi: table loader command ", at_ + 1, " of ", script_.size(), ": ", why_, "; no ACPI tables");
    for (unsigned i = 0; i < loaded_.count; ++i) allocator_.release(allocator_.context, loaded_.blobs[i].pages);
    return linked.error();
  }

 private:
  Result<> link() {
    for (at_ = 0; at_ < script_.size(); ++at_) TRY(execute(script_[at_]));
    const Blob* rsdp = find(rsdp_name);
    if (!rsdp) return refuse("no etc/acpi/rsdp was allocated");
    loaded_.rsdp = rsdp->pages.start();
    loaded_.rsdp_bytes = rsdp->size;
    return {};
  }

  Result<> execute(const Entry& e) {
    switch (e.command) {
      case Command::allocate: return allocate(e.allocate);
      case Command::add_pointer: return add_pointer(e.add_pointer);
      case Command::add_checksum: return add_checksum(e.add_checksum);
      case Command::write_pointer: return check_write(e.write_pointer);
    }
    // A newer QEMU's hint; those that matter make their absence visible in another way. Zero is padding.
    if (static_cast<u32>(e.command) && !saw_unknown_) log::warning("acpi: table loader command ", at_ + 1, " is unknown, skipped");
    saw_unknown_ |= static_cast<u32>(e.command) != 0;
    return {};
  }

  Result<> allocate(const Allocate& c) {
    const std::string_view name = c.file.view();
    if (name.empty()) return refuse("file name without an end");
    if (find(name)) return refuse("file allocated twice");
    if (c.alignment > page_bytes || (c.alignment & (c.alignment - 1)) != 0) return refuse("unsupported alignment");
    if (c.zone != 1 && c.zone != 2) return refuse("unknown zone");
    if (loaded_.count == Loaded::max_blobs) return refuse("too many files");
    auto file = fw_cfg::find(name);
    if (!file) return refuse("no such file");
    total_ += file->size;
    if (file->size == 0 || total_ > max_total_bytes) return refuse("file is empty or too big");

    auto pages = allocator_.allocate(allocator_.context, bytes_to_pages(file->size), Use::nvs);
    if (!pages) return refuse("out of memory", pages.error());
    if (pages->end().raw() > four_gib) panic("acpi: table memory above 4 GiB");
    names_[loaded_.count] = name;
    Blob& blob = loaded_.blobs[loaded_.count++] = {*pages, file->size};
    fw_cfg::read(file->key, {memory(blob), blob.size});
    __builtin_memset(memory(blob) + blob.size, 0, pages->bytes() - blob.size);
    return {};
  }

  Result<> add_pointer(const AddPointer& c) {
    const Blob* target = find(c.target.view());
    const Blob* pointee = find(c.pointee.view());
    if (!target || !pointee) return refuse("file was not allocated");
    if (!pointer_size(c.size) || !inside(c.offset, c.size, target->size)) return refuse("pointer outside its file");
    u64 value = 0;
    __builtin_memcpy(&value, memory(*target) + c.offset, c.size);
    if (value >= pointee->size) return refuse("pointer leads out of the file it points into");
    value += pointee->pages.start().raw();
    if (!fits(value, c.size)) return refuse("pointer is too narrow");
    __builtin_memcpy(memory(*target) + c.offset, &value, c.size);
    return {};
  }

  Result<> add_checksum(const AddChecksum& c) {
    const Blob* blob = find(c.file.view());
    if (!blob) return refuse("file was not allocated");
    if (c.result_offset >= blob->size || !inside(c.start, c.length, blob->size)) return refuse("checksum outside its file");
    u8& result = memory(*blob)[c.result_offset];
    result = static_cast<u8>(result - byte_sum({memory(*blob) + c.start, c.length}));
    return {};
  }

  // The host learns an address only when every other command has succeeded.
  Result<> check_write(const WritePointer& c) {
    const Blob* pointee = find(c.pointee.view());
    const std::string_view name = c.target.view();
    if (!pointee) return refuse("file was not allocated");
    if (name.empty()) return refuse("file name without an end");
    auto file = fw_cfg::find(name);
    if (!file) return refuse("no such file");
    if (!pointer_size(c.size) || !inside(c.target_offset, c.size, file->size)) return refuse("pointer outside its file");
    if (c.pointee_offset >= pointee->size) return refuse("pointer leads out of the file it points into");
    if (!fits(pointee->pages.start().raw() + c.pointee_offset, c.size)) return refuse("pointer is too narrow");
    return {};
  }

  Result<> publish() {
    for (at_ = 0; at_ < script_.size(); ++at_) {
      if (script_[at_].command != Command::write_pointer) continue;
      const WritePointer& c = script_[at_].write_pointer;
      const u64 value = find(c.pointee.view())->pages.start().raw() + c.pointee_offset;
      if (write(c, value)) continue;
      // The host must not keep addresses in memory that is about to be used for something else.
      for (usize i = 0; i < at_; ++i)
        if (script_[i].command == Command::write_pointer) (void)write(script_[i].write_pointer, 0);
      return refuse("the host does not take the pointer", Error::device_error);
    }
    return {};
  }
  static Result<> write(const WritePointer& c, u64 value) {
    const fw_cfg::File file = TRY(fw_cfg::find(c.target.view()));
    return fw_cfg::write(file, c.target_offset, {reinterpret_cast<const u8*>(&value), c.size});
  }

  const Blob* find(std::string_view name) const {
    if (name.empty()) return nullptr;
    for (unsigned i = 0; i < loaded_.count; ++i)
      if (names_[i] == name) return &loaded_.blobs[i];
    return nullptr;
  }
  Error refuse(const char* why, Error error = Error::protocol_error) {
    why_ = why;
    return error;
  }

  const Allocator& allocator_;
  std::span<const Entry> script_;
  Loaded loaded_;
  std::string_view names_[Loaded::max_blobs];
  u64 total_ = 0;
  usize at_ = 0;
  bool saw_unknown_ = false;  // one line is enough for all of them
  const char* why_ = "";
};

}  // namespace

Result<Loaded> load_tables(const Allocator& allocator) {
  const fw_cfg::File file = TRY(fw_cfg::find("etc/table-loader"));
  if (file.size == 0 || file.size > max_script_bytes || file.size % sizeof(Entry) != 0) {
    log::error("acpi: the table loader script has ", file.size, " bytes; no ACPI tables");
    return Error::protocol_error;
  }
  // One private copy: the host could change the script between two readings.
  auto pages = allocator.allocate(allocator.context, bytes_to_pages(file.size), Use::scratch);
  if (!pages) {
    log::error("acpi: out of memory for the table loader script; no ACPI tables");
    return pages.error();
  }
  auto* entries = reinterpret_cast<Entry*>(pages->start().raw());
  fw_cfg::read(file.key, {reinterpret_cast<u8*>(entries), file.size});
  auto result = Interpreter(allocator, {entries, file.size / sizeof(Entry)}).run();
  allocator.release(allocator.context, *pages);
  return result;
}

}  // namespace acpi
