import Foundation
import RecordingConverter

/// A recording small enough to be read: B is the largest of three in a group whose limit is hit.
func groupRecording(
  cgset: String = "", extra: String = "", kills: String = "", steps: String = "",
  summary: String = #""constraint": "CONSTRAINT_MEMCG", "oom_memcg": "/g""#, zones: String = ""
) throws -> Recording {
  try Recording(
    json: Data(
      """
      { "name": "x01-group", "title": "A group", "rule": "the largest dies",
        "kernel": { "id": "qemu-6.12", "release": "6.12.1", "version": "#1 SMP Debian 6.12.1-2 x" },
        "machine": { "ram_pages": 50000, "swap_pages": 1000,
                     "meminfo": { "MemTotal": 200000, "CommitLimit": 104000 },
                     "zones": [ \(zones) ] },
        "scenario": { "script": [], "mem_mib": 256 },
        "sysctls": [ { "t": 1, "panic_on_oom": 0, "swappiness": 60, "min_free_kbytes": 1800 } ],
        "procs": [
          { "name": "A", "pid": 10, "mode": "fork", "by": "init", "uid": 0, "adj": null,
            "cg": "/g", "t": 2 },
          { "name": "B", "pid": 11, "mode": "fork", "by": "init", "uid": 7, "adj": 5,
            "cg": "/g", "t": 3 },
          { "name": "BS", "pid": 12, "mode": "vm", "by": "B", "uid": 7, "adj": null,
            "cg": "/", "t": 3.5 } ],
        "steps": [
          { "line": "cg g memory.max=3600K memory.swap.max=0", "t": 1 },
          { "line": "proc A cg=g", "t": 2 }, { "line": "proc B cg=g", "t": 3 },
          { "line": "proc BS by=B mode=vm", "t": 3.4 },
          { "line": "do B anon 500", "t": 4, "result": "reply", "replies": [ { "r": [500, 0, 9] } ] },
          \(steps) { "line": "dump pre", "t": 4.5 },
          { "line": "do A anon 24M stop", "t": 5, "result": "reply",
            "replies": [ { "r": [300, 0, 9] } ] } ],
        "events": [
          { "type": "cgset", "t": 1, "path": "/g", "key": "memory.max", "value": "3600K", "errno": 0 },
          \(cgset)
          { "type": "proc", "t": 2, "pid": 10, "name": "A" },
          { "type": "proc", "t": 3, "pid": 11, "name": "B" },
          { "type": "proc", "t": 3.5, "pid": 12, "name": "BS" },
          { "type": "dumped", "t": 4.9, "tag": "pre" },
          { "type": "kill", "t": 5.3, "pid": 11, "name": "B" } ],
        "dumps": { "pre": { "meminfo": { "MemTotal": 200000, "MemFree": 160000,
            "AnonPages": 2280, "Shmem": 0, "Active(file)": 0, "Inactive(file)": 0 }, "zones": [
            { "managed": 3000, "protection": "(0, 190)" }, { "managed": 47000, "protection": "(0, 0)" } ],
          "procs": [ \(state(1, "init", 800, 720)), \(state(10, "A", 300, 200)),
                     \(state(11, "B", 2300, 200)), \(state(12, "BS", 2300, 200)) ] } },
        "ooms": [ { "t": 5.2, "step": "do A anon 24M stop", "invoker": "A", "invoker_pid": 10,
          "order": 0, "memcg_usage": [ { "what": "memory" } ], "stats_for": "/g", "summary":
            { \(summary) },
          "tasks": [ \(row(10, "A", 0, 370)), \(row(11, "B", 5, 560)) ],
          "kills": [ { "reason": "Memory cgroup out of memory", "pid": 11, "name": "B" } \(kills) ],
          "formula": { "special": null, "points": [ { "pid": 10, "points": 380 },
                                                    { "pid": 11, "points": 570 } ] } } ]
        \(extra) }
      """.utf8))
}

/// The same, where only B may have memory on the node that ran out.
func nodeRecording(summary: String, steps: String = "", cgset: String = "") throws -> Recording {
  let zones = """
    { "zone": "0/DMA", "managed": 3000, "present": 3100, "spanned": 3200 },
    { "zone": "0/DMA32", "managed": 27000, "present": 28000, "spanned": 29000 },
    { "zone": "1/DMA32", "managed": 20000, "present": 20000, "spanned": 20000 }
    """
  var recording = try groupRecording(cgset: cgset, steps: steps, summary: summary, zones: zones)
  recording.ooms[0].memcgUsage = nil
  recording.ooms[0].tasks?.removeFirst()
  return recording
}

/// A run on a live host: G fills the group and waits, until the kernel may kill A.
func liveRecording() throws -> Recording {
  try Recording(
    json: Data(
      """
      { "name": "v1-x", "title": "Waits", "rule": "writing 0 kills",
        "kernel": { "id": "host-6.18-v1", "release": "6.18.1" },
        "log": [ { "t": 2, "what": "grow", "v": "waiting" },
                 { "t": 2, "what": "write 0", "v": 0 }, { "t": 2.1, "what": "after", "v": "reply" } ],
        "dumps": {
          "pre": { "procs": [ \(liveState(20, "A", 3600)), \(liveState(21, "G", 400)) ],
            "cgroups": [ { "path": "", "procs": "21" }, { "path": "x", "procs": "20" } ] },
          "post": { "procs": [ { "name": "A", "pid": 20 }, \(liveState(21, "G", 3600)) ],
            "cgroups": [] } },
        "ooms": [ { "t": 9, "step": null, "invoker": "G", "invoker_pid": 21, "order": 0,
          "summary": { "constraint": "CONSTRAINT_MEMCG", "oom_memcg": "/here/lab-7",
                       "oom_memcg_rel": "" },
          "tasks": [ \(row(20, "A", 700, 500)), \(row(21, "G", 0, 600)) ],
          "kills": [ { "reason": "Memory cgroup out of memory", "pid": 20, "name": "A" } ] } ],
        "cgset": [
          { "path": "", "key": "memory.limit_in_bytes", "value": 4194304, "errno": 0, "t": 5 },
          { "path": "", "key": "memory.oom_control", "value": 1, "errno": 0, "t": 5 },
          { "path": "", "key": "memory.oom_control", "value": 0, "errno": 0, "t": 7 } ] }
      """.utf8))
}

private func liveState(_ pid: Int, _ name: String, _ size: Int) -> String {
  """
  { "name": "\(name)", "pid": \(pid), "oom_score_adj": 0, "VmSize": \(size), "RssAnon": 48,
    "RssFile": 8, "RssShmem": 0, "VmSwap": 0, "VmPTE": 40 }
  """
}

private func state(_ pid: Int, _ name: String, _ rss: Int, _ file: Int) -> String {
  """
  { "pid": \(pid), "name": "\(name)", "uid": 0, "oom_score_adj": 0, "total_vm": 900,
    "VmRSS": \(rss), "RssAnon": \(rss - file), "RssFile": \(file), "RssShmem": 0, "VmSwap": 0,
    "VmPTE": 40, "walk_Rss": \(rss), "walk_Swap": 0, "cgroup": "/" }
  """
}

private func row(_ pid: Int, _ name: String, _ adj: Int, _ rss: Int) -> String {
  """
  { "pid": \(pid), "tgid": \(pid), "uid": 0, "total_vm": 900, "rss": \(rss), "rss_anon": \(rss - 30),
    "rss_file": 30, "rss_shmem": 0, "pgtables_bytes": 40960, "swapents": 0,
    "oom_score_adj": \(adj), "name": "\(name)" }
  """
}
