; SPDX-License-Identifier: BSD-2-Clause-Patent
; The reset code: the last bytes of the image, from the first instruction to SEC's entry in long mode.
%include "layout.inc"

    org layout_reset_base
    cpu x64

; Filled in by linker/mkimage (lib/module/image_header.hpp).
image_header:
    times layout_image_header_bytes db 0

%include "sev32.nasm"                   ; first: NASM has a VMGEXIT of its own, which no processor knows
%include "protected32.nasm"
%include "paging32.nasm"
%include "descriptors.nasm"
%include "metadata.nasm"
%include "vector.nasm"
