/// Why the lab cannot go on.
package enum LabError: Error, CustomStringConvertible {
  /// The host lacks something; the text says what, and for what it is needed.
  case missing(String)
  /// A file that was given is not there.
  case input(String)
  /// A file is not what it has to be.
  case malformed(String)
  /// A program of the host, or the machine, did not do what it was started for.
  case failed(String)

  package var description: String {
    switch self {
    case .missing(let text): "missing on this host: " + text
    case .input(let text), .malformed(let text), .failed(let text): text
    }
  }
}
