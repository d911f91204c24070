internal import OOMSimulator

/// One series of an answer: its labels and samples.
struct PrometheusSeries {
  var labels: [String: String] = [:]
  var samples: [SampledLine.Knot] = []
  /// Samples that were no number, which Prometheus writes where a series has ended.
  var missing = 0
  /// Where it begins in the text.
  var offset = 0

  var name: String { labels["__name__"] ?? "" }
}

/// Reads answers of the HTTP API of Prometheus series by series: only one is held in memory.
///
/// Format: "HTTP API" of the Prometheus documentation, expression query result formats. A value is a string, such as
/// `1.2345e+09`, since it may be no number; a time is a number of seconds.
struct PrometheusAnswer {
  private static let topKeys = ObjectKeys(["status", "data", "error", "resultType", "result"])
  private static let dataKeys = ObjectKeys(["resultType", "result"])

  /// - Parameter take: is given each series that has any sample.
  static func read(
    _ file: ImportFile, _ take: (PrometheusSeries) -> String?
  ) throws(ScenarioError) {
    try Fields.read(file) { (fields) throws(JSONError) in
      let start = try fields.startOfNext()
      var hasResult = false
      var failure: (text: String, offset: Int)?
      try fields.known(topKeys) { (fields, key) throws(JSONError) in
        let offset = try fields.startOfNext()
        switch topKeys.names[key] {
        case "status":
          let text = try fields.string()
          if text == "error" { failure = ("the answer is an error", offset) }
        case "error":
          let text = try fields.string() ?? ""
          failure = ("the answer is an error: \(shortened(text))", offset)
        case "data":
          if try fields.json.peek() == .array {
            fields.wrong("a list: expected the answer of query or query_range", at: offset)
            try fields.json.skipValue()
            return
          }
          try fields.known(dataKeys) { (fields, key) throws(JSONError) in
            try fields.part(dataKeys.names[key], &hasResult, take)
          }
        case let name: try fields.part(name, &hasResult, take)
        }
      }
      if let failure {
        fields.wrong(failure.text, at: failure.offset)
      } else if !hasResult, fields.problems.isEmpty {
        fields.wrong("no 'result': expected the answer of query or query_range", at: start)
      }
    }
  }
}

extension Fields {
  private static let seriesKeys = ObjectKeys(["metric", "value", "values"])

  fileprivate mutating func part(
    _ key: String, _ hasResult: inout Bool, _ take: (PrometheusSeries) -> String?
  ) throws(JSONError) {
    let offset = try startOfNext()
    if key == "resultType" {
      let type = try string() ?? ""
      if type == "scalar" || type == "string" {
        wrong("a \(type) has no labels: query a series", at: offset)
      }
      return
    }
    hasResult = true
    guard problems.isEmpty else { return try json.skipValue() }
    var series = PrometheusSeries()
    try objects { (fields, offset) throws(JSONError) in
      // The room for samples is used again.
      series.samples.removeAll(keepingCapacity: true)
      series.labels.removeAll(keepingCapacity: true)
      series.missing = 0
      series.offset = offset
      try fields.series(&series)
      if series.samples.isEmpty, series.missing == 0 { return }
      if let complaint = take(series) { fields.wrong(complaint, at: offset) }
    }
  }

  private mutating func series(_ series: inout PrometheusSeries) throws(JSONError) {
    try known(Self.seriesKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0:
        try fields.dictionary { (fields, name, _) throws(JSONError) in
          if let value = try fields.string() { series.labels[name] = value }
        }
      case 1: try fields.sample(&series)
      default:
        guard try fields.expect(.array) else { return }
        try fields.json.beginArray()
        var isFirst = true
        while try fields.json.nextElement(isFirst: isFirst) {
          isFirst = false
          try fields.sample(&series)
        }
      }
    }
  }

  /// `[1700000000.123, "1.2345e+09"]`.
  private mutating func sample(_ series: inout PrometheusSeries) throws(JSONError) {
    guard try expect(.array, or: "a sample: [ time, \"value\" ]") else { return }
    let start = json.offset
    try json.beginArray()
    guard try json.nextElement(isFirst: true) else {
      return wrong("an empty sample: expected [ time, \"value\" ]", at: start)
    }
    guard try expect(.number, or: "a time in seconds") else { return try leave(isFirst: false) }
    let timeOffset = json.offset
    let time = try json.readNumber()
    guard try json.nextElement(isFirst: false) else {
      return wrong("a sample without a value", at: start)
    }
    let valueOffset = try startOfNext()
    guard try expect(.string, or: "a value as a string, such as \"1.5e+09\"") else {
      return try leave(isFirst: false)
    }
    let value = try json.readString()
    if try json.nextElement(isFirst: false) {
      wrong("a sample of more than a time and a value", at: start)
      try json.skipValue()
      try leave(isFirst: false)
    }
    let bytes = json.bytes
    guard let at = ExactDecimal(bytes.span.extracting(time))?.times(1_000_000), at < 1 << 57 else {
      return wrong("no time after 1970", at: timeOffset)
    }
    if let last = series.samples.last, last.time >= at {
      return wrong("times do not grow", at: timeOffset)
    }
    let text = bytes.span.extracting(value.start..<value.end)
    guard let number = ExactDecimal(text) else {
      switch json.text(value) {
      case "NaN", "+Inf", "-Inf", "Inf": series.missing += 1
      case let text where text.hasPrefix("-") && ExactDecimal(text.dropFirst()) != nil:
        wrong("\(shortened(text)) is negative: no amount of memory", at: valueOffset)
      case let text: wrong("'\(shortened(text))' is no number", at: valueOffset)
      }
      return
    }
    let most = Int64(1) << 62
    series.samples.append(SampledLine.Knot(time: at, value: number.times(1) ?? most))
  }

  private mutating func leave(isFirst: Bool) throws(JSONError) {
    while try json.nextElement(isFirst: false) { try json.skipValue() }
  }
}
