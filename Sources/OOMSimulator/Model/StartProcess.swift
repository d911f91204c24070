/// Processes that live when a scenario begins, as a name or a pid means them: a row of the table, or one of those that
/// a row with a `count` stands for.
package struct StartProcess: Equatable, Sendable {
  package var row: Int
  /// Which of a row's processes, from 1; nil for the whole row.
  package var copy: Int32?

  package init(row: Int, copy: Int32? = nil) {
    self.row = row
    self.copy = copy
  }
}

/// A name such as `worker-3`, which one of the processes of a row with a `count` may have.
struct CopyName {
  let name: String
  let template: String
  /// From 1.
  let number: Int32

  init?(_ name: String) {
    guard let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")) else { return nil }
    let digits = name[name.utf8.index(after: dash)...]
    guard let number = Int32(digits), number >= 1, digits == "\(number)" else { return nil }
    self.name = name
    self.number = number
    template = String(name[..<dash])
  }
}

extension Scenario {
  /// Those that have a name: `worker-3` is one of a row with a `count`, `worker` the whole row.
  ///
  /// - Complexity: O(rows).
  package func startProcesses(called name: String) -> [StartProcess] {
    let copy = CopyName(name)
    var found: [StartProcess] = []
    for row in 0..<processes.count {
      if processes.names[row] == name {
        found.append(StartProcess(row: row))
      } else if let copy, let count = processes.counts[row], copy.number <= count,
        processes.names[row] == copy.template
      {
        found.append(StartProcess(row: row, copy: copy.number))
      }
    }
    return found
  }

  /// The one that has a pid, given or assigned; nil when nobody has it.
  ///
  /// - Complexity: O(processes) for a pid that is assigned.
  package func startProcess(pid: Int32) -> StartProcess? { startProcesses(pids: [pid])[pid] }

  /// Those that have one of some pids, given or assigned.
  ///
  /// - Complexity: O(processes) at most.
  func startProcesses(pids wanted: Set<Int32>) -> [Int32: StartProcess] {
    var found: [Int32: StartProcess] = [:]
    if wanted.isEmpty { return found }
    for row in 0..<processes.count where wanted.contains(processes.pids[row]) {
      found[processes.pids[row]] = StartProcess(row: row)
    }
    let last = wanted.subtracting(found.keys).max() ?? 0
    if last < PidAllocator.first { return found }
    forEachAssignedPid { process, pid in
      if wanted.contains(pid) { found[pid] = process }
      return pid < last
    }
    return found
  }

  /// Pids of processes that the scenario gives none, in their order, as long as the body wants more.
  private func forEachAssignedPid(_ body: (StartProcess, Int32) -> Bool) {
    var allocator = PidAllocator(of: self)
    for row in 0..<processes.count where processes.pids[row] == 0 {
      let count = processes.counts[row]
      for copy in 1...(count ?? 1) {
        let process = StartProcess(row: row, copy: count == nil ? nil : copy)
        if !body(process, allocator.next()) { return }
      }
    }
  }

  /// What a process is called.
  package func name(of process: StartProcess) -> String {
    let name = processes.names[process.row]
    return process.copy.map { "\(name)-\($0)" } ?? name
  }

  /// Says of a name that it means several, and which they are; nil when it is one or none.
  package func severalProcesses(called name: String) -> String? {
    let meant = startProcesses(called: name)
    let count = meant.reduce(0) { $0 + ($1.copy == nil ? Int(processes.counts[$1.row] ?? 1) : 1) }
    if count < 2 { return nil }
    var shown: [StartProcess] = []
    for process in meant where shown.count < Self.mostShown {
      guard process.copy == nil, let copies = processes.counts[process.row] else {
        shown.append(process)
        continue
      }
      let last = min(copies, Int32(Self.mostShown - shown.count))
      shown += (1...last).map { StartProcess(row: process.row, copy: $0) }
    }
    let pids = self.pids(of: shown)
    let list = zip(shown, pids).map { "\(self.name(of: $0)) (pid \($1))" }.joined(separator: ", ")
    return "'\(name)' is \(count) processes: \(list)\(count > shown.count ? ", …" : "")"
  }

  /// As many as a message lists.
  private static let mostShown = 8

  /// - Parameter wanted: in the order of the table.
  private func pids(of wanted: [StartProcess]) -> [Int32] {
    var pids = wanted.map { processes.pids[$0.row] }
    var next = pids.firstIndex(of: 0)
    if next == nil { return pids }
    forEachAssignedPid { process, pid in
      if let index = next, wanted[index] == process {
        pids[index] = pid
        next = pids.firstIndex(of: 0)
      }
      return next != nil
    }
    return pids
  }
}

extension ProcessTable {
  /// The process of a number from 0, each `count` counted.
  package func startProcess(at number: Int) -> StartProcess? {
    var first = 0
    for row in 0..<count {
      let copies = counts[row]
      if number - first < copies ?? 1 {
        return StartProcess(row: row, copy: copies == nil ? nil : Int32(number - first + 1))
      }
      first += Int(copies ?? 1)
    }
    return nil
  }

  /// Changes a row, or one of the processes that it stands for: that row becomes one for each of them, which changes
  /// nothing else.
  package mutating func change(_ process: StartProcess, _ body: (inout Scenario.Process) -> Void) {
    guard let copy = process.copy else { return body(&self[process.row]) }
    var table = ProcessTable()
    table.reserveCapacity(count + Int(counts[process.row] ?? 1))
    for row in 0..<count {
      if row != process.row {
        table.append(self[row])
        continue
      }
      for (index, var one) in self[row].copies.enumerated() {
        // Where all share the memory of one of them, that one has it.
        if one.sharesMMWith == .name(one.name) { one.sharesMMWith = nil }
        if index + 1 == copy { body(&one) }
        table.append(one)
      }
    }
    self = table
  }
}

extension Scenario.Process {
  /// The processes that it stands for, one by one.
  package var copies: [Self] {
    if count == 1 { return [self] }
    return (1...max(count, 1)).map { number in
      var copy = self
      copy.name = "\(name)-\(number)"
      copy.count = 1
      return copy
    }
  }
}
