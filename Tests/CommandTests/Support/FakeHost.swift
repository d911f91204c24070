import Foundation

/// A directory that looks like `/` of a host: 100 000 pages of memory, half of them free.
struct FakeHost {
  let scratch: Scratch
  var path: String { scratch.url.path }

  init(release: String = "6.12.57", memTotal: Int = 400_000, swapTotal: Int = 0) throws {
    scratch = try Scratch()
    try file("proc/sys/kernel/osrelease", release + "\n")
    try file(
      "proc/meminfo",
      """
      MemTotal:       \(memTotal) kB
      MemFree:        \(memTotal / 2) kB
      Buffers:            4000 kB
      Cached:            40000 kB
      SReclaimable:       8000 kB
      SwapTotal:      \(swapTotal) kB

      """)
    try file("sys/fs/cgroup/cgroup.controllers", "memory\n")
  }

  func file(_ name: String, _ text: String) throws { try scratch.file(name, text) }

  func file(_ name: String, _ bytes: [UInt8]) throws { try scratch.file(name, Data(bytes)) }

  /// A process of a kernel since 4.15, its sizes in KiB; its oom_score is that of an idle one unless given.
  func process(
    _ pid: Int, _ name: String = "task", anon: Int = 4000, file: Int = 0, swap: Int = 0,
    adj: Int = 0, uid: Int = 1000, start: Int? = nil, cgroup: String = "0::/", score: Int? = nil,
    extra: String = ""
  ) throws {
    let base = "proc/\(pid)/"
    try self.file(
      base + "status",
      """
      Name:\t\(name)
      State:\tS (sleeping)
      PPid:\t1
      Uid:\t\(uid)\t\(uid)\t\(uid)\t\(uid)
      VmSize:\t   \(anon + file + swap + 1000) kB
      VmLck:\t       0 kB
      VmRSS:\t   \(anon + file) kB
      RssAnon:\t   \(anon) kB
      RssFile:\t   \(file) kB
      RssShmem:\t       0 kB
      VmPTE:\t      40 kB
      VmSwap:\t   \(swap) kB
      Threads:\t1
      CapEff:\t\(uid == 0 ? "000001ffffffffff" : "0000000000000000")
      \(extra)
      """)
    try stat(pid, Array(name.utf8), start: start ?? pid)
    let points = (anon + file + swap + 40) / 4
    let scored = pid == 1 || adj == -1000 ? 0 : (1000 + points * 1000 / 100_000) * 2 / 3
    try self.file(base + "oom_score", "\(score ?? scored)\n")
    try self.file(base + "oom_score_adj", "\(adj)\n")
    try self.file(base + "cgroup", cgroup + "\n")
  }

  func stat(_ pid: Int, _ comm: [UInt8], start: Int) throws {
    let rest = ") S 1 1 1 0 -1 4194560 0 0 0 0 7 8 0 0 20 0 1 0 \(start) 0 0 0\n"
    try file("proc/\(pid)/stat", Array("\(pid) (".utf8) + comm + Array(rest.utf8))
  }

  /// Runs `snapshot` of it, and takes the scenario apart.
  func snapshot() async throws -> (output: Output, scenario: [String: Any]) {
    let output = try await Program.run(["snapshot", "--root", path])
    let document = try JSONSerialization.jsonObject(with: Data(output.out.utf8))
    return (output, document as? [String: Any] ?? [:])
  }
}

extension [String: Any] {
  /// The processes of a scenario, in its order.
  var processes: [[String: Any]] { self["processes"] as? [[String: Any]] ?? [] }

  func group(_ path: String) -> [String: Any]? {
    (self["cgroups"] as? [String: Any])?[path] as? [String: Any]
  }

  var machine: [String: Any] { self["machine"] as? [String: Any] ?? [:] }
}
