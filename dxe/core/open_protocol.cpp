// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/open_protocol.hpp"

#include "dxe/core/connect.hpp"
#include "dxe/core/on_demand.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/efi/status_of.hpp"

namespace core {
namespace {

namespace how = efi::open_protocol;

// Which combinations exist, and what they ask of the handles [uefi §7.3.9 OpenProtocol].
Result<> check_arguments(HandleObject& handle, efi::Handle agent, efi::Handle controller, u32 attributes) {
  switch (attributes) {
    case how::by_handle_protocol:
    case how::get_protocol:
    case how::test_protocol: return {};
    case how::by_child_controller:
      if (!handle_object(agent) || !handle_object(controller) || controller == &handle) return Error::invalid_parameter;
      return {};
    case how::by_driver:
    case how::by_driver | how::exclusive:
      if (!handle_object(agent) || !handle_object(controller)) return Error::invalid_parameter;
      return {};
    case how::exclusive:
      if (!handle_object(agent)) return Error::invalid_parameter;
      return {};
    default: return Error::invalid_parameter;
  }
}

Result<> disconnect_drivers(HandleObject& handle, Interface& interface) {
  for (;;) {
    Open* driver = nullptr;
    for (Open& open : interface.opens)
      if (open.attributes & how::by_driver) driver = &open;
    if (!driver) return {};
    if (!disconnect_controller(&handle, driver->agent, nullptr)) return Error::access_denied;
  }
}

Result<> check_sharing(HandleObject& handle, Interface& interface, efi::Handle agent, efi::Handle controller, u32 attributes) {
  bool by_driver = false, exclusive = false;
  for (Open& open : interface.opens) {
    if ((open.attributes & how::by_driver) && open.agent == agent && open.controller == controller && open.attributes == attributes)
      return Error::already_started;
    by_driver |= (open.attributes & how::by_driver) != 0;
    exclusive |= (open.attributes & how::exclusive) != 0;
  }
  switch (attributes) {
    case how::by_driver: return by_driver || exclusive ? Result<>(Error::access_denied) : Result<>();
    case how::exclusive:
    case how::by_driver | how::exclusive:
      if (exclusive) return Error::access_denied;
      return by_driver ? disconnect_drivers(handle, interface) : Result<>();
    default: return {};
  }
}

// ACCESS_DENIED and ALREADY_STARTED still hand out the interface [uefi §7.3.9].
Result<> open(HandleObject& handle, Interface& interface, efi::Handle agent, efi::Handle controller, u32 attributes) {
  TRY(check_sharing(handle, interface, agent, controller, attributes));
  if (!agent) return {};
  for (Open& o : interface.opens)
    if (o.agent == agent && o.controller == controller && o.attributes == attributes) {
      ++o.count;
      return {};
    }
  auto* entry = TRY(make<Open>());
  entry->agent = agent;
  entry->controller = controller;
  entry->attributes = attributes;
  entry->count = 1;
  interface.opens.push_back(*entry);
  return {};
}

}  // namespace

efi::Status EFIAPI open_protocol(efi::Handle handle, const Guid* protocol, void** interface, efi::Handle agent,
                                 efi::Handle controller, u32 attributes) {
  using efi::Status;
  if (!protocol || (!interface && attributes != how::test_protocol)) return Status::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = handle_object(handle);
  if (!object) return Status::invalid_parameter;
  if (auto ok = check_arguments(*object, agent, controller, attributes); !ok) return efi::status_of(ok);
  Interface* found = find_interface(*object, *protocol);
  if (!found) {
    demand(*protocol);
    found = find_interface(*object, *protocol);
  }
  if (attributes != how::test_protocol) *interface = nullptr;
  if (!found) return Status::unsupported;
  const Status status = efi::status_of(open(*object, *found, agent, controller, attributes));
  if (attributes != how::test_protocol && (status == Status::success || status == Status::already_started)) *interface = found->pointer;
  return status;
}

efi::Status EFIAPI handle_protocol(efi::Handle handle, const Guid* protocol, void** interface) {
  return open_protocol(handle, protocol, interface, nullptr, nullptr, how::by_handle_protocol);
}

Result<> close_protocol(efi::Handle handle, const Guid* protocol, efi::Handle agent, efi::Handle controller) {
  if (!protocol) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = handle_object(handle);
  if (!object || !handle_object(agent) || (controller && !handle_object(controller))) return Error::invalid_parameter;
  Interface* found = find_interface(*object, *protocol);
  if (!found) return Error::not_found;
  bool closed = false;
  for (Open& open : found->opens)
    if (open.agent == agent && open.controller == controller) {
      open.unlink();
      (void)!free_pool(&open);
      closed = true;
    }
  return closed ? Result<>() : Error::not_found;
}

Result<> open_protocol_information(efi::Handle handle, const Guid* protocol, efi::OpenProtocolInformationEntry** entries, u64* count) {
  if (!protocol || !entries || !count) return Error::invalid_parameter;
  *entries = nullptr;
  *count = 0;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = handle_object(handle);
  Interface* found = object ? find_interface(*object, *protocol) : nullptr;
  if (!found) return Error::not_found;
  u64 n = 0;
  for ([[maybe_unused]] Open& open : found->opens) ++n;
  auto* list = TRY(allocate_array<efi::OpenProtocolInformationEntry>(n));
  *count = n;
  *entries = list;
  for (Open& open : found->opens) *list++ = {open.agent, open.controller, open.attributes, open.count};
  return {};
}

Result<> stop_users(HandleObject& handle, Interface& interface) {
  TRY(disconnect_drivers(handle, interface));
  // What asked only for the pointer cannot hold it back; what claimed it can.
  for (Open& open : interface.opens)
    if (open.attributes & (how::by_driver | how::exclusive | how::by_child_controller)) return Error::access_denied;
  return {};
}

void close_all_of(efi::Handle agent) {
  TplGuard guard(efi::tpl_notify);
  for (HandleObject& h : all_handles())
    for (Interface& i : h.interfaces)
      for (Open& open : i.opens)
        if (open.agent == agent) {
          open.unlink();
          (void)!free_pool(&open);
        }
}

}  // namespace core
