package import OOMSimulator

/// What `kubectl top pod --containers` prints: with `-A` the namespace first, with or without its headers.
package struct TopText: Equatable, Sendable {
  package struct Row: Equatable, Sendable {
    /// Nil without `-A`.
    package var namespace: String?
    package var pod: String
    package var container: String
    /// Nil where metrics are not there yet.
    package var memory: Bytes?
    /// From 1.
    package var line: Int
  }

  package var rows: [Row] = []

  /// Where the columns are.
  private struct Columns {
    var namespace: Int?
    var pod: Int
    var container: Int
    var memory: Int
    var count: Int
    /// Whether headers said so.
    var isNamed = false

    /// Without headers: four columns, or five with the namespace.
    init?(count: Int) {
      guard count == 4 || count == 5 else { return nil }
      let first = count - 4
      namespace = count == 5 ? 0 : nil
      (pod, container, memory) = (first, first + 1, first + 3)
      self.count = count
    }

    /// From a line of headers.
    init?(_ words: [Substring]) {
      guard let memory = words.firstIndex(of: "MEMORY(bytes)"),
        let pod = words.firstIndex(of: "POD"),
        let container = words.firstIndex(of: "NAME")
      else { return nil }
      namespace = words.firstIndex(of: "NAMESPACE")
      (self.pod, self.container, self.memory, count) = (pod, container, memory, words.count)
      isNamed = true
    }
  }

  private static let expected = "expected a line of kubectl top pod --containers"

  /// - Throws: a `ScenarioError` with the first line that is none of it.
  package init(_ bytes: [UInt8], file: String) throws(ScenarioError) {
    var columns: Columns?
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let words = String(decoding: line, as: UTF8.self).split {
        $0 == " " || $0 == "\t" || $0 == "\r"
      }
      if words.isEmpty { continue }
      // With --sum a rule and the sums end the table.
      if words.allSatisfy({ $0.allSatisfy { $0 == "_" } }) { break }
      if words.contains("MEMORY(bytes)") {
        columns = Columns(words)
        if columns == nil {
          throw Self.error(
            "no containers here: kubectl top pod --containers", file, line: number)
        }
        continue
      }
      if columns == nil { columns = Columns(count: words.count) }
      guard let columns, words.count == columns.count else {
        throw Self.error(
          "\(Self.expected), found '\(shortened(words.joined(separator: " ")))'", file, line: number
        )
      }
      rows.append(try Self.row(words, columns, file, line: number))
    }
    if rows.isEmpty {
      throw Self.error("no line of kubectl top pod --containers in it", file, line: nil)
    }
  }

  private static func row(
    _ words: [Substring], _ columns: Columns, _ file: String, line: Int
  ) throws(ScenarioError) -> Row {
    var row = Row(
      namespace: columns.namespace.map { String(words[$0]) }, pod: String(words[columns.pod]),
      container: String(words[columns.container]), memory: nil, line: line)
    let text = String(words[columns.memory])
    if text == "<unknown>" { return row }
    do throws(QuantityError) {
      let memory = try Kubernetes.Quantity(text).bytes
      if memory > SizeText.maxBytes { throw QuantityError(message: "'\(text)' is over 4 PiB") }
      row.memory = memory
    } catch {
      // Without headers it may be anything.
      let what =
        columns.isNamed
        ? "" : expected + ", found '\(shortened(words.joined(separator: " ")))': "
      throw Self.error(what + error.message, file, line: line)
    }
    return row
  }

  private static func error(_ message: String, _ file: String, line: Int?) -> ScenarioError {
    ScenarioError(
      diagnostics: [
        Diagnostic(line: line, column: line.map { _ in 1 }, path: "", message: message)
      ], file: file)
  }

  /// What the rows say of the containers of some pods.
  ///
  /// - Returns: the use by container, and the number of rows that are of none of these.
  /// - Throws: a `ScenarioError` where a row is of two pods, or two rows of one container.
  package func usage(
    of pods: [Kubernetes.Pod], file: String
  ) throws(ScenarioError) -> (usage: [Kubernetes.ContainerName: Bytes], others: Int) {
    var namespaces: [String: [String]] = [:]
    var known: Set<Kubernetes.ContainerName> = []
    for pod in pods {
      namespaces[pod.name, default: []].append(pod.namespace)
      for container in pod.allContainers { known.insert(pod.containerName(container.name)) }
    }
    var usage: [Kubernetes.ContainerName: Bytes] = [:]
    var seen: Set<Kubernetes.ContainerName> = []
    var others = 0
    for row in rows {
      let places = row.namespace.map { [$0] } ?? namespaces[row.pod] ?? []
      if places.count > 1 {
        throw Self.error(
          "the pod '\(shortened(row.pod))' is in \(places.count) namespaces: kubectl top pod -A --containers",
          file, line: row.line)
      }
      let name = Kubernetes.ContainerName(
        namespace: places.first ?? "", pod: row.pod, container: row.container)
      guard known.contains(name) else {
        others += 1
        continue
      }
      if !seen.insert(name).inserted {
        throw Self.error("\(name) stands here twice", file, line: row.line)
      }
      usage[name] = row.memory
    }
    return (usage, others)
  }
}
