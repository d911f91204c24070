/// How many pages of a group reclaim has to leave alone.
///
/// Children that ask for more than their parent has share the parent's in proportion to what they
/// ask for and use. Children of the group that reclaims have their own setting unscaled: the caller
/// sees to that.
///
/// - Parameters:
///   - usage: pages charged to the group and its descendants.
///   - setting: `memory.min` or `memory.low`, in pages.
///   - parentEffective: the protection that the parent came out with.
///   - siblingsProtected: the sum of min(usage, setting) over all children of the parent.
///
/// Kernel: `effective_protection()`, mm/memcontrol.c, since 5.7, without the mount option
/// `memory_recursiveprot`.
public func effectiveProtection(
  usage: Int64, setting: Int64, parentEffective: Int64, siblingsProtected: Int64
) -> Int64 {
  let protected = min(usage, setting)
  guard siblingsProtected > parentEffective else { return protected }
  let product = protected.multipliedFullWidth(by: parentEffective)
  return siblingsProtected.dividingFullWidth(product).quotient
}
