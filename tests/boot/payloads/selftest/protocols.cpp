// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §7.3]
#include "selftest.hpp"

namespace {

constexpr Guid guid_a = test_guid(0x10), guid_b = test_guid(0x11), guid_c = test_guid(0x12), guid_absent = test_guid(0x13);
int data_a, data_b, data_c;

void count_call(Event, void* context) {
  auto& calls = *static_cast<volatile int*>(context);
  calls = calls + 1;
}

bool holds(Handle handle, const Guid& guid) {
  void* found;
  return bs->handle_protocol(handle, &guid, &found) == success;
}

bool among(const Handle* list, usize count, Handle wanted) {
  for (usize i = 0; i < count; i++)
    if (list[i] == wanted) return true;
  return false;
}

void test_multiple() {
  Handle handle = nullptr;
  expect("multiple.install", bs->install_multiple(&handle, &guid_a, &data_a, &guid_b, &data_b, nullptr), success);
  check("multiple.installs_both", handle && holds(handle, guid_a) && holds(handle, guid_b));
  check("multiple.install_rolls_back",
        bs->install_multiple(&handle, &guid_c, &data_c, &guid_b, &data_b, nullptr) != success && !holds(handle, guid_c));
  expect("multiple.uninstall_rolls_back", bs->uninstall_multiple(handle, &guid_a, &data_a, &guid_c, &data_c, nullptr),
         invalid_parameter);
  check("multiple.first_is_back", holds(handle, guid_a));
  expect("multiple.uninstall", bs->uninstall_multiple(handle, &guid_a, &data_a, &guid_b, &data_b, nullptr), success);

  static u8 path[] = {1, 4, 20, 0, 0x52, 0x4c, 0x53, 0x41, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x7f, 0xff, 4, 0};
  static u8 twin[sizeof path];
  bs->copy(twin, path, sizeof path);
  Handle one = nullptr, two = nullptr;
  bs->install_multiple(&one, &guid_device_path, path, nullptr);
  expect("multiple.same_device_path_twice", bs->install_multiple(&two, &guid_device_path, twin, nullptr), already_started);
  bs->uninstall_multiple(one, &guid_device_path, path, nullptr);
}

}  // namespace

void test_protocols() {
  Handle handle = nullptr;
  void* found = nullptr;
  expect("protocol.install", bs->install(&handle, &guid_a, 0, &data_a), success);
  check("protocol.makes_a_handle", handle != nullptr);
  expect("protocol.install_twice", bs->install(&handle, &guid_a, 0, &data_b), invalid_parameter);
  expect("protocol.bad_interface_type", bs->install(&handle, &guid_b, 1, &data_b), invalid_parameter);
  expect("protocol.null_handle_pointer", bs->install(nullptr, &guid_b, 0, &data_b), invalid_parameter);
  expect("protocol.null_guid", bs->install(&handle, nullptr, 0, &data_b), invalid_parameter);
  expect("protocol.handle_protocol", bs->handle_protocol(handle, &guid_a, &found), success);
  check("protocol.interface", found == &data_a);
  expect("protocol.absent", bs->handle_protocol(handle, &guid_absent, &found), unsupported);
  expect("protocol.null_handle", bs->handle_protocol(nullptr, &guid_a, &found), invalid_parameter);
  expect("protocol.not_a_handle", bs->handle_protocol(&data_a, &guid_a, &found), invalid_parameter);
  expect("protocol.reinstall", bs->reinstall(handle, &guid_a, &data_a, &data_b), success);
  bs->handle_protocol(handle, &guid_a, &found);
  check("protocol.reinstalled_interface", found == &data_b);
  expect("protocol.reinstall_wrong_old", bs->reinstall(handle, &guid_a, &data_c, &data_a), not_found);
  expect("protocol.uninstall_wrong_interface", bs->uninstall(handle, &guid_a, &data_c), not_found);
  bs->install(&handle, &guid_b, 0, nullptr);
  expect("protocol.null_interface_allowed", bs->handle_protocol(handle, &guid_b, &found), success);
  check("protocol.null_interface", found == nullptr);
  bs->uninstall(handle, &guid_b, nullptr);
  expect("protocol.uninstall", bs->uninstall(handle, &guid_a, &data_b), success);
  expect("protocol.handle_dies_with_the_last", bs->handle_protocol(handle, &guid_a, &found), invalid_parameter);
  test_multiple();
}

void test_protocol_opens() {
  Handle handle = nullptr, agent = nullptr, child = nullptr;
  void* found = nullptr;
  bs->install(&handle, &guid_a, 0, &data_a);
  bs->install(&agent, &guid_b, 0, &data_b);
  bs->install(&child, &guid_c, 0, &data_c);

  expect("open.get", bs->open(handle, &guid_a, &found, self, nullptr, open_get), success);
  check("open.get_interface", found == &data_a);
  expect("open.test", bs->open(handle, &guid_a, nullptr, self, nullptr, open_test), success);
  expect("open.test_absent", bs->open(handle, &guid_absent, nullptr, self, nullptr, open_test), unsupported);
  expect("open.no_result_pointer", bs->open(handle, &guid_a, nullptr, self, nullptr, open_get), invalid_parameter);
  expect("open.bad_attributes", bs->open(handle, &guid_a, &found, self, nullptr, 0x40), invalid_parameter);
  expect("open.no_attributes", bs->open(handle, &guid_a, &found, self, nullptr, 0), invalid_parameter);
  expect("open.by_driver_without_controller", bs->open(handle, &guid_a, &found, self, nullptr, open_by_driver),
         invalid_parameter);
  expect("open.by_child_of_itself", bs->open(handle, &guid_a, &found, self, handle, open_by_child), invalid_parameter);

  expect("open.by_driver", bs->open(handle, &guid_a, &found, self, handle, open_by_driver), success);
  expect("open.by_driver_again", bs->open(handle, &guid_a, &found, self, handle, open_by_driver), already_started);
  expect("open.by_other_driver", bs->open(handle, &guid_a, &found, agent, handle, open_by_driver), access_denied);
  expect("open.exclusive_against_driver", bs->open(handle, &guid_a, &found, agent, nullptr, open_exclusive), access_denied);
  expect("open.by_child", bs->open(handle, &guid_a, &found, self, child, open_by_child), success);
  expect("open.get_beside_driver", bs->open(handle, &guid_a, &found, agent, nullptr, open_get), success);
  expect("open.uninstall_refused_while_driven", bs->uninstall(handle, &guid_a, &data_a), access_denied);
  check("open.refused_uninstall_keeps_it", holds(handle, guid_a));

  OpenInformation* list = nullptr;
  usize count = 0;
  expect("open.information", bs->open_information(handle, &guid_a, &list, &count), success);
  bool driver = false, by_child = false;
  for (usize i = 0; i < count; i++) {
    driver = driver || (list[i].agent == self && list[i].controller == handle && list[i].attributes == open_by_driver &&
                        list[i].count == 1);
    by_child = by_child || (list[i].agent == self && list[i].controller == child && list[i].attributes == open_by_child);
  }
  check("open.information_names_the_driver", driver);
  check("open.information_names_the_child", by_child);
  bs->free_pool(list);
  expect("open.information_absent", bs->open_information(handle, &guid_absent, &list, &count), not_found);

  expect("open.close_driver", bs->close(handle, &guid_a, self, handle), success);
  expect("open.close_twice", bs->close(handle, &guid_a, self, handle), not_found);
  expect("open.close_child", bs->close(handle, &guid_a, self, child), success);
  expect("open.exclusive", bs->open(handle, &guid_a, &found, agent, nullptr, open_exclusive), success);
  expect("open.exclusive_keeps_drivers_out", bs->open(handle, &guid_a, &found, self, handle, open_by_driver), access_denied);
  expect("open.exclusive_lets_get_through", bs->open(handle, &guid_a, &found, self, nullptr, open_get), success);
  bs->close(handle, &guid_a, agent, nullptr);
  expect("open.uninstall_after_close", bs->uninstall(handle, &guid_a, &data_a), success);
  bs->uninstall(agent, &guid_b, &data_b);
  bs->uninstall(child, &guid_c, &data_c);
}

void test_protocol_search() {
  Event event = nullptr;
  void* registration = nullptr;
  volatile int calls = 0;
  bs->create_event(event_notify_signal, tpl_callback, count_call, const_cast<int*>(&calls), &event);
  expect("search.register_notify", bs->register_notify(&guid_a, event, &registration), success);
  Handle handle = nullptr, other = nullptr, found = nullptr;
  bs->install(&handle, &guid_a, 0, &data_a);
  bs->install(&other, &guid_a, 0, &data_b);
  check("search.notified_of_each", calls == 2);
  usize size = sizeof found;
  expect("search.by_registration", bs->locate_handle(by_register_notify, nullptr, registration, &size, &found), success);
  check("search.registration_in_order", found == handle);
  expect("search.next_by_registration", bs->locate_handle(by_register_notify, nullptr, registration, &size, &found), success);
  check("search.next_handle", found == other);
  expect("search.registration_used_up", bs->locate_handle(by_register_notify, nullptr, registration, &size, &found), not_found);
  bs->reinstall(handle, &guid_a, &data_a, &data_a);
  check("search.reinstall_notifies", calls == 3);
  bs->close_event(event);

  size = 0;
  expect("search.small_buffer", bs->locate_handle(by_protocol, &guid_a, nullptr, &size, nullptr), buffer_too_small);
  check("search.size_is_told", size == 2 * sizeof(Handle));
  expect("search.no_protocol", bs->locate_handle(by_protocol, nullptr, nullptr, &size, &found), invalid_parameter);
  expect("search.absent", bs->locate_handle(by_protocol, &guid_absent, nullptr, &size, &found), not_found);
  Handle* list = nullptr;
  usize count = 0;
  expect("search.buffer", bs->locate_handle_buffer(by_protocol, &guid_a, nullptr, &count, &list), success);
  check("search.buffer_holds_both", count == 2 && among(list, count, handle) && among(list, count, other));
  bs->free_pool(list);
  expect("search.all_handles", bs->locate_handle_buffer(all_handles, nullptr, nullptr, &count, &list), success);
  check("search.all_has_ours", among(list, count, handle) && among(list, count, self));
  bs->free_pool(list);
  expect("search.buffer_absent", bs->locate_handle_buffer(by_protocol, &guid_absent, nullptr, &count, &list), not_found);

  void* interface = nullptr;
  expect("search.locate_protocol", bs->locate_protocol(&guid_a, nullptr, &interface), success);
  check("search.an_interface", interface == &data_a || interface == &data_b);
  expect("search.locate_absent", bs->locate_protocol(&guid_absent, nullptr, &interface), not_found);
  expect("search.locate_null", bs->locate_protocol(nullptr, nullptr, &interface), invalid_parameter);

  bs->install(&handle, &guid_b, 0, &data_b);
  Guid** guids = nullptr;
  expect("search.protocols_per_handle", bs->protocols_per_handle(handle, &guids, &count), success);
  bool a = false, b = false;
  for (usize i = 0; i < count; i++) a = a || *guids[i] == guid_a, b = b || *guids[i] == guid_b;
  check("search.both_protocols", count == 2 && a && b);
  bs->free_pool(guids);
  bs->uninstall_multiple(handle, &guid_a, &data_a, &guid_b, &data_b, nullptr);
  bs->uninstall(other, &guid_a, &data_b);
}

namespace {

int starts, stops;

Status supported(DriverBinding* me, Handle controller, DevicePath*) {
  void* found;
  const Status status = bs->open(controller, &guid_a, &found, me->binding, controller, open_by_driver);
  if (status == success) bs->close(controller, &guid_a, me->binding, controller);
  return status;
}

Status start(DriverBinding* me, Handle controller, DevicePath*) {
  void* found;
  starts++;
  return bs->open(controller, &guid_a, &found, me->binding, controller, open_by_driver);
}

Status stop(DriverBinding* me, Handle controller, usize, Handle*) {
  stops++;
  return bs->close(controller, &guid_a, me->binding, controller);
}

}  // namespace

void test_drivers() {
  Handle driver = nullptr, controller = nullptr;
  DriverBinding binding{supported, start, stop, 0x10, self, nullptr};
  bs->install(&driver, &guid_driver_binding, 0, &binding);
  binding.binding = driver;
  bs->install(&controller, &guid_a, 0, &data_a);
  Handle named[] = {driver, nullptr};

  expect("driver.connect", bs->connect(controller, named, nullptr, 0), success);
  check("driver.started_once", starts == 1);
  void* found;
  expect("driver.holds_it", bs->open(controller, &guid_a, &found, self, controller, open_by_driver), access_denied);
  expect("driver.disconnect", bs->disconnect(controller, nullptr, nullptr), success);
  check("driver.stopped", stops == 1);
  expect("driver.connect_all", bs->connect(controller, nullptr, nullptr, 1), success);
  check("driver.started_again", starts == 2);
  expect("driver.exclusive_evicts", bs->open(controller, &guid_a, &found, self, nullptr, open_exclusive), success);
  check("driver.evicted", stops == 2);
  bs->close(controller, &guid_a, self, nullptr);
  bs->connect(controller, named, nullptr, 0);
  expect("driver.uninstall_disconnects", bs->uninstall(controller, &guid_a, &data_a), success);
  check("driver.stopped_by_uninstall", starts == 3 && stops == 3);

  bs->uninstall(driver, &guid_driver_binding, &binding);
  bs->install(&controller, &guid_b, 0, &data_b);
  Handle nobody = nullptr;
  bs->install(&nobody, &guid_c, 0, &data_c);
  expect("driver.none_fits", bs->connect(nobody, nullptr, nullptr, 0), not_found);
  expect("driver.disconnect_nothing", bs->disconnect(nobody, nullptr, nullptr), success);
  expect("driver.connect_null", bs->connect(nullptr, nullptr, nullptr, 0), invalid_parameter);
  bs->uninstall(nobody, &guid_c, &data_c);
}
