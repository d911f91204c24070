import Foundation
import OOMFormats
import OOMSimulator
import Testing

/// A run written as a kernel's log, and read back: the log says what the run says.
@Suite struct KernelLogTextTests {
  /// Releases at which the form of the log differs from that of the one before.
  static let releases: [KernelRelease] = [
    "3.10", "4.4", "4.14", "4.19", "5.4", "5.10", "6.1", "6.12",
  ]

  /// What a log cannot show, each with a part of the scenario's path; `until` is the last release without it.
  private struct Exception {
    var path: String
    var why: String
    var until: KernelRelease?
  }

  /// Reports that do not read back to the same sum, and why.
  private static let exceptions = [
    Exception(path: "allocating", why: "who asked is in the processor's line, which is left out"),
    Exception(path: "rate-limit", why: "the eleventh kill in five seconds has no report"),
    Exception(path: "m09-", why: "the swap of the host is not in the log of a memcg"),
    Exception(path: "m10-", why: "the swap of the host is not in the log of a memcg"),
    Exception(path: "m08c-", why: "the swap of the host is not in the log of a memcg", until: "5.3"),
  ]

  @Test(arguments: Files.shippedScenarios) func `at its own release`(path: String) throws {
    let scenario = try Files.scenario(path)
    try check(scenario, path, scenario.kernel ?? .standard)
  }

  @Test(arguments: releases) func `at releases that log in other forms`(release: KernelRelease)
    throws
  {
    for path in Files.shippedScenarios { try check(try Files.scenario(path), path, release) }
  }
}
