// SPDX-License-Identifier: BSD-2-Clause-Patent
// The UEFI 2.10 interface as the test payloads see it, written apart from the firmware's own
// declarations so that a mistake there cannot hide here.
#pragma once

using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using i16 = short;
using usize = u64;
using Char = wchar_t;
using Boolean = u8;
using Status = u64;
using Handle = void*;
using Event = void*;

constexpr Status error_bit = 1ull << 63;
constexpr Status success = 0, load_error = error_bit | 1, invalid_parameter = error_bit | 2, unsupported = error_bit | 3,
                 buffer_too_small = error_bit | 5, not_ready = error_bit | 6, write_protected = error_bit | 8,
                 out_of_resources = error_bit | 9, not_found = error_bit | 14, access_denied = error_bit | 15,
                 already_started = error_bit | 20, aborted = error_bit | 21, security_violation = error_bit | 26;

struct Guid {
  u32 a;
  u16 b, c;
  u8 d[8];
  bool operator==(const Guid&) const = default;
};

struct TableHeader {
  u64 signature;
  u32 revision, size, crc32, reserved;
};
struct Time {
  u16 year;
  u8 month, day, hour, minute, second, pad1;
  u32 nanosecond;
  i16 zone;
  u8 daylight, pad2;
};
struct TimeCapabilities {
  u32 resolution, accuracy;
  Boolean sets_to_zero;
};
struct MemoryDescriptor {
  u32 type, pad;
  u64 physical, virtual_start, pages, attributes;
};
struct DevicePath {
  u8 type, sub_type, length[2];
};
struct InputKey {
  u16 scan;
  Char unicode;
};
struct OpenInformation {
  Handle agent, controller;
  u32 attributes, count;
};
struct ConfigurationTable {
  Guid guid;
  void* table;
};

enum Tpl : usize { tpl_application = 4, tpl_callback = 8, tpl_notify = 16, tpl_high = 31 };
enum AllocateType : u32 { any_pages, max_address, at_address, max_allocate_type };
enum MemoryType : u32 {
  reserved_memory,
  loader_code,
  loader_data,
  boot_code,
  boot_data,
  runtime_code,
  runtime_data,
  conventional,
  unusable,
  acpi_reclaim,
  acpi_nvs,
  mapped_io,
  mapped_io_ports,
  pal_code,
  persistent,
  unaccepted,
  max_memory_type
};
enum TimerType : u32 { timer_cancel, timer_periodic, timer_relative };
enum SearchType : u32 { all_handles, by_register_notify, by_protocol };
enum EventType : u32 {
  event_plain = 0,
  event_timer = 0x8000'0000,
  event_runtime = 0x4000'0000,
  event_notify_wait = 0x100,
  event_notify_signal = 0x200,
  event_exit_boot = 0x201,
  event_virtual_change = 0x6000'0202
};
enum OpenAttributes : u32 {
  open_by_handle_protocol = 1,
  open_get = 2,
  open_test = 4,
  open_by_child = 8,
  open_by_driver = 0x10,
  open_exclusive = 0x20
};
constexpr u32 var_nv = 1, var_bs = 2, var_rt = 4, var_append = 0x40;

struct TextInput;
struct TextInput {
  Status (*reset)(TextInput*, Boolean);
  Status (*read_key)(TextInput*, InputKey*);
  Event wait_for_key;
};

struct TextMode {
  int max_mode, mode, attribute, column, row;
  Boolean cursor_visible;
};
struct TextOutput {
  Status (*reset)(TextOutput*, Boolean);
  Status (*output)(TextOutput*, const Char*);
  Status (*test)(TextOutput*, const Char*);
  Status (*query_mode)(TextOutput*, usize, usize*, usize*);
  Status (*set_mode)(TextOutput*, usize);
  Status (*set_attribute)(TextOutput*, usize);
  Status (*clear)(TextOutput*);
  Status (*set_cursor)(TextOutput*, usize, usize);
  Status (*enable_cursor)(TextOutput*, Boolean);
  TextMode* mode;
};

using Notify = void (*)(Event, void*);

struct BootServices {
  TableHeader header;
  usize (*raise_tpl)(usize);
  void (*restore_tpl)(usize);
  Status (*allocate_pages)(u32, u32, usize, u64*);
  Status (*free_pages)(u64, usize);
  Status (*get_memory_map)(usize*, void*, usize*, usize*, u32*);
  Status (*allocate_pool)(u32, usize, void*);
  Status (*free_pool)(void*);
  Status (*create_event)(u32, usize, Notify, void*, Event*);
  Status (*set_timer)(Event, u32, u64);
  Status (*wait_for_event)(usize, Event*, usize*);
  Status (*signal_event)(Event);
  Status (*close_event)(Event);
  Status (*check_event)(Event);
  Status (*install)(Handle*, const Guid*, u32, void*);
  Status (*reinstall)(Handle, const Guid*, void*, void*);
  Status (*uninstall)(Handle, const Guid*, void*);
  Status (*handle_protocol)(Handle, const Guid*, void*);
  void* reserved;
  Status (*register_notify)(const Guid*, Event, void**);
  Status (*locate_handle)(u32, const Guid*, void*, usize*, Handle*);
  Status (*locate_device_path)(const Guid*, DevicePath**, Handle*);
  Status (*install_table)(const Guid*, void*);
  Status (*load_image)(Boolean, Handle, DevicePath*, const void*, usize, Handle*);
  Status (*start_image)(Handle, usize*, Char**);
  Status (*exit)(Handle, Status, usize, Char*);
  Status (*unload_image)(Handle);
  Status (*exit_boot_services)(Handle, usize);
  Status (*next_monotonic)(u64*);
  Status (*stall)(usize);
  Status (*set_watchdog)(usize, u64, usize, Char*);
  Status (*connect)(Handle, Handle*, DevicePath*, Boolean);
  Status (*disconnect)(Handle, Handle, Handle);
  Status (*open)(Handle, const Guid*, void*, Handle, Handle, u32);
  Status (*close)(Handle, const Guid*, Handle, Handle);
  Status (*open_information)(Handle, const Guid*, OpenInformation**, usize*);
  Status (*protocols_per_handle)(Handle, Guid***, usize*);
  Status (*locate_handle_buffer)(u32, const Guid*, void*, usize*, Handle**);
  Status (*locate_protocol)(const Guid*, void*, void*);
  Status (*install_multiple)(Handle*, ...);
  Status (*uninstall_multiple)(Handle, ...);
  Status (*crc32)(const void*, usize, u32*);
  void (*copy)(void*, const void*, usize);
  void (*set)(void*, usize, u8);
  Status (*create_event_ex)(u32, usize, Notify, const void*, const Guid*, Event*);
};

struct RuntimeServices {
  TableHeader header;
  Status (*get_time)(Time*, TimeCapabilities*);
  Status (*set_time)(Time*);
  Status (*get_wakeup)(Boolean*, Boolean*, Time*);
  Status (*set_wakeup)(Boolean, Time*);
  Status (*set_virtual_map)(usize, usize, u32, void*);
  Status (*convert_pointer)(usize, void**);
  Status (*get_variable)(const Char*, const Guid*, u32*, usize*, void*);
  Status (*next_variable)(usize*, Char*, Guid*);
  Status (*set_variable)(const Char*, const Guid*, u32, usize, const void*);
  Status (*next_high_monotonic)(u32*);
  void (*reset)(u32, Status, usize, void*);
  Status (*update_capsule)(void**, usize, u64);
  Status (*query_capsule)(void**, usize, u64*, u32*);
  Status (*query_variable)(u32, u64*, u64*, u64*);
};

struct SystemTable {
  TableHeader header;
  const Char* vendor;
  u32 revision;
  Handle con_in_handle;
  TextInput* con_in;
  Handle con_out_handle;
  TextOutput* con_out;
  Handle std_err_handle;
  TextOutput* std_err;
  RuntimeServices* runtime;
  BootServices* boot;
  usize table_count;
  ConfigurationTable* tables;
};
static_assert(sizeof(SystemTable) == 120 && sizeof(BootServices) == 24 + 44 * 8 && sizeof(RuntimeServices) == 24 + 14 * 8);

struct LoadedImage {
  u32 revision;
  Handle parent;
  SystemTable* system;
  Handle device;
  DevicePath* path;
  void* reserved;
  u32 options_size;
  void* options;
  void* base;
  u64 size;
  u32 code_type, data_type;
  Status (*unload)(Handle);
};

struct DriverBinding {
  Status (*supported)(DriverBinding*, Handle, DevicePath*);
  Status (*start)(DriverBinding*, Handle, DevicePath*);
  Status (*stop)(DriverBinding*, Handle, usize, Handle*);
  u32 version;
  Handle image, binding;
};

struct PathUtilities {
  usize (*size)(const DevicePath*);
  DevicePath* (*duplicate)(const DevicePath*);
  DevicePath* (*append_path)(const DevicePath*, const DevicePath*);
  DevicePath* (*append_node)(const DevicePath*, const DevicePath*);
  DevicePath* (*append_instance)(const DevicePath*, const DevicePath*);
  DevicePath* (*next_instance)(DevicePath**, usize*);
  Boolean (*is_multi)(const DevicePath*);
  DevicePath* (*create_node)(u8, u8, u16);
};
struct PathToText {
  Char* (*node)(const DevicePath*, Boolean, Boolean);
  Char* (*path)(const DevicePath*, Boolean, Boolean);
};
struct Rng {
  Status (*info)(Rng*, usize*, Guid*);
  Status (*get)(Rng*, const Guid*, usize, u8*);
};
struct MemoryAttribute {
  Status (*get)(MemoryAttribute*, u64, u64, u64*);
  Status (*set)(MemoryAttribute*, u64, u64, u64);
  Status (*clear)(MemoryAttribute*, u64, u64, u64);
};

constexpr Guid guid_loaded_image{0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Guid guid_loaded_image_path{0xbc62157e, 0x3e33, 0x4fec, {0x99, 0x20, 0x2d, 0x3b, 0x36, 0xd7, 0x50, 0xdf}};
constexpr Guid guid_device_path{0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Guid guid_driver_binding{0x18a031ab, 0xb443, 0x4d1a, {0xa5, 0xc0, 0x0c, 0x09, 0x26, 0x1e, 0x9f, 0x71}};
constexpr Guid guid_path_utilities{0x0379be4e, 0xd706, 0x437d, {0xb0, 0x37, 0xed, 0xb8, 0x2f, 0xb7, 0x72, 0xa4}};
constexpr Guid guid_path_to_text{0x8b843e20, 0x8132, 0x4852, {0x90, 0xcc, 0x55, 0x1a, 0x4e, 0x4a, 0x7f, 0x1c}};
constexpr Guid guid_rng{0x3152bca5, 0xeade, 0x433d, {0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}};
constexpr Guid guid_memory_attribute{0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}};
constexpr Guid guid_acpi20{0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
constexpr Guid guid_smbios{0xeb9d2d31, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
constexpr Guid guid_smbios3{0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}};
constexpr Guid guid_memory_attributes_table{0xdcfa911d, 0x26eb, 0x469f, {0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20}};
constexpr Guid guid_rt_properties{0xeb66918a, 0x7eef, 0x402a, {0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9}};
constexpr Guid guid_global{0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};
