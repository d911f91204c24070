import Glibc

/// All figures of a run, as tables and as a document.
struct BenchmarkReport {
  var scans: [ScanMeasurement] = []
  var owns: [OwnMeasurement] = []
  var indexes: [IndexMeasurement] = []

  var text: String {
    var lines = [
      "\(processor): nanoseconds, medians; × is how much longer the others take", "",
    ]
    lines.append(
      row(
        "one selection", "processes",
        [
          "ns/task", "ns/selection", "min", "p99", "alloc", "list ×", "records ×", "naive ×",
          "expr ×",
          "read ×",
        ])
        + "  digest")
    for scan in scans {
      let own = scan.samples[0]
      let ratios = ScanMeasurement.forms.dropFirst().map { form in
        scan.sample(form).map { decimal($0.median / own.median, 2) } ?? "-"
      }
      lines.append(
        row(
          scan.population, "\(scan.count)",
          [
            decimal(own.median / Double(scan.count), 2), decimal(own.median, 0),
            decimal(own.minimum, 0), decimal(own.p99, 0), decimal(own.allocations, 0),
          ] + ratios) + "  " + String(scan.digest, radix: 16))
    }
    lines.append("")
    lines.append(
      row(
        "by an expression", "processes",
        ["scan ns", "alloc"] + OwnBadness.texts.map { "\($0.name) ×" }))
    for own in owns {
      let ratios = own.own.map { decimal($0.median / own.scan.median, 2) }
      let allocations = own.own.reduce(0) { $0 + $1.allocations }
      lines.append(
        row(
          own.population, "\(own.count)",
          [decimal(own.scan.median, 0), decimal(allocations, 0)] + ratios))
    }
    lines += OwnBadness.texts.map { "  \($0.name): \($0.text)" }
    lines.append("")
    lines.append(
      row(
        "change and select", "processes",
        ["ns/step", "min", "p99", "alloc", "scan ns", "scan ÷ step"]) + "  digest")
    for index in indexes {
      lines.append(
        row(
          index.population, "\(index.count)",
          [
            decimal(index.step.median, 0), decimal(index.step.minimum, 0),
            decimal(index.step.p99, 0),
            decimal(index.step.allocations, 0), decimal(index.scan.median, 0),
            decimal(index.scan.median / index.step.median, 0),
          ]) + "  " + String(index.digest, radix: 16))
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ count: String, _ cells: [String]) -> String {
    pad(name, 18, left: true) + pad(count, 10) + cells.map { pad($0, 13) }.joined()
  }

  var json: String {
    let scanRows = scans.map { scan in
      let samples = ScanMeasurement.forms.compactMap { form in
        scan.sample(form).map { "\"\(form)\": \(document($0))" }
      }
      return
        "{ \"population\": \"\(scan.population)\", \"processes\": \(scan.count), \"digest\": "
        + "\"\(String(scan.digest, radix: 16))\", \"ns\": { \(samples.joined(separator: ", ")) } }"
    }
    let ownRows = owns.map { own in
      let samples = [("scan", own.scan)] + zip(OwnBadness.texts.map(\.name), own.own)
      let documents = samples.map { "\"\($0.0)\": \(document($0.1))" }
      return
        "{ \"population\": \"\(own.population)\", \"processes\": \(own.count), \"ns\": { "
        + "\(documents.joined(separator: ", ")) } }"
    }
    let indexRows = indexes.map { index in
      "{ \"population\": \"\(index.population)\", \"processes\": \(index.count), \"digest\": "
        + "\"\(String(index.digest, radix: 16))\", \"ns\": { \"step\": \(document(index.step)), "
        + "\"scan\": \(document(index.scan)) } }"
    }
    return """
      {
        "schema": "oomsim.selection-benchmark/1",
        "processor": "\(processor)",
        "selections": [
          \(scanRows.joined(separator: ",\n    "))
        ],
        "expressions": [
          \(ownRows.joined(separator: ",\n    "))
        ],
        "steps": [
          \(indexRows.joined(separator: ",\n    "))
        ]
      }
      """
  }

  private func document(_ sample: Sample) -> String {
    "{ \"min\": \(decimal(sample.minimum, 1)), \"median\": \(decimal(sample.median, 1)), "
      + "\"p99\": \(decimal(sample.p99, 1)), \"allocations\": \(decimal(sample.allocations, 3)) }"
  }

  /// File: `model name` in /proc/cpuinfo.
  private var processor: String {
    guard let file = unsafe fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while unsafe fgets(&line, 512, file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") {
        return text[text.index(after: colon)...].split(separator: " ").joined(separator: " ")
          .filter { $0 != "\n" && $0 != "\"" }
      }
    }
    return "unknown processor"
  }
}

/// A number with so many decimals, rounded.
private func decimal(_ value: Double, _ decimals: Int) -> String {
  var scale = 1
  for _ in 0..<decimals { scale *= 10 }
  let scaled = Int((value * Double(scale)).rounded())
  if decimals == 0 { return "\(scaled)" }
  let rest = "\(scaled % scale)"
  return "\(scaled / scale)." + String(repeating: "0", count: decimals - rest.count) + rest
}

private func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
  let space = String(repeating: " ", count: max(width - text.count, 0))
  return left ? text + space : space + text
}

func fatal(_ message: String) -> Never {
  let bytes = Array((message + "\n").utf8)
  _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  exit(64)
}
