public import OOMSimulator

extension Difference {
  /// The promise that is not kept, in a line: `kills[1].points: expected 5, found 7`.
  public var text: String { "\(field): expected \(expected.text), found \(actual.text)" }
}

extension Difference.Value {
  /// The value as `check` prints it.
  package var text: String {
    switch self {
    case .word(let word): word
    case .number(let number): "\(number)"
    case .within(let bounds): bounds.text
    case .process(let process): "\(process.pid) (\(process.name))"
    case .names(let names): names.isEmpty ? "nobody" : names.joined(separator: ", ")
    case .lives(let name): "\(name) lives"
    case .ended(let name, let state): "\(name) was \(state?.rawValue ?? "never there")"
    case .panic(let why): why.map { "true (\($0.rawValue))" } ?? "false"
    case .time(let time): "at \(SizeFormat.exactTime(time))"
    case .notBefore(let time): "at \(SizeFormat.exactTime(time)) or later"
    case .notAfter(let time): "at \(SizeFormat.exactTime(time)) or earlier"
    case .kill(let process, let time):
      "\(process.name) (pid \(process.pid)) at \(SizeFormat.exactTime(time))"
    case .refusal(let process, let time):
      process + (time.map { " at \(SizeFormat.exactTime($0))" } ?? "")
    case .noKill: "no kill"
    case .noRefusal: "no refusal"
    }
  }
}

extension Expectation.Bounds {
  /// As `check` prints them: `5`, `5 or more`, `3 to 5`.
  package var text: String {
    switch (min, max) {
    case (let min?, let max?): min == max ? "\(min)" : "\(min) to \(max)"
    case (let min?, nil): "\(min) or more"
    case (nil, let max?): "\(max) or less"
    case (nil, nil): "anything"
    }
  }
}
