// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"
#include "lib/efi/graphics_output.hpp"

// Human interface infrastructure [uefi §33, §34].
namespace efi {

using HiiHandle = void*;
using StringId = u16;

// Followed by packages, the last of type `end` [uefi §33.3.1].
struct [[gnu::packed]] HiiPackageListHeader {
  Guid guid;
  u32 bytes;
};
struct [[gnu::packed]] HiiPackageHeader {
  u32 bytes : 24;
  u32 type : 8;
};
static_assert(sizeof(HiiPackageListHeader) == 20 && sizeof(HiiPackageHeader) == 4);

namespace hii_package {
inline constexpr u8 all = 0x00, guid = 0x01, forms = 0x02, strings = 0x04, fonts = 0x05, simple_fonts = 0x07, device_path = 0x08, end = 0xdf;
}

// Followed by the rest of the language's name, then string blocks at `string_info` [uefi §33.3.6].
struct [[gnu::packed]] HiiStringPackage {
  HiiPackageHeader header;
  u32 header_bytes;
  u32 string_info;
  char16_t language_window[16];
  StringId language_name;
  char language[1];
};
static_assert(sizeof(HiiStringPackage) == 47);

namespace string_block {
inline constexpr u8 end = 0x00, scsu = 0x10, scsu_font = 0x11, many_scsu = 0x12, many_scsu_font = 0x13, ucs2 = 0x14, ucs2_font = 0x15,
                    many_ucs2 = 0x16, many_ucs2_font = 0x17, duplicate = 0x20, skip_2 = 0x21, skip_1 = 0x22, extension_1 = 0x30,
                    extension_2 = 0x31, extension_4 = 0x32;
}

inline constexpr u64 hii_notify_new = 1, hii_notify_remove = 2, hii_notify_export = 4, hii_notify_add = 8;
using HiiNotify = Status(EFIAPI*)(u8 type, const Guid* guid, const HiiPackageHeader* package, HiiHandle handle, u64 what);

// EFI_HII_DATABASE_PROTOCOL [uefi §34.8].
struct HiiDatabase {
  static constexpr Guid guid = "ef9fc172-a1b2-4693-b327-6d32fc416042"_guid;

  Status(EFIAPI* new_package_list)(HiiDatabase* self, const HiiPackageListHeader* list, Handle driver, HiiHandle* handle);
  Status(EFIAPI* remove_package_list)(HiiDatabase* self, HiiHandle handle);
  Status(EFIAPI* update_package_list)(HiiDatabase* self, HiiHandle handle, const HiiPackageListHeader* list);
  Status(EFIAPI* list_package_lists)(HiiDatabase* self, u8 type, const Guid* guid, u64* bytes, HiiHandle* handles);
  Status(EFIAPI* export_package_lists)(HiiDatabase* self, HiiHandle handle, u64* bytes, HiiPackageListHeader* buffer);
  Status(EFIAPI* register_package_notify)(HiiDatabase* self, u8 type, const Guid* guid, HiiNotify notify, u64 what, Handle* registration);
  Status(EFIAPI* unregister_package_notify)(HiiDatabase* self, Handle registration);
  Status(EFIAPI* find_keyboard_layouts)(HiiDatabase* self, u16* bytes, Guid* layouts);
  Status(EFIAPI* get_keyboard_layout)(HiiDatabase* self, const Guid* layout, u16* bytes, void* buffer);
  Status(EFIAPI* set_keyboard_layout)(HiiDatabase* self, const Guid* layout);
  Status(EFIAPI* get_package_list_handle)(HiiDatabase* self, HiiHandle handle, Handle* driver);
};
static_assert(sizeof(HiiDatabase) == 88);

struct FontInfo {
  u32 style;
  u16 size;
  char16_t name[1];
};

// EFI_HII_STRING_PROTOCOL [uefi §34.3].
struct HiiString {
  static constexpr Guid guid = "0fd96974-23aa-4cdc-b9cb-98d17750322a"_guid;

  Status(EFIAPI* new_string)(HiiString* self, HiiHandle list, StringId* id, const char* language, const char16_t* language_name,
                             const char16_t* text, const FontInfo* font);
  Status(EFIAPI* get_string)(HiiString* self, const char* language, HiiHandle list, StringId id, char16_t* text, u64* bytes, FontInfo** font);
  Status(EFIAPI* set_string)(HiiString* self, HiiHandle list, StringId id, const char* language, const char16_t* text, const FontInfo* font);
  Status(EFIAPI* get_languages)(HiiString* self, HiiHandle list, char* languages, u64* bytes);
  Status(EFIAPI* get_secondary_languages)(HiiString* self, HiiHandle list, const char* primary, char* languages, u64* bytes);
};
static_assert(sizeof(HiiString) == 40);

struct FontDisplayInfo {
  BltPixel foreground, background;
  u32 mask;
  FontInfo font;
};
struct ImageOutput {
  u16 width, height;
  union {
    BltPixel* bitmap;
    GraphicsOutput* screen;
  };
};
static_assert(sizeof(ImageOutput) == 16);
struct HiiRowInfo {
  u64 start, end, height, width, baseline;
};
namespace hii_out {
inline constexpr u32 transparent = 0x10, ignore_if_no_glyph = 0x20, ignore_line_break = 0x40, direct_to_screen = 0x80;
}

// EFI_HII_FONT_PROTOCOL [uefi §34.1].
struct HiiFont {
  static constexpr Guid guid = "e9ca4775-8657-47fc-97e7-7ed65a084324"_guid;

  Status(EFIAPI* string_to_image)(HiiFont* self, u32 flags, const char16_t* text, const FontDisplayInfo* info, ImageOutput** image, u64 x,
                                  u64 y, HiiRowInfo** rows, u64* row_count, u64* columns);
  Status(EFIAPI* string_id_to_image)(HiiFont* self, u32 flags, HiiHandle list, StringId id, const char* language, const FontDisplayInfo* info,
                                     ImageOutput** image, u64 x, u64 y, HiiRowInfo** rows, u64* row_count, u64* columns);
  Status(EFIAPI* get_glyph)(HiiFont* self, char16_t c, const FontDisplayInfo* info, ImageOutput** image, u64* baseline);
  Status(EFIAPI* get_font_info)(HiiFont* self, void** font, const FontDisplayInfo* wanted, FontDisplayInfo** found, const char16_t* text);
};
static_assert(sizeof(HiiFont) == 32);

// EFI_HII_CONFIG_ACCESS_PROTOCOL [uefi §35.5]; the callback is for browsers.
struct HiiConfigAccess {
  static constexpr Guid guid = "330d4706-f2a0-4e4f-a369-b66fa8d54385"_guid;

  Status(EFIAPI* extract_config)(HiiConfigAccess* self, const char16_t* request, char16_t** progress, char16_t** results);
  Status(EFIAPI* route_config)(HiiConfigAccess* self, const char16_t* configuration, char16_t** progress);
  void* callback;
};
static_assert(sizeof(HiiConfigAccess) == 24);

// EFI_HII_CONFIG_ROUTING_PROTOCOL [uefi §35.4].
struct HiiConfigRouting {
  static constexpr Guid guid = "587e72d7-cc50-4f79-8209-ca291fc1a10f"_guid;

  Status(EFIAPI* extract_config)(HiiConfigRouting* self, const char16_t* request, char16_t** progress, char16_t** results);
  Status(EFIAPI* export_config)(HiiConfigRouting* self, char16_t** results);
  Status(EFIAPI* route_config)(HiiConfigRouting* self, const char16_t* configuration, char16_t** progress);
  Status(EFIAPI* block_to_config)(HiiConfigRouting* self, const char16_t* request, const u8* block, u64 block_bytes, char16_t** config,
                                  char16_t** progress);
  Status(EFIAPI* config_to_block)(HiiConfigRouting* self, const char16_t* response, u8* block, u64* block_bytes, char16_t** progress);
  Status(EFIAPI* get_alt_config)(HiiConfigRouting* self, const char16_t* response, const Guid* guid, const char16_t* name,
                                 const DevicePath* path, const u16* id, char16_t** alternative);
};
static_assert(sizeof(HiiConfigRouting) == 48);

// Out of the resources of an image [uefi §33.2.2].
inline constexpr Guid hii_package_list_guid = "6a1ee763-d47a-43b4-aabe-ef1de2ab56fc"_guid;

}  // namespace efi
