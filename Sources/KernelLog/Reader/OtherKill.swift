/// A line by which something other than the kernel's OOM killer says that it killed for memory, or by which a
/// service manager says that somebody did.
package struct OtherKill: Equatable, Sendable {
  package enum Killer: String, Sendable {
    case systemdOomd = "systemd-oomd"
    case earlyoom, lmkd, lowmemorykiller, nohang, oomd, systemd, kubelet
    case talos = "Talos"
  }

  package var line: Int
  package var killer: Killer
  /// The line's own words, without what stands before them.
  package var text: String

  /// Words that only the lines of one have, all of them. What a program says of its own state, as that of a memory that
  /// runs short, is no kill.
  private static let forms: [(Killer, [String])] = [
    (.systemd, ["A process of this unit has been killed by the OOM killer"]),
    (.systemd, ["OOM killer killed some processes in this unit"]),
    (.systemd, ["systemd-oomd killed ", " in this unit"]),
    (.systemd, ["Failed with result 'oom-kill'"]),
    (.systemdOomd, ["systemd-oomd", "Killed ", "due to memory"]),
    (.systemdOomd, ["systemd-oomd", "Killed ", "memory used "]),
    // To 1.7 it prints its badness, since 1.8 the kernel's.
    (.earlyoom, ["sending SIG", " to process ", "oom_score "]),
    (.earlyoom, ["sending SIG", " to process ", "badness "]),
    (.nohang, ["Send SIG", " to the victim"]),
    (.nohang, ["Sending SIG", " to the victim"]),
    // The driver of kernels to 4.11, in its newer and its older words.
    (.lowmemorykiller, ["lowmemorykiller: Killing '"]),
    (.lowmemorykiller, ["lowmemorykiller: send sigkill to "]),
    (.lmkd, ["Kill '", "oom_score_adj ", " to free "]),
    (.lmkd, ["Kill '", "oom_score_adj=", " to free "]),
    (.talos, ["Sending SIGKILL to cgroup"]),
    (.oomd, ["oomd kill: "]),
    (.kubelet, ["System OOM encountered, victim process:"]),
  ]

  init?(_ line: ArraySlice<UInt8>, number: Int) {
    // One of these is in every form.
    guard line.contains("ill") || line.contains("SIG") || line.contains("victim process"),
      let form = Self.forms.first(where: { $0.1.allSatisfy { line.contains($0) } })
    else { return nil }
    self.line = number
    killer = form.0
    let at = line.firstIndex(of: form.1[0]) ?? line.startIndex
    let isTag = form.1[0] == killer.rawValue
    text = Self.words(line, around: at, isTag: isTag).trimmed.prefix(400).text
  }

  /// Behind the program's name and its pid.
  private static func words(
    _ line: ArraySlice<UInt8>, around at: Int, isTag: Bool
  ) -> ArraySlice<UInt8> {
    for end in ["]: ", ": "] {
      let tag = isTag ? line[at...].firstIndex(of: end) : line[..<at].firstIndex(of: end)
      if let tag { return line[(tag + end.utf8.count)...] }
    }
    return line[at...]
  }
}
