package import OOMSimulator

extension Kubernetes.EvictionThreshold {
  /// Reads an amount as the kubelet's configuration has it: `100Mi`, `5%`.
  ///
  /// - Parameter most: what no machine has more of.
  /// - Throws: what is wrong with it.
  ///
  /// Source: `parseThresholdStatement()`, pkg/kubelet/eviction/helpers.go.
  package init(_ text: String, most: Bytes = Scenario.mostBytes) throws(QuantityError) {
    guard text.hasSuffix("%") else {
      let bytes = try Kubernetes.Quantity(text).bytes
      if bytes > most {
        throw QuantityError(message: "'\(plain(shortened(text)))' is over 4 PiB")
      }
      self = .bytes(bytes)
      return
    }
    guard let share = Share(percent: text) else {
      throw QuantityError(
        message: "'\(plain(shortened(text)))' is no percentage from 0 to 100 with four places")
    }
    self = .millionths(share.millionths)
  }
}

extension Kubernetes.Quantity {
  /// What has to be known of a suffix such as `M`, a million here: a size of a scenario has it as 2^20.
  static func note(ofDecimal text: String, _ quantity: Self) -> String? {
    guard let last = text.last, "kMGTPE".contains(last) else { return nil }
    return
      "\(plain(shortened(text))) is \(quantity.value) bytes to Kubernetes; \(text)i is the binary unit"
  }
}
