package import OOMSimulator

extension Timeline {
  /// One line a sample below a line of names, sizes in pages and times in microseconds.
  ///
  /// A name of a group or a process stands behind what it is of, so that no two columns have one name and none begins
  /// like a formula.
  ///
  /// - Complexity: O(samples × columns).
  package var csv: [UInt8] {
    var names = ["time_us"]
    names += groups.map { "cgroup_pages:" + plain($0.path) }
    names += processes.map { "process_pages:" + plain($0.process.name) }
    names += ["free_pages", "cache_pages", "swap_pages", "committed_as_pages"]
    var bytes = Array(csvLine(names).utf8)
    for (sample, fill) in fills.enumerated() {
      bytes += String(times[sample].rawValue).utf8
      func add(_ pages: Int64) {
        bytes.append(UInt8(ascii: ","))
        bytes += String(pages).utf8
      }
      for line in groups { add(line.pages[sample]) }
      for line in processes { add(line.pages[sample]) }
      for pages in [fill.free, fill.cache, fill.swap, fill.committed] { add(pages) }
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }
}
