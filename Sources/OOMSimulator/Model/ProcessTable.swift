/// The processes of a scenario in the kernel's iteration order, stored as columns: a hundred thousand
/// processes are a hundred bytes each, and a replay copies only the columns that it changes.
public struct ProcessTable: Equatable, Sendable {
  struct Flags: OptionSet, Equatable, Sendable {
    var rawValue: UInt16
    static let kernelThread = Self(rawValue: 1)
    static let exitsOnENOMEM = Self(rawValue: 2)
    static let statesCapabilities = Self(rawValue: 4)
    /// The three bits of `Capabilities` begin here.
    private static let capabilitiesShift: UInt16 = 3
    static let inVfork = Self(rawValue: 64)
    static let dying = Self(rawValue: 128)
    static let swapoff = Self(rawValue: 256)
    /// Its page tables are derived from what it touches.
    static let derivedTables = Self(rawValue: 512)

    /// Nil where they follow from the uid.
    var capabilities: Capabilities? {
      get {
        contains(.statesCapabilities)
          ? Capabilities(
            rawValue: UInt8(truncatingIfNeeded: rawValue >> Self.capabilitiesShift) & 7)
          : nil
      }
      set {
        rawValue &= ~(7 << Self.capabilitiesShift)
        remove(.statesCapabilities)
        guard let newValue else { return }
        insert(.statesCapabilities)
        rawValue |= UInt16(newValue.rawValue) << Self.capabilitiesShift
      }
    }
  }

  /// Marks a size that is not given in `totalVM` and `pageTables`.
  static let derived: Int64 = -1

  var names: [String] = []
  var pids: [Int32] = []
  /// Empty while no row has a parent.
  var ppids: [Int32] = []
  var uids: [UInt32] = []
  var cgroups: [Int32] = []
  var oomScoreAdj: [Int16] = []
  var flags: [Flags] = []
  var anon: [Int64] = []
  var file: [Int64] = []
  var shmem: [Int64] = []
  var swap: [Int64] = []
  var locked: [Int64] = []
  /// Empty while no row gives it.
  var totalVM: [Int64] = []
  var pageTables: [Int64] = []
  /// Rows that stand for several processes.
  var counts: [Int: Int32] = [:]
  var sharesMMWith: [Int: ProcessReference] = [:]
  /// Rows that give anything of it.
  var legacy: [Int: Scenario.Process.LegacyInputs] = [:]
  var pageTableLevels: [Int: PageTableLevels] = [:]
  var threads: [Int: Scenario.Process.Threads] = [:]
  var committed: [Int: Int64] = [:]
  var segments: [Int: String] = [:]
  var mappedFiles: [Int: String] = [:]
  var memsAllowed: [Int: NodeMask] = [:]
  var mempolicy: [Int: NodeMask] = [:]
  var mempolicyModes: [Int: Mempolicy.Mode] = [:]
  /// Pages that a row touches again each second, where that is more than none.
  var hot: [Int: Int64] = [:]
  var restarts: [Int: RestartPolicy] = [:]
  /// Whole rows that have something for which there is no column.
  var plain: [Int: Scenario.Process] = [:]
  /// The paths that `cgroups` numbers, each once.
  var cgroupPaths: [String] = []

  package init() {}

  /// A table of processes, oldest first, as the kernel visits them.
  ///
  /// - Complexity: O(processes).
  public init(_ processes: some Sequence<Scenario.Process>) {
    for process in processes { append(process) }
  }

  /// How many rows there are; a row with a `count` is one.
  public var count: Int { pids.count }

  /// Processes that the rows stand for.
  package var expandedCount: Int {
    counts.values.reduce(count) { $0 + Int($1) - 1 }
  }

  /// Makes room, so that a long table does not grow by copying.
  package mutating func reserveCapacity(_ rows: Int) {
    names.reserveCapacity(rows)
    pids.reserveCapacity(rows)
    uids.reserveCapacity(rows)
    cgroups.reserveCapacity(rows)
    oomScoreAdj.reserveCapacity(rows)
    flags.reserveCapacity(rows)
    anon.reserveCapacity(rows)
    file.reserveCapacity(rows)
    shmem.reserveCapacity(rows)
    swap.reserveCapacity(rows)
    locked.reserveCapacity(rows)
    pageTables.reserveCapacity(rows)
  }

  /// Adds a row at the end.
  ///
  /// - Complexity: O(1) on average.
  package mutating func append(_ process: Scenario.Process) {
    let row = count
    names.append(process.name)
    pids.append(process.pid)
    Self.append(process.ppid, to: &ppids, row: row, usual: 0)
    uids.append(process.uid)
    cgroups.append(index(ofCgroup: process.cgroup))
    oomScoreAdj.append(process.oomScoreAdj)
    flags.append(Self.flags(of: process))
    anon.append(process.anon)
    file.append(process.file)
    shmem.append(process.shmem)
    swap.append(process.swap)
    locked.append(process.locked)
    Self.append(process.totalVM ?? Self.derived, to: &totalVM, row: row, usual: Self.derived)
    pageTables.append(process.pageTables ?? Self.derived)
    if process.count != 1 { counts[row] = process.count }
    if let other = process.sharesMMWith { sharesMMWith[row] = other }
    setRare(process, row)
  }

  /// What few rows have.
  private mutating func setRare(_ process: Scenario.Process, _ row: Int) {
    if process.legacy != Scenario.Process.LegacyInputs() {
      legacy[row] = process.legacy
    } else if !legacy.isEmpty {
      legacy[row] = nil
    }
    if process.pageTableLevels != nil || !pageTableLevels.isEmpty {
      pageTableLevels[row] = process.pageTableLevels
    }
    if process.committed != nil || !committed.isEmpty { committed[row] = process.committed }
    if process.segment != nil || !segments.isEmpty { segments[row] = process.segment }
    if process.mappedFile != nil || !mappedFiles.isEmpty { mappedFiles[row] = process.mappedFile }
    if process.memsAllowed != nil || !memsAllowed.isEmpty { memsAllowed[row] = process.memsAllowed }
    if process.mempolicy != nil || !mempolicy.isEmpty { mempolicy[row] = process.mempolicy }
    if process.mempolicyMode != .bind || !mempolicyModes.isEmpty {
      mempolicyModes[row] = process.mempolicyMode == .bind ? nil : process.mempolicyMode
    }
    if process.hot != 0 || !hot.isEmpty { hot[row] = process.hot == 0 ? nil : process.hot }
    if process.restart != nil || !restarts.isEmpty { restarts[row] = process.restart }
    if process.hasPlainValues || !plain.isEmpty {
      plain[row] = process.hasPlainValues ? process : nil
    }
    if process.threads != nil || !threads.isEmpty { threads[row] = process.threads }
  }

  /// The process of a row, from 0.
  ///
  /// - Complexity: O(1).
  public subscript(row: Int) -> Scenario.Process {
    get {
      var process = plain.isEmpty ? Scenario.Process() : plain[row] ?? Scenario.Process()
      process.name = names[row]
      process.pid = pids[row]
      process.count = counts[row] ?? 1
      process.ppid = ppids.isEmpty ? 0 : ppids[row]
      process.uid = uids[row]
      process.cgroup = cgroupPaths[Int(cgroups[row])]
      process.oomScoreAdj = oomScoreAdj[row]
      process.anon = anon[row]
      process.file = file[row]
      process.shmem = shmem[row]
      process.swap = swap[row]
      process.locked = locked[row]
      process.totalVM = totalVM.isEmpty || totalVM[row] == Self.derived ? nil : totalVM[row]
      process.pageTables = pageTables[row] == Self.derived ? nil : pageTables[row]
      process.isKernelThread = flags[row].contains(.kernelThread)
      process.sharesMMWith = sharesMMWith[row]
      process.legacy = legacy[row] ?? Scenario.Process.LegacyInputs()
      process.pageTableLevels = pageTableLevels[row]
      process.threads = threads[row]
      process.committed = committed[row]
      process.segment = segments[row]
      process.mappedFile = mappedFiles[row]
      process.memsAllowed = memsAllowed[row]
      process.mempolicy = mempolicy[row]
      process.mempolicyMode = mempolicyModes[row] ?? .bind
      process.hot = hot[row] ?? 0
      process.restart = restarts[row]
      process.isInVfork = flags[row].contains(.inVfork)
      process.isDying = flags[row].contains(.dying)
      process.isSwapoff = flags[row].contains(.swapoff)
      process.capabilities = flags[row].capabilities
      process.onENOMEM = flags[row].contains(.exitsOnENOMEM) ? .exit : .continue
      return process
    }
    set {
      names[row] = newValue.name
      pids[row] = newValue.pid
      counts[row] = newValue.count == 1 ? nil : newValue.count
      Self.set(newValue.ppid, in: &ppids, row: row, rows: count, usual: 0)
      uids[row] = newValue.uid
      cgroups[row] = index(ofCgroup: newValue.cgroup)
      oomScoreAdj[row] = newValue.oomScoreAdj
      flags[row] = Self.flags(of: newValue)
      anon[row] = newValue.anon
      file[row] = newValue.file
      shmem[row] = newValue.shmem
      swap[row] = newValue.swap
      locked[row] = newValue.locked
      Self.set(
        newValue.totalVM ?? Self.derived, in: &totalVM, row: row, rows: count, usual: Self.derived)
      pageTables[row] = newValue.pageTables ?? Self.derived
      sharesMMWith[row] = newValue.sharesMMWith
      setRare(newValue, row)
    }
  }

  /// Whether every row has an address space of its own.
  package var sharesNoMemory: Bool { sharesMMWith.isEmpty }

  /// The row's name alone, without building the whole process.
  package func name(row: Int) -> String { names[row] }

  /// The name of process 1; nil where nobody has that pid.
  var initName: String? { pids.firstIndex(of: 1).map { names[$0] } }

  /// The row's pid as given, 0 when it is to be assigned.
  package func pid(row: Int) -> Int32 { pids[row] }

  /// Gives every column storage of its own.
  mutating func unshare() {
    func own<Value>(_ column: inout [Value]) { column = column.map { $0 } }
    own(&names)
    own(&pids)
    own(&ppids)
    own(&uids)
    own(&cgroups)
    own(&oomScoreAdj)
    own(&flags)
    own(&anon)
    own(&file)
    own(&shmem)
    own(&swap)
    own(&locked)
    own(&totalVM)
    own(&pageTables)
    own(&cgroupPaths)
    counts = counts.mapValues { $0 }
    plain = plain.mapValues { $0 }
    cgroupIndex = cgroupIndex.mapValues { $0 }
  }

  /// Appends to a column that is stored only once a value differs from the usual one.
  private static func append<Value: Equatable>(
    _ value: Value, to column: inout [Value], row: Int, usual: Value
  ) {
    if column.isEmpty {
      if value == usual { return }
      column = Array(repeating: usual, count: row)
    }
    column.append(value)
  }

  private static func set<Value: Equatable>(
    _ value: Value, in column: inout [Value], row: Int, rows: Int, usual: Value
  ) {
    if column.isEmpty {
      if value == usual { return }
      column = Array(repeating: usual, count: rows)
    }
    column[row] = value
  }

  static func flags(of process: Scenario.Process) -> Flags {
    var flags: Flags = []
    if process.isKernelThread { flags.insert(.kernelThread) }
    if process.onENOMEM == .exit { flags.insert(.exitsOnENOMEM) }
    flags.capabilities = process.capabilities
    if process.isInVfork { flags.insert(.inVfork) }
    if process.isDying { flags.insert(.dying) }
    if process.isSwapoff { flags.insert(.swapoff) }
    if process.pageTables == nil { flags.insert(.derivedTables) }
    return flags
  }

  /// Neighbours mostly live in the same group or in one of a few, so the latest paths are looked at first.
  private mutating func index(ofCgroup path: String) -> Int32 {
    if let last = cgroups.last, cgroupPaths[Int(last)] == path { return last }
    if let known = cgroupIndex[path] { return known }
    let index = Int32(cgroupPaths.count)
    cgroupPaths.append(path)
    cgroupIndex[path] = index
    return index
  }

  private var cgroupIndex: [String: Int32] = [:]
}

extension ProcessTable: ExpressibleByArrayLiteral {
  /// A table of the processes that stand in the source, oldest first.
  public init(arrayLiteral processes: Scenario.Process...) {
    self.init(processes)
  }
}
