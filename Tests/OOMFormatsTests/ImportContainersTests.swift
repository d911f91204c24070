import OOMFormats
import OOMSimulator
import Testing

/// What Docker, Podman and runtimes say of containers.
@Suite struct ImportContainersTests {
  private func imported(
    _ texts: [String], _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws(ScenarioError) -> Imported {
    var options = ImportOptions()
    change(&options)
    return try Imported(
      texts.map { ImportFile(name: "input", bytes: Array($0.utf8)) }, options)
  }

  private func error(_ text: String, _ kind: ImportKind? = nil) -> String {
    do throws(ScenarioError) {
      _ = try imported([text]) { $0.kind = kind }
      return ""
    } catch {
      return error.description
    }
  }

  private func process(_ scenario: Scenario, _ name: String) -> Scenario.Process? {
    (0..<scenario.processes.count).map { scenario.processes[$0] }.first { $0.name == name }
  }

  private func stats(_ rows: String...) -> String {
    "CONTAINER ID   NAME   CPU %   MEM USAGE / LIMIT   MEM %\n" + rows.joined(separator: "\n")
  }

  // MARK: docker stats beside limits

  @Test func `rows without a container, and containers without a row`() throws {
    let compose = #"{"name":"shop","services":{"web":{},"db":{"mem_reservation":"64m"}}}"#
    let table = stats(
      "0123456789ab shop-web-1 0.1% 100MiB / 512MiB 9%", "0123456789ac other 0.1% 1MiB / 1GiB 9%",
      "0123456789ad off -- -- / -- --")
    let both = try imported([compose, table])
    #expect(
      both.notes.contains(
        "2 of 3 rows of docker stats are of no container here and left out: other, off"))
    #expect(
      both.notes.contains("1 container has no row of docker stats, so that use is not known: db"))
    #expect(both.notes.contains { $0.hasPrefix("what docker stats measured is taken") })
    let none = try imported([compose, stats("0123456789ac other 0.1% 1MiB / 1GiB 9%")])
    #expect(
      none.notes.contains(
        "1 of 1 rows of docker stats is of no container here and left out: other"))
    #expect(none.notes.contains { $0.hasSuffix("use is not known: web, db") })
    #expect(!none.notes.contains { $0.hasPrefix("what docker stats measured is taken") })
    #expect(none.notes.contains { $0.hasPrefix("nothing tells how much is used") })
  }

  /// Old tables have the id alone.
  @Test func `rows by the id of a container`() throws {
    let inspect =
      #"[{"Id":"0123456789abcdef","Name":"/web","State":{"Running":true},"HostConfig":{}}]"#
    let table = "CONTAINER   CPU %   MEM USAGE / LIMIT   MEM %\n0123456789ab 1% 8MiB / 1GiB 1%\n"
    let both = try imported([inspect, table])
    #expect(try #require(process(both.scenario, "web")).anon > 2000)
    #expect(!both.notes.contains { $0.contains("left out") })
  }

  // MARK: Limits

  /// What `-m` was given is printed in powers of 1000 with four digits.
  @Test(
    arguments: [
      ("536.9MB", 131_072), ("1.074GB", 262_144), ("67.11MB", 16_384), ("104.9MB", 25_600),
      ("1.573GB", 384_000), ("8.59GB", 2_097_152), ("2.147 GB", 524_288), ("512MiB", 131_072),
      ("64MB", 15_625), ("1GiB", 262_144),
    ] as [(String, Int64)])
  func `limits that are printed in powers of 1000`(text: String, pages: Int64) throws {
    let made = try imported([stats("0123456789ab a 0.1% 2.3MB / \(text) 4%")])
    #expect(made.scenario.cgroups["/docker/a"]?.max == pages, "\(made.notes)")
    #expect(
      made.notes.contains { $0.contains("which is printed so") } == !["512MiB", "64MB", "1GiB"]
        .contains(text))
  }

  @Test func `the memory of the machine is no round number`() throws {
    for text in ["16.4GB", "7.7GiB", "33.5GB", "8.2GB"] {
      let made = try imported([
        stats("0123456789ab a 0.1% 2.3MB / \(text) 4%", "0123456789ac b 0.1% 2.3MB / 536.9MB 4%")
      ])
      #expect(made.scenario.cgroups["/docker/a"] == nil, "\(text)")
      #expect(made.scenario.cgroups["/docker/b"]?.max == 131_072)
      #expect(
        made.notes.contains { $0.hasPrefix("\(text), the largest limit, is no round number") })
    }
  }

  @Test func `use above a limit, and reservations above it`() throws {
    let made = try imported([stats("0123456789ab a 0.1% 3GiB / 2GiB 150%")])
    #expect(made.notes.contains("a: uses 3 GiB, which is more than its limit of 2 GiB"))
    #expect(
      error(#"{"services":{"a":{"mem_limit":"1g","mem_reservation":"2g"}}}"#).hasPrefix(
        "input:1:18: error: services.a: 'a': 2 GiB are reserved, which is more than the limit"))
    #expect(
      error(
        #"{"services":{"a":{"mem_limit":"1g","deploy":{"resources":{"reservations":{"memory":"2g"}}}}}}"#
      ).contains("2 GiB are reserved"))
    #expect(
      error(#"[{"Id":"a","HostConfig":{"Memory":1073741824,"MemoryReservation":2147483648}}]"#)
        .hasPrefix("input:1:25: error: [0].HostConfig: 2 GiB are reserved"))
    let oci = try imported([
      #"{"ociVersion":"1.0","linux":{"resources":{"memory":{"limit":4096,"reservation":8192}}}}"#
    ])
    #expect(oci.notes.contains { $0.contains("8 KiB are reserved") })
  }

  // MARK: Users

  @Test func `the user of a container is its uid`() throws {
    for (user, uid) in [
      (#""1000:1000""#, 1000), (#""33""#, 33), ("7", 7), (#""0:0""#, 0), (#""root""#, 0),
      (#""""#, 0), (#""postgres""#, 1000), (#"":5""#, 0),
    ] as [(String, UInt32)] {
      let made = try imported([#"{"services":{"a":{"user":\#(user)}}}"#])
      #expect(process(made.scenario, "a")?.uid == uid, "\(user)")
      #expect(made.notes.contains { $0.contains("only the image knows") } == user.contains("post"))
    }
    let inspect = try imported([
      #"[{"Id":"a","Name":"/a","HostConfig":{},"Config":{"User":"1001:5"}}]"#
    ])
    #expect(process(inspect.scenario, "a")?.uid == 1001)
    #expect(
      error(#"{"services":{"a":{"user":"4294967295"}}}"#).hasPrefix(
        "input:1:26: error: services.a.user: '4294967295' is no user"))
    #expect(
      error(#"{"ociVersion":"1.0","process":{"user":{"uid":4294967295}}}"#).hasPrefix(
        "input:1:46: error: process.user.uid: 4294967295 is not from 0 to 4294967294"))
  }

  /// A value of another kind is no missing one.
  @Test func `the first error is what is wrong`() {
    #expect(
      error(#"{"Name":"a","MemUsage":12}"#)
        == "input:1:24: error: MemUsage: expected a string, found a number")
  }
}
