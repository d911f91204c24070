import Foundation

// A machine that has ended closes its console: that is an error of one write, not the end of this program.
_ = signal(SIGPIPE, SIG_IGN)
exit(Commands.run(Array(CommandLine.arguments.dropFirst())))
