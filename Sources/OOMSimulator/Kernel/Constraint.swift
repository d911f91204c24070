/// What kind of limit an OOM comes from.
///
/// Kernel: `enum oom_constraint`, include/linux/oom.h.
public enum Constraint: String, CaseIterable, Sendable {
  /// The machine is out of memory. Kernel: `CONSTRAINT_NONE`.
  case none
  /// Kernel: `CONSTRAINT_CPUSET`.
  case cpuset
  /// Kernel: `CONSTRAINT_MEMORY_POLICY`.
  case memoryPolicy = "memory_policy"
  /// A memory cgroup is at its limit. Kernel: `CONSTRAINT_MEMCG`.
  case memcg
}
