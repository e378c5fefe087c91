; SPDX-License-Identifier: BSD-2-Clause-Patent
; One rule of the processor or of the protocol per case: kept (ends in PASS) or broken (the host names the rule).
%include "frame.inc"
%include "validation.inc"
%include "views.inc"
%include "page_state.inc"
%include "protocol.inc"
%include "exceptions.inc"
%include "devices.inc"
%include "processors.inc"
%include "launch.inc"
%include "tail.inc"
