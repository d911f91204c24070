// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Words for people are made once a run: optimising them takes a third of the build and saves nothing that can be
// measured.
let unoptimized = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

// The tests replay some hundred thousand worlds: with the engine and the log reader optimised they take less than half
// of the time, and what that saves is more than optimising takes. Assertions stay on. For stepping through in a debugger, and for
// shorter builds after each change: OOMSIM_UNOPTIMIZED=1 swift build.
let optimized =
  Context.environment["OOMSIM_UNOPTIMIZED"] != nil
  ? settings
  : settings + [
    .unsafeFlags(
      ["-O", "-wmo", "-num-threads", "2", "-disable-batch-mode", "-assert-config", "Debug"],
      .when(configuration: .debug))
  ]

let package = Package(
  name: "oomsim",
  products: [
    .library(name: "OOMSimulator", targets: ["OOMSimulator", "OOMFormats", "KernelLog"]),
    .library(name: "VictimSelection", targets: ["VictimSelection"]),
    .executable(name: "oomsim", targets: ["oomsim"]),
  ],
  targets: [
    .target(name: "VictimSelection", swiftSettings: optimized),
    .target(
      name: "OOMSimulator", dependencies: ["VictimSelection"], exclude: ["Rules/Rules.md"],
      swiftSettings: optimized),
    .target(
      name: "OOMFormats", dependencies: ["OOMSimulator", "VictimSelection"],
      swiftSettings: settings),
    .target(
      name: "KernelLog", dependencies: ["OOMFormats", "OOMSimulator", "VictimSelection"],
      swiftSettings: optimized),
    .target(
      name: "OOMReports",
      dependencies: ["KernelLog", "OOMFormats", "OOMSimulator", "VictimSelection"],
      swiftSettings: unoptimized),
    .executableTarget(
      name: "oomsim",
      dependencies: ["KernelLog", "OOMFormats", "OOMReports", "OOMSimulator", "VictimSelection"],
      exclude: ["Manual"], swiftSettings: unoptimized),
    .executableTarget(
      name: "SelectionBenchmark", dependencies: ["OOMSimulator", "VictimSelection", "KernelPeers"],
      path: "Benchmarks/SelectionBenchmark", swiftSettings: settings),
    .executableTarget(
      name: "ReplayBenchmark", dependencies: ["OOMSimulator"],
      path: "Benchmarks/ReplayBenchmark", swiftSettings: settings),
    // The same choice in C, to be held against, and a count of allocations: in no product.
    .target(name: "KernelPeers", path: "Benchmarks/KernelPeers"),

    // Turns recorded kernel runs into the scenarios of Scenarios/recorded.
    .target(
      name: "RecordingConverter", path: "Tests/RecordingConverter", swiftSettings: settings),
    .executableTarget(
      name: "convert-recordings", dependencies: ["RecordingConverter"],
      path: "Tests/convert-recordings", swiftSettings: settings),

    // Does scenarios on real kernels in an emulator, records what they did and compares it with the prediction.
    .target(
      name: "KernelLab",
      dependencies: [
        "KernelLog", "OOMFormats", "OOMSimulator", "RecordingConverter", "VictimSelection",
      ],
      path: "Tests/KernelLab", exclude: ["Guest", "README.md"], swiftSettings: settings),
    .executableTarget(
      name: "kernel-lab",
      dependencies: ["KernelLab", "OOMFormats", "OOMSimulator", "SharedData", "VictimSelection"],
      path: "Tests/kernel-lab", swiftSettings: settings),

    // Where tests find what may lie beside the project.
    .target(name: "SharedData", path: "Tests/SharedData", swiftSettings: settings),

    .testTarget(
      name: "VictimSelectionTests", dependencies: ["VictimSelection"], swiftSettings: settings),
    .testTarget(
      name: "OOMSimulatorTests",
      dependencies: [
        "KernelLog", "OOMFormats", "OOMReports", "OOMSimulator", "SharedData", "VictimSelection",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "OOMFormatsTests",
      dependencies: [
        "KernelLog", "OOMFormats", "OOMReports", "OOMSimulator", "SharedData", "VictimSelection",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "RecordingTests",
      dependencies: ["KernelLab", "RecordingConverter", "OOMSimulator", "SharedData"],
      swiftSettings: settings),
    .testTarget(
      name: "KernelLabTests",
      dependencies: [
        "KernelLab", "OOMFormats", "OOMSimulator", "RecordingConverter", "SharedData",
      ],
      swiftSettings: settings),
    .testTarget(name: "CommandTests", dependencies: ["oomsim"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
