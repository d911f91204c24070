public import OOMSimulator

extension Scenario {
  /// The OOM reports of a kernel log as scenarios, one for each report that has a table of tasks.
  ///
  /// Each has the machine, the group and the processes as the report shows them, the release by which the log was
  /// written, one event that declares the OOM, and the expectation of what the rules of that release come to.
  ///
  /// - Parameter bytes: the log, as `dmesg`, `journalctl -k` or a serial console shows it, any part of it.
  /// - Complexity: O(*n*) for *n* bytes, besides a few selections a report.
  public static func reports(inKernelLog bytes: [UInt8]) -> [Scenario] {
    Autopsy.of(KernelLogReader.reports(in: bytes)).compactMap { $0.scenario }
  }
}
