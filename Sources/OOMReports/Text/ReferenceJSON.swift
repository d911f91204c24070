package import OOMFormats

extension JSONWriter {
  /// `oomsim.schema/1`: keys, places and kinds of value of the scenario format.
  ///
  /// - Parameter synonym: what the word means that was asked for, where it is another tool's.
  package mutating func reference(_ found: FormatReference.Found) {
    object { writer in
      writer.field("schema", "oomsim.schema/1")
      writer.key("called")
      if let synonym = found.synonym {
        writer.array(inline: true) { for key in synonym.keys { $0.string(key) } }
      } else {
        writer.null()
      }
      writer.key("keys")
      writer.array { writer in
        let inPlaces = found.places.flatMap { $0.keys }
        for key in found.keys + inPlaces { writer.object(inline: true) { $0.reference(key) } }
      }
      writer.key("places")
      writer.array { writer in
        for place in found.places {
          writer.object(inline: true) {
            $0.field("name", place.name)
            $0.field("path", place.path)
            $0.field("meaning", place.meaning)
          }
        }
      }
      writer.key("values")
      writer.array { writer in
        for kind in found.kinds {
          writer.object(inline: true) {
            $0.field("name", kind.name)
            $0.field("meaning", kind.meaning)
            $0.field("examples", kind.examples)
          }
        }
      }
    }
  }

  private mutating func reference(_ key: FormatReference.Key) {
    field("key", key.key)
    field("path", key.path)
    field("type", key.type)
    field("unit", key.unit)
    field("default", key.usual)
    field("example", key.example)
    field("required", key.isRequired)
    field("meaning", key.meaning)
  }
}
