"""The kernels on ARM: wheels built here for other systems, and one of them run under qemu (`make arm`)."""
