payload_files :=
