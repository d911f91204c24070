package import OOMSimulator

extension ReleaseNote {
  /// The note in a sentence.
  package var text: String {
    switch self {
    case .enterprise(let note): note
    case .enterpriseUnknown(let release, let distribution):
      "\(release): as upstream \(release.upstream): nothing is known of the changes of Enterprise Linux "
        + "\(distribution)"
    case .vendorUnknown(let release, let vendor):
      "\(release): as upstream \(release.upstream): nothing is known of the changes of \(vendor)"
    case .newer(let release, let newest):
      "\(release) is newer than \(newest), the newest release that the rules were compared with: "
        + "decided by its rules"
    case .older(let release, let oldest):
      "\(release) is older than \(oldest), the oldest release that is known: decided by its rules"
    case .neverReleased(let release, let last):
      "there was no Linux \(release): decided by the rules of \(last)"
    case .takenOver(let release, let rule, let since, let update):
      "\(release) has the rule '\(rule.rawValue)' of \(since), as stable \(update) has"
    case .perhapsTakenOver(let release, let rule, let since, let update):
      "\(release) is decided as \(update.upstream); stable \(update) has the rule '\(rule.rawValue)' of "
        + "\(since), and which update took it over is not known"
    case .unread(let release, let rules):
      "the source of \(release) was not read: that "
        + rules.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        + " changes there is inferred from the releases around it"
    }
  }
}
