/// A line of a stack: the function that it names. One with a question mark may be left over from an older call, and is none.
///
/// Kernel: `printk_stack_address()`, arch/x86/kernel/dumpstack.c, and those of other architectures.
struct StackFrame {
  let function: ArraySlice<UInt8>

  /// ` out_of_memory+0x1/0x2`, `[<ffffffff81>] out_of_memory+0x1/0x2`, `(out_of_memory) from (…)`
  init?(_ text: ArraySlice<UInt8>) {
    guard text.count < 300, let offset = text.firstIndex(of: "+0x") else { return nil }
    var start = offset
    while start > text.startIndex, Self.isOfName(text[start - 1]) { start -= 1 }
    // PowerPC puts a dot before the names of functions.
    while start < offset, text[start] == UInt8(ascii: ".") { start += 1 }
    guard start < offset, decimal(text[start]) == nil,
      !text[..<start].contains(UInt8(ascii: "?"))
    else { return nil }
    // What the compiler has made of a part of it is called after it.
    let end = text[start..<offset].firstIndex(of: UInt8(ascii: ".")) ?? offset
    function = text[start..<end]
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    LineCharacters.isWord(byte) || byte == UInt8(ascii: ".")
  }

  func isNamed(_ name: String) -> Bool {
    function.count == name.utf8.count && function.begins(with: name)
  }

  var caller: OOMReport.Caller? {
    if isNamed("out_of_memory") { return .outOfMemory }
    if isNamed("mem_cgroup_out_of_memory") { return .memcg }
    return isNamed("pagefault_out_of_memory") ? .pageFault : nil
  }

  /// The purpose of a function that has one only.
  var activity: OOMReport.Activity? {
    Self.purposes.first { _, names in names.contains(where: isNamed) }?.activity
  }

  /// Names from 2.6.11 to 6.x.
  private static let purposes: [(activity: OOMReport.Activity, names: [String])] = [
    (.shmem, ["shmem_fault", "shmem_write_begin", "shmem_file_read_iter", "shmem_read_folio_gfp"]),
    (
      .filePageFault,
      [
        "filemap_fault", "filemap_nopage", "ext4_filemap_fault", "xfs_filemap_fault",
        "__xfs_filemap_fault",
      ]
    ),
    (
      .pageFault,
      [
        "handle_mm_fault", "__handle_mm_fault", "handle_pte_fault", "do_anonymous_page",
        "do_wp_page", "wp_page_copy", "do_swap_page", "do_page_fault", "__do_page_fault",
        "exc_page_fault", "asm_exc_page_fault", "page_fault", "do_user_addr_fault",
        "async_page_fault", "do_translation_fault", "do_mem_abort", "do_DataAbort",
        "pagefault_out_of_memory", "hugetlb_fault",
      ]
    ),
    (.guest, ["kvm_mmu_page_fault", "kvm_tdp_page_fault", "hva_to_pfn", "kvm_vcpu_ioctl"]),
    (
      .fork,
      ["copy_process", "kernel_clone", "_do_fork", "do_fork", "dup_mm", "copy_page_range"]
    ),
    (
      .exec,
      [
        "do_execve", "do_execveat_common", "do_execve_common", "bprm_execve", "load_elf_binary",
        "search_binary_handler", "copy_strings", "get_arg_page", "begin_new_exec",
      ]
    ),
    (
      .limit,
      ["memory_max_write", "mem_cgroup_resize_limit", "mem_cgroup_resize_max", "mem_cgroup_write"]
    ),
    (.swapoff, ["try_to_unuse", "sys_swapoff", "__do_sys_swapoff", "unuse_mm"]),
    (.sysrq, ["moom_callback", "sysrq_handle_moom"]),
    (.pipe, ["pipe_write", "anon_pipe_write"]),
    (
      .socket,
      [
        "sock_alloc_send_pskb", "alloc_skb_with_frags", "sk_page_frag_refill", "tcp_sendmsg",
        "tcp_sendmsg_locked", "unix_stream_sendmsg", "sock_write_iter", "sock_sendmsg",
      ]
    ),
    (.mmap, ["__mm_populate", "populate_vma_page_range", "vm_mmap_pgoff", "do_mmap", "do_mlock"]),
    (
      .read,
      [
        "vfs_read", "ksys_read", "sys_read", "generic_file_read_iter", "generic_file_aio_read",
        "filemap_read", "do_generic_file_read", "new_sync_read",
      ]
    ),
    (
      .write,
      [
        "vfs_write", "ksys_write", "sys_write", "generic_perform_write",
        "generic_file_buffered_write", "__generic_file_write_iter", "new_sync_write",
        "iomap_file_buffered_write",
      ]
    ),
    (.open, ["path_openat", "do_filp_open", "do_sys_open", "do_sys_openat2"]),
    (.ioctl, ["do_vfs_ioctl", "__x64_sys_ioctl", "sys_ioctl"]),
    (.kernelThread, ["kthread", "worker_thread"]),
  ]
}

extension OOMReport {
  /// What a frame of the invoker's stack tells; the frames come from the innermost on.
  mutating func take(_ frame: StackFrame) {
    if let caller = frame.caller {
      if callers.count < 8 { callers.append(caller) }
      if caller == .memcg { scope.isMemcg = true }
    }
    // What a group's OOM is called from is a charge; all else asks the machine.
    if isBehindOutOfMemory, !scope.isMemcg,
      ["__alloc_", "alloc_pages", "pagefault_out_of_memory", "moom_callback"]
        .contains(where: { frame.function.begins(with: $0) })
    {
      scope.saysMachine = true
    }
    isBehindOutOfMemory = frame.caller == .outOfMemory
    if activity == nil { activity = frame.activity }
  }

  /// `Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009`, behind a kill of init.
  ///
  /// Kernel: `do_exit()`, kernel/exit.c.
  mutating func takePanic(_ text: ArraySlice<UInt8>, line: Int) -> Bool {
    guard text.begins(with: "Kernel panic"), text.contains("Attempted to kill init!") else {
      return false
    }
    let isKilled = text.contains("exitcode=0x00000009") || kills.contains { $0.pid == 1 }
    if isKilled, !kills.isEmpty, initPanic == nil { initPanic = line }
    return true
  }
}
