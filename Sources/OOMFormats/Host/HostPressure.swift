internal import OOMSimulator

/// The parts of the last ten seconds in which some processes, and in which all of them, waited for memory.
///
/// File: `avg10` of /proc/pressure/memory. Kernel: `psi_show()`, kernel/sched/psi.c, since 4.20.
package struct HostPressure: Equatable, Sendable {
  var some = Share(millionths: 0)
  var full = Share(millionths: 0)

  /// Nil where the bytes are none of that file.
  package init?(_ bytes: [UInt8]) {
    var isKnown = false
    bytes[...].forEachLine { line in
      let words = line.words
      guard words.count > 1, let number = words[1].after("avg10="),
        let share = Share(percent: String(decoding: number, as: UTF8.self) + "%")
      else { return }
      isKnown = true
      if words[0].elementsEqual("full".utf8) { full = share } else { some = share }
    }
    if !isKnown { return nil }
  }
}
