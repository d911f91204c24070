internal import VictimSelection

extension Machine {
  /// The keys of the section `machine`, in the order in which they are written.
  package static let fields: [Field<Self>] = [
    Field(
      "memory", .size({ $0.memory }, { $0.memory = $1 }),
      "Memory that the kernel manages: MemTotal of /proc/meminfo, 1 to 4 % less than is built in.",
      example: "\"16G\"", isRequired: true),
    Field(
      "swap",
      .swap({ ($0.swap, $0.swapDevices) }, { ($0.swap, $0.swapDevices) = ($1.pages, $1.devices) }),
      "All swap: SwapTotal of /proc/meminfo; or a list of devices, which are added up.",
      example: "[ { \"size\": \"1G\", \"kind\": \"zram\", \"ratio\": 2.5 } ]"),
    Field(
      "zswap", .bool({ $0.zswap ? true : nil }, { $0.zswap = $1 }),
      "Whether pages that go to swap are compressed into a pool in memory first: enabled in /sys/module/zswap/parameters. "
        + "Default false.", example: "true"),
    Field(
      "zswap_max_pool_percent",
      .integer(0...100, { $0.zswapMaxPoolPercent }, { $0.zswapMaxPoolPercent = $1 }),
      "How much of memory the pool of zswap may take: max_pool_percent. Default 20.", example: "40"),
    Field(
      "zswap_ratio", .ratio({ $0.zswapRatio }, { $0.zswapRatio = $1 }),
      "How much smaller zswap makes a page, with at most three places: Zswapped over Zswap of /proc/meminfo. Default 3.",
      example: "2.5"),
    Field(
      "page_size",
      .choice(
        FieldValue.Choice(
          allowed: [4096, 16384, 65536], range: 0...Int64.max,
          complaint: { "\($0) is no page size: 4096, 16384 or 65536" }),
        { $0.pageSize.rawValue }, { $0.pageSize = Bytes($1) }),
      "Bytes in a page. Default 4096.", example: "65536"),
    Field(
      "kernel", .size({ $0.kernel }, { $0.kernel = $1 }),
      "Kernel memory that cannot be reclaimed, without page tables.", example: "\"128M\""),
    Field(
      "slab_reclaimable", .size({ $0.slabReclaimable }, { $0.slabReclaimable = $1 }),
      "Kernel caches that can be given back: SReclaimable of /proc/meminfo.", example: "\"64M\""),
    Field(
      "page_cache", .size({ $0.pageCache }, { $0.pageCache = $1 }),
      "Clean file cache of no process and no group: the first thing that reclaim takes.",
      example: "\"2G\""),
    Field(
      "hugetlb", .size({ $0.hugetlb }, { $0.hugetlb = $1 }),
      "The pool of huge pages: part of memory that nobody else can have.", example: "\"1G\""),
    Field(
      "free_pcp", .size({ $0.freePCP }, { $0.freePCP = $1 }),
      "Free memory on lists of single processors, which nobody gets when memory ends: free_pcp of an OOM's report. "
        + "About 0.1 % of memory to 6.6, 1.3 % from 6.7 on; at most an eighth. Default 0.",
      example: "\"700 pages\""),
    Field(
      "swap_cache", .size({ $0.swapCache }, { $0.swapCache = $1 }),
      "What is in swap and still in memory when memory ends: pages in swap cache of an OOM's report. Default 0.",
      example: "\"650 pages\""),
    Field(
      "watermark_boost", .size({ $0.watermarkBoost }, { $0.watermarkBoost = $1 }),
      "How much more than the min watermark stays free when memory ends: boost of an OOM's report, since 5.0; a large page or "
        + "several, recorded up to 954 pages. Default 0.",
      example: "\"512 pages\""),
    Field(
      "lowmem_reserve", .size({ $0.lowmemReserve }, { $0.lowmemReserve = $1 }),
      "Free memory of zones that are kept for others: of the DMA zones what is free when memory ends, beyond their min "
        + "watermarks, as far as lowmem_reserve[] of an OOM's report keeps it. Default 0.",
      example: "\"3840 pages\""),
    Field(
      "committed", .size({ $0.committed }, { $0.committed = $1 }),
      "Committed_AS of /proc/meminfo at the start. Default: what processes, segments and tmpfs add.",
      example: "\"6G\""),
    Field(
      "hz", .integer(24...1200, { $0.hz }, { $0.hz = $1 }),
      "Ticks a second, the clock in which old releases count CPU time. Default 250.",
      example: "1000"),
    Field(
      "cpus", .integer(1...mostCPUs, { $0.cpus }, { $0.cpus = $1 }),
      "Processors online. Each holds back a part of the counters of 6.2 to 6.19: they say how close a near tie is. "
        + "With 1 what it holds back is left out, as the kernel does. Default: not known.",
      example: "16"),
    Field(
      "file_latency", .latency({ $0.fileLatency }, { $0.fileLatency = $1 }),
      "How long one page of a file takes to be read again, which derived stalls go by; 10s at most. Default 100us.",
      example: "\"8ms\""),
    Field(
      "exit_delay", .duration({ $0.exitDelay }, { $0.exitDelay = $1 }),
      "Time from a kill until the memory of the victim is back. Default 0.", example: "\"100ms\""),
    Field(
      "word_bits",
      .choice(
        FieldValue.Choice(
          allowed: [32, 64], range: 0...1024,
          complaint: { "a kernel has words of 32 or 64 bits, found \($0)" }),
        { Int64($0.wordBits.rawValue) },
        { $0.wordBits = WordBits(rawValue: Int($1)) ?? $0.wordBits }),
      "Width of a long on the kernel: old rules overflow in it. Default 64.", example: "32"),
    Field(
      "nodes", .machineNodes({ $0.nodes.isEmpty ? nil : $0.nodes }, { $0.nodes = $1 }),
      "Memory nodes of a NUMA machine, which have its memory together.",
      example: "[ { \"memory\": \"8G\" }, { \"memory\": \"8G\" } ]"),
  ]
}

extension Event.MachineChange {
  /// The keys of `to` where the machine is set.
  package static let fields: [Field<Self>] = [
    Field(
      "memory", .size({ $0.memory }, { $0.memory = $1 }),
      "Memory that the kernel manages from now on: a balloon, hotplug.", example: "\"8G\""),
    Field(
      "hugetlb", .size({ $0.hugetlb }, { $0.hugetlb = $1 }), "The pool of huge pages from now on.",
      example: "\"2G\""),
  ]
}

extension SwapDevice {
  package static let fields: [Field<Self>] = [
    Field("size", .size({ $0.size }, { $0.size = $1 }), nil, example: "\"1G\"", isRequired: true),
    Field(
      "kind",
      .word(
        Kind.allCases.map { $0.rawValue }, { $0.kind.rawValue },
        { $0.kind = Kind(rawValue: $1) ?? $0.kind }),
      "A zram takes memory for what it stores. Default disk.", example: "\"zram\""),
    Field(
      "ratio", .ratio({ $0.kind == .zram ? $0.ratio : nil }, { $0.ratio = $1 }),
      "How much smaller a zram makes a page, with at most three places. Default 3.", example: "2.8"),
    Field(
      "latency", .latency({ $0.latency }, { $0.latency = $1 }),
      "How long one page takes to be read back, which derived stalls go by; 10s at most. Default 100us of a disk, 15us of a "
        + "zram; a hard disk takes some 8ms.", example: "\"8ms\""),
  ]
}

extension Sysctl {
  /// The keys of the section `sysctl`, in the order in which they are written.
  package static let fields: [Field<Self>] = [
    Field(
      "vm.overcommit_memory",
      .integer(
        0...2, { $0.overcommitMemory?.rawValue },
        { $0.overcommitMemory = OvercommitMemory(rawValue: $1) }),
      "0 refuses only a single request above memory and swap, 1 refuses nothing, 2 keeps the sum "
        + "below the commit limit.", example: "2"),
    Field(
      "vm.overcommit_ratio",
      .integer(0...100_000, { $0.overcommitRatio }, { $0.overcommitRatio = $1 }),
      "Percent of memory that mode 2 lets be committed, besides all of swap. Default 50.",
      example: "80"),
    Field(
      "vm.overcommit_kbytes", .kbytes({ $0.overcommitKbytes }, { $0.overcommitKbytes = $1 }),
      "KiB in place of the ratio; 0 means that the ratio counts.", example: "1048576"),
    Field(
      "vm.admin_reserve_kbytes",
      .kbytes({ $0.adminReserveKbytes }, { $0.adminReserveKbytes = $1 }),
      "KiB that mode 2 keeps for processes with CAP_SYS_ADMIN. Default: a 32nd of memory, 8192 at "
        + "most.", example: "8192"),
    Field(
      "vm.user_reserve_kbytes", .kbytes({ $0.userReserveKbytes }, { $0.userReserveKbytes = $1 }),
      "KiB that mode 2 holds back from a process, or a 32nd of its address space if that is less. "
        + "Default: a 32nd of memory, 131072 at most.", example: "131072"),
    Field(
      "vm.min_free_kbytes", .kbytes({ $0.minFreeKbytes }, { $0.minFreeKbytes = $1 }),
      "KiB that stay free: an allocation that would go below is an OOM when reclaim cannot help. "
        + "Default: by the size of memory.", example: "67584"),
    Field(
      "vm.swappiness", .integer(0...200, { $0.swappiness }, { $0.swappiness = $1 }),
      "How willingly anonymous memory is swapped; 0 in a group means never. Default 60.",
      example: "10"),
    Field(
      "vm.panic_on_oom",
      .integer(0...2, { $0.panicOnOOM?.rawValue }, { $0.panicOnOOM = PanicOnOOM(rawValue: $1) }),
      "0 kills, 1 panics when the whole machine is out of memory, 2 panics in every OOM.",
      example: "1"),
    Field(
      "vm.oom_kill_allocating_task",
      .flag({ $0.oomKillAllocatingTask }, { $0.oomKillAllocatingTask = $1 }),
      "1: in an OOM of the machine the process that asked dies, without a choice.", example: "1"),
    Field(
      "vm.oom_dump_tasks", .flag({ $0.oomDumpTasks }, { $0.oomDumpTasks = $1 }),
      "Whether the kernel logs its table of tasks. Decides nothing.", example: "0"),
  ]
}
