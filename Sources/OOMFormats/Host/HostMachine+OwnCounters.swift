internal import OOMSimulator

// A container may have a /proc/meminfo of its own, as lxcfs makes it; /proc/vmstat and /proc/zoneinfo stay the kernel's.

extension HostMachine {
  private static let counters = [
    "nr_free_pages": "MemFree", "nr_file_pages": "Cached", "nr_shmem": "Shmem",
    "nr_slab_reclaimable": "SReclaimable", "nr_mapped": "Mapped",
  ]

  /// Reads what the kernel counts itself of what /proc/meminfo shows.
  package mutating func readOwnCounters(zoneinfo: [UInt8], vmstat: [UInt8]) {
    var managed: Int64 = 0
    zoneinfo[...].forEachLine { line in
      if let pages = line.stripped.after("managed ")?.number, pages > 0, pages < 1 << 40 {
        managed += pages
      }
    }
    guard managed > 0 else { return }
    ownCounters["MemTotal"] = pageSize.kibibytes(pages: managed).rawValue
    vmstat[...].forEachLine { line in
      let words = line.words
      guard words.count == 2, let pages = words[1].number, 0..<1 << 40 ~= pages,
        let name = Self.counters[String(decoding: words[0], as: UTF8.self)]
      else { return }
      ownCounters[name] = pageSize.kibibytes(pages: pages).rawValue
    }
  }

  /// The machine by the kernel's own counters; nil where /proc/meminfo agrees with them.
  ///
  /// What is free changes while both are read, so only a large part of it counts.
  package var byOwnCounters: HostMachine? {
    guard let total = meminfo["MemTotal"], let free = meminfo["MemFree"],
      let ownTotal = ownCounters["MemTotal"], let ownFree = ownCounters["MemFree"]
    else { return nil }
    let isOther =
      abs(total - ownTotal) > max(total, ownTotal) / 50
      || abs(free - ownFree) > max(max(free, ownFree) / 4, 1 << 18)
    guard isOther else { return nil }
    var machine = self
    for (name, size) in ownCounters { machine.meminfo[name] = size }
    machine.meminfo["Buffers"] = 0
    return machine
  }

  /// What of the two differs, in words.
  package var differenceToOwnCounters: String {
    func size(_ values: [String: Int64], _ name: String) -> String {
      SizeFormat.binary(Kibibytes(values[name] ?? 0))
    }
    return
      "/proc/meminfo has \(size(meminfo, "MemTotal")), \(size(meminfo, "MemFree")) of it free; by /proc/zoneinfo "
      + "and /proc/vmstat the kernel has \(size(ownCounters, "MemTotal")), \(size(ownCounters, "MemFree")) free"
  }
}
