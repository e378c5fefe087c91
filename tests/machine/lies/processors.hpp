// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/lies/catalogue.hpp"

// Lies about processors, told to a guest of three. The payload of processors_test.cpp counts those that serve it.
namespace lies {

constexpr int serve(int processors) { return -100 - processors; }

inline constexpr Lie processor_catalogue[] = {
    {"apic-list-not-offered", "the host keeps no list of processors", serve(3)},
    {"apic-list-refused", "the list of processors is refused", serve(3)},
    {"apic-list-endless", "the list of processors counts 0xffffffff", serve(3)},
    {"apic-list-needs-pages", "the list of processors wants 100 pages", serve(3)},
    {"apic-list-doubles", "the list of processors names one twice", ends(Reason::processor_list)},
    {"apic-list-strangers", "the list of processors names two that do not exist", serve(1)},
    {"apic-list-alone", "the list of processors names the boot processor alone", serve(1)},
    {"apic-list-empty", "the list of processors is empty", serve(1)},
    {"apic-list-rax-not-valid", "the list of processors comes without its length's valid bit", ends(Reason::ghcb_missing_field)},
    {"create-refused", "no processor may be created", serve(1)},
    {"create-called-unregistered", "creation is called a request by an unregistered GHCB", ends(Reason::ghcb_malformed)},
    {"create-gp", "the answer to creation is #GP", serve(1)},
    {"create-page-fault", "the answer to creation is #PF", ends(Reason::ghcb_bad_event)},
    {"create-reply-3", "the answer to creation is code 3", ends(Reason::ghcb_reply)},
    {"create-without-effect", "a processor is created in words only", serve(2)},
    {"own-ghcb-refused", "a new processor's GHCB is not registered", ends(Reason::ghcb_not_registered)},
    {"own-ghcb-is-anothers", "a new processor's GHCB is registered as the boot processor's", ends(Reason::ghcb_not_registered)},
    {"vc-at-beginning", "a new processor takes a #VC before it has a GHCB", ends(Reason::vc_wrong_opcode)},
    {"page-fault-at-beginning", "a new processor takes a #PF before it has a GHCB", ends(Reason::cpu_exception)},
    {"destroy-without-effect", "a processor is destroyed in words only", ends(Reason::processor_not_stopped)},
    {"destroy-refused", "no processor may be destroyed", ends(Reason::processor_not_stopped)},
    {"nmi-at-work", "a processor at work takes an NMI", ends(Reason::cpu_exception)},
};

}  // namespace lies
