// Requests for address space in the course of a script.

extension Replay {
  /// Whether growth has to be mapped in an event of its own: growth alone would use up what was reserved before,
  /// and the recorder always maps anew.
  func mapsFirst(_ name: String, _ kind: String) -> Bool {
    refused != nil && ["anon", "shmem"].contains(kind) && !isTouchingReserve(name)
  }

  private func isTouchingReserve(_ name: String) -> Bool {
    recording.steps.contains { $0.words.starts(with: ["do", name, "retouch"]) }
  }

  /// Notes that what comes next is refused.
  mutating func refuse(_ name: String) {
    let refusal: JSONValue = ["process": .string(name), "at": now]
    refused?.append(refusal)
  }

  mutating func map(_ name: String, _ pages: Int64, _ kind: String, isAdmitted: Bool) {
    if !isAdmitted { refuse(name) }
    emit("map", mapping(name, pages, kind))
  }

  func mapping(_ name: String, _ pages: Int64, _ kind: String) -> JSONValue {
    [
      "process": .string(name), "size": RecordingConverter.pages(pages), "kind": .string(kind),
    ]
  }

  /// One mapping that is not touched, and given back at once unless it is kept.
  mutating func reserve(_ step: Recording.Step) throws {
    let words = step.words
    let flags = words.dropFirst(4).filter { $0 != "keep" }
    let kinds = ["ro": "read_only", "shared": "shared", "noreserve": "noreserve"]
    guard flags.count <= 1, let kind = flags.first.map({ kinds[$0] }) ?? "private" else {
      throw NotExpressible(reason: "no kind of mapping for \(flags.joined(separator: " "))")
    }
    guard let asked = size(words[3]) else { throw NotExpressible(reason: step.line) }
    let isAdmitted =
      step.replies?.first?.ok ?? !(step.replies?.first?.isRefusedForWantOfMemory ?? false)
    begin()
    map(words[1], asked, kind, isAdmitted: isAdmitted)
    if !isAdmitted { return }
    if words.contains("keep") {
      tally.reserved[words[1], default: [:]][kind, default: 0] += asked
    } else {
      emit("unmap", mapping(words[1], asked, kind))
    }
  }

  /// A child that exits at once.
  mutating func fork(_ step: Recording.Step) {
    let child = "\(step.words[1])-\(seconds)"
    begin()
    let isAdmitted = step.replies?.first?.ok ?? false
    if !isAdmitted { refuse(step.words[1]) }
    emit("fork", process(step.words[1], "child", ["name": .string(child)]))
    if isAdmitted { emit("exit", ["process": .string(child)]) }
  }
}
