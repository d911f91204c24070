internal import OOMSimulator

// The member `restart` of a process.

extension Fields {
  mutating func restart() throws(JSONError) -> RestartPolicy? {
    let offset = try startOfNext()
    var policy = RestartPolicy(.no)
    guard let seen = try object(Self.restartTable, into: &policy) else { return nil }
    needs("policy", seen & Self.restartTable.bit("policy") != 0, at: offset)
    contradictions(in: policy, at: offset)
    return policy
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
