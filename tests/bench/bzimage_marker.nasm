; SPDX-License-Identifier: BSD-2-Clause-Patent
; A kernel of the Linux/x86 boot protocol that is nothing but markers, for firmware that enters
; in real mode (SeaBIOS) or at the 32-bit entry (qboot). Header offsets: Documentation/arch/x86/boot.rst.

%macro marker 0
    db 0x0f, 0x1f, 0x84, 0x00, 0xff, 0x4c, 0x53, 0x41
%endmacro

    bits 16
    times 0x1f1 db 0
    db 1                            ; setup_sects
    dw 0                            ; root_flags
    dd (image_end - protected) / 16 ; syssize
    dw 0, 0xffff, 0                 ; ram_size, vid_mode, root_dev
    dw 0xaa55
    jmp short real_entry            ; at 0x200, where a boot loader enters
    db "HdrS"
    dw 0x020c                       ; version
    dd 0                            ; realmode_swtch
    dw 0x1000, 0                    ; start_sys_seg, kernel_version
    db 0xff, 1                      ; type_of_loader, loadflags: LOADED_HIGH
    dw 0x8000                       ; setup_move_size
    dd 0x100000                     ; code32_start
    dd 0, 0, 0                      ; ramdisk_image, ramdisk_size, bootsect_kludge
    dw 0xe000, 0                    ; heap_end_ptr, ext_loader
    dd 0                            ; cmd_line_ptr
    dd 0x7fffffff                   ; initrd_addr_max
    dd 0x200000                     ; kernel_alignment
    db 1, 21                        ; relocatable_kernel, min_alignment
    dw 0                            ; xloadflags
    dd 2047                         ; cmdline_size
    times 0x264 - ($ - $$) db 0
    dd 0x10000                      ; init_size at 0x260 ends here

real_entry:
    db 0x67
    marker
.stop:
    hlt
    jmp .stop
    times 0x400 - ($ - $$) db 0

    bits 32
protected:
    marker
.stop:
    hlt
    jmp .stop
    times 0x1000 - ($ - protected) db 0
image_end:
