package import OOMFormats
package import OOMSimulator

extension JSONWriter {
  /// `oomsim.killers/1`: the run of one scenario with each choice of killers.
  package mutating func comparison(_ comparison: KillerComparison) {
    object { writer in
      writer.field("schema", "oomsim.killers/1")
      writer.field("scenario", comparison.scenario)
      writer.field("first", comparison.first?.name)
      writer.key("killers")
      writer.array { writer in
        for entry in comparison.entries {
          writer.object { writer in
            writer.field("killers", entry.killers.map { $0.kind.rawValue })
            writer.key("run")
            writer.result(entry.run)
          }
        }
      }
    }
  }
}
