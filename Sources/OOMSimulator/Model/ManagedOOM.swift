/// Whether systemd-oomd kills below a unit by one of its rules. Keys: `ManagedOOMSwap=`, `ManagedOOMMemoryPressure=`.
package enum ManagedOOM: String, CaseIterable, Sendable {
  /// It does not for the unit's own sake; a unit above may ask for it.
  case auto
  case kill
}

/// What systemd-oomd does with a unit that it might kill. Key: `ManagedOOMPreference=`.
package enum ManagedOOMPreference: String, CaseIterable, Sendable {
  case none
  /// It is taken when there is no other.
  case avoid
  /// It is never taken.
  case omit
}
