/// The rules that differ between releases, in the order in which a kernel comes to them.
package enum RuleName: String, CaseIterable, Sendable {
  case memcg = "memory cgroups"
  case memcgTables = "memcg page tables"
  case memcgKernel = "memcg kernel memory"
  case memcgReclaim = "memcg reclaim on demand"
  case zswap
  case madviseFree = "MADV_FREE"
  case memcgTrigger = "memcg trigger"
  case memcgLimit = "memcg limit"
  case protection = "memory.low and memory.min"
  case high = "memory.high"
  case memcgEvents = "memory.events"
  case watermarks
  case pagesets = "per-CPU lists"
  case trigger = "global trigger"
  case panicOnOOM = "panic_on_oom"
  case allocatingTask = "oom_kill_allocating_task"
  case sysrq = "SysRq f"
  case constraint
  case totalpages
  case memcgTotalpages = "memcg totalpages"
  case candidates
  case disabled = "disabled"
  case dying = "dying victims"
  case vforkChildren = "vfork children"
  case swapoff
  case badness
  case children = "badness of children"
  case superuser = "badness of superusers"
  case zeroPoints = "zero points"
  case pageTables = "page tables"
  case rootBonus = "root bonus"
  case rss = "rss counters"
  case scanWidth = "width of points"
  case ties
  case memcgWalk = "memcg walk"
  case memcgTies = "memcg ties"
  case child = "sacrificed child"
  case unkillable
  case sharers = "sharers of the memory"
  case oomGroup = "memory.oom.group"
  case reaper
  case nobody = "nobody to kill"
  case heuristic = "overcommit mode 0"
  case strict = "overcommit mode 2"
  case commitTypes = "overcommit arithmetic"
  case oomScore = "/proc/PID/oom_score"
  case oomAdj = "/proc/PID/oom_adj"
  case oomScoreAdj = "/proc/PID/oom_score_adj"
  case memAvailable = "MemAvailable"
  case log
}
