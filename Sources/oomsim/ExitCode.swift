/// How the program ends, after sysexits.h.
enum ExitCode: Int32, Error {
  /// Done, all as expected.
  case done = 0
  /// `check` found a scenario that does not do what it promises.
  case mismatch = 1
  /// The command line is wrong.
  case usage = 64
  /// An input is malformed.
  case malformed = 65
  /// An input is not there or cannot be read.
  case noInput = 66
  /// A bug in oomsim.
  case software = 70
}
