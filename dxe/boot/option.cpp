// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/option.hpp"

#include "dxe/boot/global_variable.hpp"
#include "dxe/core/pool.hpp"
#include "lib/base/endian.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

struct OrderName {
  char16_t text[16] = {};
  explicit OrderName(std::u16string_view prefix) {
    usize at = 0;
    for (char16_t c : prefix) text[at++] = c;
    for (char16_t c : std::u16string_view(u"Order")) text[at++] = c;
  }
};

}  // namespace

bool Option::firmware_file() const {
  const efi::DevicePath& node = *path();
  return (node.type == efi::device_path_type::media &&
          (node.subtype == efi::media_path::FirmwareVolume::subtype || node.subtype == efi::media_path::FirmwareFile::subtype)) ||
         (node.type == efi::device_path_type::hardware && node.subtype == efi::hardware_path::MemoryMapped::subtype);
}

Option* Options::find(u16 number) {
  for (Option& o : list_)
    if (o.number == number) return &o;
  return nullptr;
}

Result<Option*> Options::add_variable(u16 number) {
  if (Option* known = find(number)) return known;
  if (count_ == max_options) return Error::out_of_resources;
  const OptionName name(prefix_, number);
  const auto variable = TRY(read_global(name.text));
  const auto load = parse_load_option(variable);
  const auto made = load ? core::make<Option>() : Result<Option*>(load.error());
  if (!made) {
    log::warning(log::Wide{name.text}, " is left out: ", made.error());
    (void)!core::free_pool(variable.data());
    return made.error();
  }
  Option& option = *made.value_or(nullptr);
  option.number = number;
  option.variable = variable;
  option.load = load.value_or({});
  list_.push_back(option);
  ++count_;
  return &option;
}

void Options::read() {
  auto order = read_global(OrderName(prefix_).text);
  if (!order) return;
  for (usize at = 0; at + sizeof(u16) <= order->size() && count_ < max_options; at += sizeof(u16))
    (void)!add_variable(load_le<u16>(&(*order)[at]));
  (void)!core::free_pool(order->data());
}

Result<u16> Options::free_number() {
  for (u32 number = 0; number <= 0xffff; ++number)
    if (!find(static_cast<u16>(number)) && !exists(OptionName(prefix_, static_cast<u16>(number)).text)) return static_cast<u16>(number);
  return Error::out_of_resources;
}

Result<Option*> Options::create(std::u16string_view description, Bytes path) {
  u8 room[1024];
  device_path::ByteSink sink{std::span(room)};
  build_load_option(load_attribute::active, description, path,
                    {reinterpret_cast<const u8*>(&automatic_option_guid), sizeof automatic_option_guid}, sink);
  if (!sink.fits()) return Error::unsupported;
  const u16 number = TRY(free_number());
  write_global(OptionName(prefix_, number).text, attributes::kept, {room, sink.length()});
  return add_variable(number);
}

void Options::erase(Option& option) {
  delete_global(OptionName(prefix_, option.number).text);
  option.unlink();
  --count_;
  (void)!core::free_pool(option.variable.data());
  (void)!core::free_pool(&option);
}

void Options::write_order() {
  u16 numbers[max_options];
  usize count = 0;
  for (Option& o : list_) numbers[count++] = o.number;
  const OrderName name(prefix_);
  if (count)
    write_global(name.text, attributes::kept, {reinterpret_cast<const u8*>(numbers), count * sizeof(u16)});
  else
    delete_global(name.text);
}

}  // namespace boot
