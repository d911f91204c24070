internal import OOMFormats

/// A kernel, and since when badness has been worked out as it does: `Linux 6.12, badness as since 5.9`.
func kernelText(_ kernel: String, ruleSet: String) -> String {
  let name = "Linux \(plain(kernel))"
  return kernel == ruleSet ? name : "\(name), badness as since \(ruleSet)"
}
