internal import OOMFormats
internal import OOMSimulator

extension Run.Loop {
  /// What is to be said of a loop, on one line; and on a second one the processes that it hurts besides.
  ///
  /// - Parameter time: how its period is written.
  func lines(
    _ style: Style, time: (Microseconds) -> String = { SizeFormat.time($0) }
  ) -> [String] {
    var text = style.red("LOOP") + "  every \(time(period)): " + list(processes)
    if kills == 0 {
      text += " \(processes.count == 1 ? "is" : "are") refused memory and \(comeBack)"
    } else {
      text += " \(processes.count == 1 ? "is" : "are") killed and \(comeBack), "
      text += "\(SizeFormat.grouped(killsPerHour)) kill\(killsPerHour == 1 ? "" : "s") an hour"
    }
    if hurtBesides.isEmpty { return [text] }
    return [text, "      hurt besides: \(list(hurtBesides))"]
  }

  private var comeBack: String { processes.count == 1 ? "comes back" : "come back" }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(8).map(plain)
    let rest = names.count - shown.count
    if rest > 0 { return shown.joined(separator: ", ") + " and \(rest) more" }
    guard shown.count > 1, let last = shown.last else { return shown.joined() }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }
}
