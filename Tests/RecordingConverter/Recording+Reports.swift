extension Recording {
  /// One OOM report, with the table of tasks as the kernel printed it.
  public struct OOM: Decodable, Sendable {
    public var t: Double?
    public var step: String?
    /// The number of that step, where the recorder noted it: a line may come twice.
    public var stepN: Int?
    public var invoker: String?
    public var invokerPid: Int64?
    /// -1 marks an OOM asked for by hand (SysRq f).
    public var order: Int?
    public var tasks: [TableRow]?
    public var summary: Summary?
    public var kills: [Kill]?
    public var noKillable: Bool?
    public var memcgUsage: [MemcgUsage]?
    public var statsFor: String?
    public var formula: Formula?
    public var memInfo: MemInfo?

    /// The table, one row a process. Where a leader has exited, the kernel prints the pid of the
    /// thread that it found the memory at; here a process goes by its own pid all along.
    public var rows: [TableRow] {
      (tasks ?? []).map { task in
        var row = task
        row.pid = task.tgid
        return row
      }
    }
    public var isManual: Bool { order == -1 }

    /// The group whose limit was hit. A report that ends in a panic has no summary line.
    public var memcg: String? {
      if let path = summary?.oomMemcgRel { return LiveRun.top + path }
      if let path = summary?.oomMemcg { return path }
      let isMemcg = !(memcgUsage ?? []).isEmpty
      return isMemcg ? statsFor : nil
    }

    /// The processes that died, in order, each once: with `memory.oom.group` the kernel logs its first victim twice.
    public var killed: [Kill] {
      var seen: Set<Int64> = []
      return (kills ?? []).filter { seen.insert($0.pid).inserted }.map { logged in
        var kill = logged
        kill.pid = process(of: logged.pid)
        return kill
      }
    }

    /// The process that a thread of the table belongs to.
    func process(of thread: Int64) -> Int64 {
      (tasks ?? []).first { $0.pid == thread }?.tgid ?? thread
    }

    /// The victim's points as they were computed when it was recorded.
    func points(of victim: Kill) -> Int64? {
      formula?.points?.first { process(of: $0.pid) == victim.pid }?.points
    }
  }

  public struct TableRow: Decodable, Sendable {
    public var pid: Int64
    public var tgid: Int64
    public var uid: Int64
    public var totalVm: Int64
    public var rss: Int64
    /// Printed from 6.2 on, as are the two below.
    public var rssAnon: Int64?
    public var rssFile: Int64?
    public var rssShmem: Int64?
    public var pgtablesBytes: Int64
    public var swapents: Int64
    public var oomScoreAdj: Int64
    public var name: String

    public var ownPages: Int64 { rss + swapents }
  }

  public struct Summary: Decodable, Sendable {
    public var constraint: String?
    public var oomMemcg: String?
    /// The same from the recording's own group on, where that was not the root.
    public var oomMemcgRel: String?
    /// What a memory policy limited the allocation to.
    public var nodemask: NodeList?
  }

  /// Nodes as the kernel lists them: the recorder took one of `1` for a number.
  public struct NodeList: Decodable, Sendable {
    /// Nil for `(null)`, which is no limit.
    public var text: String?

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let node = try? container.decode(Int.self) {
        text = String(node)
      } else {
        let list = try container.decode(String.self)
        text = list == "(null)" ? nil : list
      }
    }
  }

  public struct Kill: Decodable, Sendable {
    public var reason: String?
    public var pid: Int64
    public var name: String
    public var anonRssKb: Int64?
    public var shmemRssKb: Int64?
  }

  public struct MemcgUsage: Decodable, Sendable {
    public var what: String
  }

  /// Where the memory was that nobody got, in pages; nil where the recorder did not note it.
  public struct MemInfo: Decodable, Sendable {
    public var freePcp: Int64?
    public var swapCache: Int64?
    /// By how much the watermarks of all zones were raised for the time being.
    public var boost: Int64?
  }

  /// The points as computed from the table when it was recorded.
  public struct Formula: Decodable, Sendable {
    public struct Points: Decodable, Sendable {
      public var pid: Int64
      public var points: Int64?
    }
    public var points: [Points]?
    public var special: String?
  }

  /// Everything that `/proc` and the groups showed at one moment.
  public struct Dump: Decodable, Sendable {
    public var meminfo: [String: Int64]?
    public var zones: [Zone]?
    public var procs: [ProcessState]?
    public var cgroups: [String: GroupState]?
  }

  /// A group's files; `memory.stat` is in bytes and counts the groups below it, too.
  public struct GroupState: Decodable, Sendable {
    public var stat: [String: Int64]?

    private enum CodingKeys: String, CodingKey {
      case stat = "memory.stat"
    }

    func pages(_ key: String) -> Int64 { (stat?[key] ?? 0) / 4096 }

    /// Clean file pages, mapped or not.
    var cache: Int64 { pages("file") - pages("shmem") }
    /// What the kernel keeps for the group, besides page tables.
    var kernel: Int64 {
      guard let all = stat?["kernel"] else {
        return pages("slab") + pages("kernel_stack") + pages("percpu")
      }
      return max(all / 4096 - pages("pagetables"), 0)
    }
  }

  public struct Zone: Decodable, Sendable {
    /// The node and the zone's name: `0/DMA32`.
    public var zone: String?
    public var managed: Int64
    public var free: Int64?
    public var present: Int64?
    public var spanned: Int64?
    /// Free pages on the lists of CPUs, where the recorder looked.
    public var pcp: Int64?
    /// The lowmem reserve against each zone as `/proc/zoneinfo` spells it: `(0, 190, 190)`.
    public var protection: String?

    public var reserves: [Int64] {
      (protection ?? "").split { !$0.isNumber }.compactMap { Int64($0) }
    }
  }

  /// Sizes are kB; -1 stands for a line that `/proc` did not have.
  public struct ProcessState: Decodable, Sendable {
    public var pid: Int64
    public var name: String
    public var uid: Int64
    public var oomScoreAdj: Int64
    public var totalVm: Int64
    public var rss: Int64
    public var rssAnon: Int64
    public var rssFile: Int64
    public var rssShmem: Int64
    public var swap: Int64
    public var pageTables: Int64
    /// Counted page by page, where the counters lag behind.
    public var walkRss: Int64
    public var walkSwap: Int64
    public var walkAnon: Int64?
    public var cgroup: String

    private enum CodingKeys: String, CodingKey {
      case pid, name, uid, oomScoreAdj, totalVm, walkRss, walkSwap, walkAnon, cgroup
      case rss = "VmRSS"
      case rssAnon = "RssAnon"
      case rssFile = "RssFile"
      case rssShmem = "RssShmem"
      case swap = "VmSwap"
      case pageTables = "VmPTE"
    }

    public var isKernelThread: Bool { rss < 0 }
    public var residentPages: Int64 { max(walkRss < 0 ? rss : walkRss, 0) / 4 }
    public var anonPages: Int64 { max(walkAnon ?? rssAnon, 0) / 4 }
    public var swapPages: Int64 { max(walkSwap < 0 ? swap : walkSwap, 0) / 4 }
  }

  /// One request for address space, and what the kernel answered.
  public struct CommitRequest: Decodable, Sendable {
    public var name: String
    public var op: String
    public var line: String
    public var ok: Bool?
    public var pages: Int64?
    public var made: Int64?
    public var maxOkPages: Int64?
    public var committedBeforeKb: Int64
    public var commitLimitKb: Int64
    public var totalVm: Int64
  }
}
