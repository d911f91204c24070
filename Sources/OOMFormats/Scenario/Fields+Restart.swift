internal import OOMSimulator

// The member `restart` of a process.

extension Fields {
  static let restartKeys = ObjectKeys([
    "policy", "delay", "burst", "interval", "backoff", "max_delay",
  ])

  mutating func restart() throws(JSONError) -> RestartPolicy? {
    let offset = try startOfNext()
    var policy = RestartPolicy(.no)
    let seen = try object(Self.restartKeys) { (fields, key) throws(JSONError) in
      try fields.restartField(key, into: &policy)
    }
    guard let seen else { return nil }
    needs("policy", seen & 1 != 0, at: offset)
    contradictions(in: policy, at: offset)
    return policy
  }

  mutating func restartField(_ key: Int, into policy: inout RestartPolicy) throws(JSONError) {
    switch key {
    case 0:
      let words = RestartPolicy.Condition.allCases.map { ($0.rawValue, $0) }
      policy.policy = try word(words) ?? policy.policy
    case 1: policy.delay = try time() ?? policy.delay
    case 2: policy.burst = try integer(1...Self.maxCount) ?? policy.burst
    case 3: policy.interval = try time() ?? policy.interval
    case 4:
      let words = RestartPolicy.Backoff.allCases.map { ($0.rawValue, $0) }
      policy.backoff = try word(words) ?? policy.backoff
    default: policy.maxDelay = try time() ?? policy.maxDelay
    }
  }

  /// A duration above 0: without a pause a process that fails at once would come back without end in one instant.
  private mutating func time() throws(JSONError) -> Int64? {
    let offset = try startOfNext()
    guard let time = try duration() else { return nil }
    if time > 0 { return time }
    wrong("has to be more than 0; \"1us\" is the shortest", at: offset)
    return nil
  }

  /// Members of one policy that contradict each other.
  mutating func contradictions(in policy: RestartPolicy, at offset: Int) {
    if policy.interval != nil, policy.burst == nil {
      wrong("'interval' is that of 'burst', which is missing", at: offset)
    }
    guard let maxDelay = policy.maxDelay else { return }
    if policy.backoff == .constant {
      wrong("'max_delay' goes with \"backoff\": \"exponential\" only", at: offset)
    } else if maxDelay < policy.firstDelay {
      wrong(
        "'max_delay' is \(DurationText.text(maxDelay)), less than the first delay of "
          + DurationText.text(policy.firstDelay), at: offset)
    }
  }
}
