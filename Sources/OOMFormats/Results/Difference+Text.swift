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
    case .process(let process): "\(process.pid) (\(process.name))"
    case .names(let names): names.isEmpty ? "nobody" : names.joined(separator: ", ")
    case .lives(let name): "\(name) lives"
    case .ended(let name, let state): "\(name) was \(state?.rawValue ?? "never there")"
    case .panic(let why): why.map { "true (\($0.rawValue))" } ?? "false"
    case .time(let time): "at \(SizeFormat.time(time))"
    case .notBefore(let time): "at \(SizeFormat.time(time)) or later"
    case .notAfter(let time): "at \(SizeFormat.time(time)) or earlier"
    case .kill(let process, let time):
      "\(process.name) (pid \(process.pid)) at \(SizeFormat.time(time))"
    case .refusal(let process, let time):
      process + (time.map { " at \(SizeFormat.time($0))" } ?? "")
    case .noKill: "no kill"
    case .noRefusal: "no refusal"
    }
  }
}
