/// The default of `vm.user_reserve_kbytes`: 1/32 of what is free at boot, at most 128 MiB.
///
/// Kernel: `init_user_reserve()`, mm/mmap.c, since 3.10.
func defaultUserReserveKbytes(freeAtBoot: Kibibytes) -> Kibibytes {
  Kibibytes(min(freeAtBoot.rawValue / 32, 131_072))
}

/// The default of `vm.admin_reserve_kbytes`: 1/32 of what is free at boot, at most 8 MiB.
///
/// Kernel: `init_admin_reserve()`, mm/mmap.c, since 3.10.
func defaultAdminReserveKbytes(freeAtBoot: Kibibytes) -> Kibibytes {
  Kibibytes(min(freeAtBoot.rawValue / 32, 8192))
}
