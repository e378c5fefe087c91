// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/policy.hpp"

#include <algorithm>

namespace variable {
namespace {

namespace attribute = efi::variable_attribute;

constexpr u32 bs_rt = attribute::bootservice_access | attribute::runtime_access;
constexpr u32 nv_bs_rt = bs_rt | attribute::non_volatile;
constexpr u32 nv_bs_rt_at = nv_bs_rt | attribute::time_based_authenticated_write_access;

enum Kind : u8 { plain, numbered, read_only };  // numbered: four upper-case hexadecimal digits follow

// The name is stored in place: a pointer would be a relocation of the runtime image.
struct Rule {
  template <usize count>
  consteval Rule(const char16_t (&text)[count], Kind kind, u8 attributes, u16 min_size, u16 max_size)
      : length(count - 1), kind(kind), attributes(attributes), min_size(min_size), max_size(max_size) {
    std::copy_n(text, length, name);
  }

  char16_t name[22] = {};
  u8 length;
  Kind kind;
  u8 attributes;
  u16 min_size;
  u16 max_size;  // 0: no limit

  constexpr std::u16string_view text() const { return {name, length}; }
};

constexpr Rule global_rules[] = {
    {u"Boot", numbered, nv_bs_rt, 6, 0},
    {u"BootCurrent", plain, bs_rt, 2, 2},
    {u"BootNext", plain, nv_bs_rt, 2, 2},
    {u"BootOptionSupport", read_only, bs_rt, 4, 4},
    {u"BootOrder", plain, nv_bs_rt, 2, 0},
    {u"ConIn", plain, nv_bs_rt, 4, 0},
    {u"ConInDev", plain, bs_rt, 4, 0},
    {u"ConOut", plain, nv_bs_rt, 4, 0},
    {u"ConOutDev", plain, bs_rt, 4, 0},
    {u"dbDefault", read_only, bs_rt, 1, 0},
    {u"dbrDefault", read_only, bs_rt, 1, 0},
    {u"dbtDefault", read_only, bs_rt, 1, 0},
    {u"dbxDefault", read_only, bs_rt, 1, 0},
    {u"Driver", numbered, nv_bs_rt, 6, 0},
    {u"DriverOrder", plain, nv_bs_rt, 2, 0},
    {u"ErrOut", plain, nv_bs_rt, 4, 0},
    {u"ErrOutDev", plain, bs_rt, 4, 0},
    {u"HwErrRecSupport", plain, nv_bs_rt, 2, 2},
    {u"KEK", plain, nv_bs_rt_at, 1, 0},
    {u"KEKDefault", read_only, bs_rt, 1, 0},
    {u"Key", numbered, nv_bs_rt, 10, 22},
    {u"Lang", plain, nv_bs_rt, 1, 0},
    {u"LangCodes", plain, bs_rt, 1, 0},
    {u"OsIndications", plain, nv_bs_rt, 8, 8},
    {u"OsIndicationsSupported", read_only, bs_rt, 8, 8},
    {u"PK", plain, nv_bs_rt_at, 1, 0},
    {u"PKDefault", read_only, bs_rt, 1, 0},
    {u"PlatformLang", plain, nv_bs_rt, 1, 0},
    {u"PlatformLangCodes", plain, bs_rt, 1, 0},
    {u"PlatformRecovery", numbered, bs_rt, 6, 0},
    {u"SecureBoot", read_only, bs_rt, 1, 1},
    {u"SetupMode", read_only, bs_rt, 1, 1},
    {u"SignatureSupport", read_only, bs_rt, 16, 0},
    {u"SysPrep", numbered, nv_bs_rt, 6, 0},
    {u"SysPrepOrder", plain, nv_bs_rt, 2, 0},
    {u"Timeout", plain, nv_bs_rt, 2, 2},
    {u"VendorKeys", read_only, bs_rt, 1, 1},
};

constexpr Rule security_rules[] = {
    {u"db", plain, nv_bs_rt_at, 1, 0},
    {u"dbr", plain, nv_bs_rt_at, 1, 0},
    {u"dbt", plain, nv_bs_rt_at, 1, 0},
    {u"dbx", plain, nv_bs_rt_at, 1, 0},
};

bool is_number(std::u16string_view text) {
  if (text.size() != 4) return false;
  for (char16_t c : text)
    if (!(c >= u'0' && c <= u'9') && !(c >= u'A' && c <= u'F')) return false;
  return true;
}

bool names(const Rule& rule, std::u16string_view name) {
  const std::u16string_view text = rule.text();
  if (rule.kind != numbered) return name == text;
  return name.starts_with(text) && is_number(name.substr(text.size()));
}

template <unsigned count>
const Rule* rule_for(const Rule (&rules)[count], std::u16string_view name) {
  for (const Rule& rule : rules)
    if (names(rule, name)) return &rule;
  return nullptr;
}

}  // namespace

Result<> check_policy(std::u16string_view name, const Guid& vendor, u32 attributes, u64 size, bool deletes,
                      Writer writer) {
  const Rule* rule = nullptr;
  if (vendor == efi::global_variable_guid)
    rule = rule_for(global_rules, name);
  else if (vendor == efi::image_security_database_guid)
    rule = rule_for(security_rules, name);
  else if (!(vendor == efi::hardware_error_variable_guid))
    return {};
  if (!rule) return deletes ? Result<>() : Error::invalid_parameter;
  if (rule->kind == read_only && writer == Writer::caller) return Error::write_protected;
  if (deletes) return {};
  if ((attributes & ~attribute::append_write) != rule->attributes) return Error::invalid_parameter;
  if (size < rule->min_size && size != 0) return Error::invalid_parameter;
  if (rule->max_size && size > rule->max_size) return Error::invalid_parameter;
  return {};
}

}  // namespace variable
