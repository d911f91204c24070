extension Replay {
  mutating func operate(_ index: Int) throws {
    let step = recording.steps[index]
    let words = step.words
    if step.result == "already dead" { return }
    // It had been killed in a step before and was still ending.
    if step.result == "died", step.replies == nil, recording.knowsSteps, ooms(in: index).isEmpty {
      return
    }
    let name = words[1]
    let options = words.dropFirst(4).filter { option in
      option != "stop" && !Self.withoutEffect.contains { option.hasPrefix($0) }
    }
    let isLocked = recording.locksMemory(name)
    // The limit on locked memory, or the permissions of a file.
    if step.replies?.first?.isRefusedOtherwise ?? false { return }
    switch words[2] {
    case "anon" where options.isEmpty, "shmem" where options.isEmpty:
      try grow(name, by: words[3], kind: isLocked ? "locked" : words[2], in: index)
    case "file" where isTmpfsFile(options, of: name):
      tally[name].isTmpfs = true
      try grow(name, by: words[3], kind: isLocked ? "locked" : "shmem", in: index)
    case "file" where options.contains { $0.hasPrefix("path=/dev/") }:
      try grow(name, by: words[3], kind: isLocked ? "locked" : "file", in: index)
    case "readfile" where options.count == 1 && options[0].hasPrefix("path=/dev/"):
      read(step)
    case "free" where words.count == 3: free(name)
    case "mlockall":
      // The process starts with what it has locked; what it touches from then on is, too.
      if tally[name].all != tally[name].initial {
        throw NotExpressible(reason: "memory is locked after it was touched")
      }
    case "reserve": try reserve(step)
    case "forktest": fork(step)
    case "swapoff": swapoff(name)
    case "policy":
      guard options.isEmpty, step.replies?.first?.r?.first == 0,
        let nodes = Recording.nodes(ofMask: words[3])
      else { throw NotExpressible(reason: "NUMA: a policy other than bind") }
      emit("set", process(name, "to", ["mempolicy": .string(nodes)]))
    case "threads":
      // The process starts with all its threads: they decide nothing.
      break
    case "retouch": try retouch(name, index)
    case "cow":
      guard let pages = size(words[3]) else { throw NotExpressible(reason: step.line) }
      copyOnWrite(name, min(pages, tally[name].shared), index)
    default:
      let operation = words.dropFirst(2).joined(separator: " ")
      throw NotExpressible(reason: "no event for do \(operation)")
    }
  }

  /// How the recorder went about it, and what of a file of a tmpfs was mapped before.
  private static let withoutEffect = ["leave=", "timeout=", "chunk=", "off="]

  private func isTmpfsFile(_ options: [String], of name: String) -> Bool {
    guard let path = recording.tmpfsFile(of: name) else { return false }
    return Set(options) == ["path=" + path, "create"]
  }

  private mutating func retouch(_ name: String, _ index: Int) throws {
    let words = recording.steps[index].words
    if let parent = recording.segment(of: name) {
      // A fork does not copy shared memory: the child finds it as it touches it.
      let shmem = recordedGrowth(of: parent, before: recording.end).shmem
      if parent != name, shmem > 0 {
        begin()
        tally.touch(shmem, "shmem", by: name)
        emit("grow", process(name, "shmem", RecordingConverter.pages(shmem)))
      }
    }
    guard words.contains("write") else {
      // Reading what was never written to maps the page of zeroes.
      if tally.privatelyReserved(name) != nil {
        throw NotExpressible(reason: "no event for reading zeroes")
      }
      return touch(name)
    }
    if let reserved = tally.privatelyReserved(name) {
      try grow(name, by: "\(reserved)", kind: "anon", in: index)
    } else if tally[name].shared > 0 {
      copyOnWrite(name, tally[name].shared, index)
    } else {
      touch(name)
    }
  }

  /// Writes to pages that a process has in common with its parent or its child.
  private mutating func copyOnWrite(_ name: String, _ pages: Int64, _ index: Int) {
    let ooms = self.ooms(in: index)
    begin()
    var object = ObjectBuilder()
    object.add("process", .string(name))
    object.addPages("size", pages)
    if !ooms.isEmpty { object.add("over", "10s") }
    tally[name].shared -= pages
    recordGrower(name, ooms)
    emit("cow", object.value, lasting: ooms.isEmpty ? 0 : 10)
  }

  /// What a process has becomes the youngest; without swap that decides nothing.
  private mutating func touch(_ name: String) {
    if origin.machine.swapPages == 0 { return }
    begin()
    emit("touch", ["process": .string(name)])
  }

  /// What is not in the cache yet is read into it, for the group of the process that reads first.
  private mutating func read(_ step: Recording.Step) {
    let end = step.grownPages ?? 0
    let new = end - tally.readUpTo
    if new <= 0 { return }
    begin()
    tally.readUpTo = end
    let group = tally.groups[step.words[1]] ?? "/"
    tally.cache[group, default: 0] += new
    pageCache(new, of: group)
  }

  /// Unmaps all that the script made a process map. Pages of a tmpfs file stay, as does the cache of what it mapped.
  private mutating func free(_ name: String) {
    let touched = tally[name]
    var object = ObjectBuilder()
    object.add("process", .string(name))
    object.addPages("anon", touched.anon)
    object.addPages("file", touched.file)
    object.addPages("shmem", touched.shmem)
    object.addPages("locked", touched.locked)
    tally.cache[tally.groups[name] ?? "/", default: 0] += touched.file
    (tally[name].anon, tally[name].locked, tally[name].shmem, tally[name].file) = (0, 0, 0, 0)
    if touched.anon + touched.file + touched.shmem + touched.locked > 0 {
      emit("shrink", object.value)
    }
    for (kind, pages) in (tally.reserved.removeValue(forKey: name) ?? [:]).sorted(by: <) {
      emit("unmap", mapping(name, pages, kind))
    }
  }

  private mutating func swapoff(_ name: String) {
    begin()
    emit("swapoff", ["process": .string(name)])
  }

  // MARK: Growth

  /// One growth. If it met an OOM it takes its time, so that its size at the kill can be seen.
  mutating func grow(_ name: String, by text: String, kind: String, in index: Int) throws {
    let step = recording.steps[index]
    guard let asked = size(text) else { throw NotExpressible(reason: "size \(text)") }
    let ooms = self.ooms(in: index)
    let isRefused = step.replies?.first?.isRefusedForWantOfMemory ?? false
    let pages: Int64
    var surplus: Int64 = 0
    if isRefused {
      pages = asked
    } else if ooms.isEmpty {
      guard let grown = step.grownPages ?? (step.words[0] == "initgrow" ? asked : nil) else {
        throw NotExpressible(reason: "a growth without an answer and without an OOM")
      }
      pages = grown
      if pages <= 0 { return }
    } else {
      (pages, surplus) = request(asked: asked, name: name, step: step, ooms: ooms)
      recordGrower(name, ooms)
    }
    begin()
    if mapsFirst(name, kind) {
      map(name, pages, kind == "shmem" ? "shared" : "private", isAdmitted: !isRefused)
      if isRefused { return }
    } else if isRefused {
      refuse(name)
    }
    var object = ObjectBuilder()
    object.add("process", .string(name))
    object.add(kind, RecordingConverter.pages(pages))
    if !ooms.isEmpty { object.add("over", "10s") }
    if !ooms.isEmpty, growsUntilDeath, step.words.contains("stop") {
      endingAtDeath.append(events.count)
    }
    emit("grow", object.value, lasting: ooms.isEmpty ? 0 : 10)
    if isRefused { return }
    let isOpen = growsUntilDeath && step.words.contains("stop")
    tally.touch(isOpen ? step.grownPages ?? pages : pages - surplus, kind, by: name)
    if surplus > 0, movesMemory(after: index) {
      emit("shrink", process(name, kind, RecordingConverter.pages(surplus)))
    }
  }

  /// How much to ask for so that the recorded kills happen and no other does, and how much of that is too much.
  ///
  /// The recorder asked for far more than there is and stopped after a kill. A scenario cannot
  /// stop, so it asks for what had been touched by then and half of what the last kill gave back.
  /// A process that died growing asks for all there is: one request for more is refused outright.
  private mutating func request(
    asked: Int64, name: String, step: Recording.Step, ooms: [Recording.OOM]
  ) -> (pages: Int64, surplus: Int64) {
    let machine = origin.machine
    let all = tally.privatelyReserved(name) ?? (machine.ramPages + machine.swapPages)
    guard let touched = step.grownPages, let last = ooms.last else { return (min(asked, all), 0) }
    if growsUntilDeath, step.words.contains("stop") { return (min(asked, all), 0) }
    isCutShort = true
    let owners = Set(
      last.killed.map { kill in
        recording.process(kill.pid).map(recording.addressSpaceOwner) ?? kill.name
      })
    let freed = owners.reduce(0) { $0 + tally[$1].freed }
    let pages = min(asked, all, touched + freed / 2)
    return (pages, max(pages - touched, 0))
  }

  private func movesMemory(after index: Int) -> Bool {
    recording.steps[(index + 1)...].contains {
      $0.words.first == "do" && $0.result != "already dead"
    }
  }

  func ooms(in index: Int) -> [Recording.OOM] {
    recording.ooms.filter { recording.step(of: $0) == index }
  }

  private mutating func recordGrower(_ name: String, _ ooms: [Recording.OOM]) {
    guard grower == nil, let first = ooms.first else { return }
    guard let row = first.rows.first(where: { $0.name == name }) else { return }
    grower = .init(pid: row.pid, pages: row.ownPages)
  }
}
