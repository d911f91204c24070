/// Scenarios to start one's own from, written as a person would: each runs, and ends in a kill.
package enum StartingPoint: String, CaseIterable, Sendable {
  /// A server with a service that leaks until the machine has no memory left.
  case machine
  /// A container whose limit is hit while the machine has room.
  case container
  /// Pods of a Kubernetes node, with the oom_score_adj that the kubelet gives them.
  case pod
  /// A unit that systemd restarts after each kill.
  case unit

  /// What is told in one line.
  package var summary: String {
    switch self {
    case .machine: "a server with a service that leaks"
    case .container: "a container that reaches its limit"
    case .pod: "pods of a node that runs out of memory"
    case .unit: "a systemd unit that is killed and comes back"
    }
  }

  /// The scenario as JSON.
  package var text: String {
    switch self {
    case .machine: Self.machineText
    case .container: Self.containerText
    case .pod: Self.podText
    case .unit: Self.unitText
    }
  }

  private static let machineText = """
    {
      "schema": "oomsim.scenario/1",
      "name": "my-machine",
      "title": "A service leaks until the machine has no memory left",
      "description": [
        "memory and swap are MemTotal and SwapTotal of /proc/meminfo; kernel is what is in use and belongs to nobody.",
        "Give each process what /proc/PID/status shows: RssAnon, RssFile, RssShmem, VmSwap. Or let 'oomsim snapshot' do so.",
        "The app leaks 2 MiB a second. Nothing limits it but the machine, so the kernel chooses among all processes."
      ],
      "kernel": "6.12",
      "machine": { "memory": "3900M", "swap": "1G", "kernel": "300M", "page_cache": "600M" },
      "processes": [
        { "pid": 1, "name": "systemd", "anon": "14M", "file": "8M" },
        { "name": "sshd", "anon": "6M", "file": "4M", "oom_score_adj": -1000 },
        { "name": "postgres", "uid": 110, "anon": "900M", "file": "60M" },
        { "name": "app", "uid": 1000, "anon": "700M", "file": "40M" }
      ],
      "events": [
        { "at": "10s", "grow": { "process": "app", "anon": "7200M", "over": "1h" } }
      ],
      "expect": {
        "kills": [ { "name": "app", "constraint": "none" } ],
        "survivors": ["postgres", "sshd"]
      }
    }

    """

  private static let containerText = """
    {
      "schema": "oomsim.scenario/1",
      "name": "my-container",
      "title": "A container reaches its limit while the machine has room",
      "description": [
        "A container is a cgroup: --memory is memory.max, and memory.swap.max is --memory-swap less --memory.",
        "The limit is hit by whatever the group is charged for: its page_cache goes first, then there is an OOM in the group.",
        "Only processes of the group can die, however large others are. To have all of them die together, set memory.oom.group to 1."
      ],
      "kernel": "6.12",
      "machine": { "memory": "7800M", "kernel": "400M", "page_cache": "1G" },
      "cgroups": {
        "/docker/web": { "memory.max": "512M", "memory.swap.max": 0, "page_cache": "60M" }
      },
      "processes": [
        { "pid": 1, "name": "systemd", "anon": "14M", "file": "8M" },
        { "name": "dockerd", "anon": "90M", "file": "40M", "oom_score_adj": -500 },
        { "name": "database", "anon": "3G" },
        { "name": "nginx", "cgroup": "/docker/web", "anon": "12M", "file": "6M" },
        { "name": "node", "cgroup": "/docker/web", "uid": 1000, "anon": "220M", "file": "30M" }
      ],
      "events": [
        { "at": "5s", "grow": { "process": "node", "anon": "400M", "over": "10m" } }
      ],
      "expect": {
        "kills": [ { "name": "node", "constraint": "memcg", "cgroup": "/docker/web" } ],
        "survivors": ["nginx", "database"]
      }
    }

    """

  private static let podText = """
    {
      "schema": "oomsim.scenario/1",
      "name": "my-pods",
      "title": "A Burstable pod outgrows its node, and its request decides",
      "description": [
        "The kubelet sets oom_score_adj by class of service: -997 for Guaranteed, 1000 for BestEffort, and for Burstable 1000 - 1000 x request / memory of the node. Here cache requests 2 GiB of 7950 MiB: 743; api requests 1 GiB: 872.",
        "limits.memory is memory.max of the container's group; a pod without one has none.",
        "For a node that is there: kubectl get pods -A -o json, then oomsim k8s. This file is for what is not there yet."
      ],
      "kernel": "6.12",
      "machine": { "memory": "7950M", "kernel": "680M", "page_cache": "400M" },
      "cgroups": {
        "/kubepods/pod-db": { "memory.max": "2G" },
        "/kubepods/burstable/pod-cache": { "memory.max": "5G" }
      },
      "processes": [
        { "pid": 1, "name": "systemd", "anon": "30M", "file": "10M" },
        { "name": "kubelet", "oom_score_adj": -999, "anon": "110M" },
        { "name": "containerd", "oom_score_adj": -999, "anon": "90M" },
        { "name": "db", "cgroup": "/kubepods/pod-db", "oom_score_adj": -997, "anon": "1800M" },
        { "name": "cache", "cgroup": "/kubepods/burstable/pod-cache", "oom_score_adj": 743, "anon": "1900M" },
        { "name": "api", "cgroup": "/kubepods/burstable/pod-api", "oom_score_adj": 872, "anon": "1400M" },
        { "name": "batch", "cgroup": "/kubepods/besteffort/pod-batch", "oom_score_adj": 1000, "anon": "300M" }
      ],
      "events": [
        { "at": "10s", "grow": { "process": "cache", "anon": "2G", "over": "30s" } }
      ],
      "expect": {
        "kills": [ { "name": "cache", "constraint": "none" } ],
        "survivors": ["db", "api", "batch", "kubelet"]
      }
    }

    """

  private static let unitText = """
    {
      "schema": "oomsim.scenario/1",
      "name": "my-unit",
      "title": "A unit reaches MemoryMax, is killed, and systemd starts it again",
      "description": [
        "A unit is a cgroup below /system.slice: MemoryMax is memory.max, MemoryHigh is memory.high, OOMScoreAdjust is oom_score_adj.",
        "OOMPolicy says what systemd does with the rest of the unit after a kill, restart is Restart, RestartSec and StartLimitBurst.",
        "The worker leaks until the limit; with Restart=on-failure it comes back as it was, and does not leak a second time."
      ],
      "kernel": "6.12",
      "machine": { "memory": "3900M", "swap": "1G", "kernel": "300M", "page_cache": "500M" },
      "cgroups": {
        "/system.slice/worker.service": { "memory.max": "1G", "memory.swap.max": 0, "OOMPolicy": "stop" }
      },
      "processes": [
        { "pid": 1, "name": "systemd", "anon": "14M", "file": "8M" },
        { "name": "sshd", "cgroup": "/system.slice/ssh.service", "anon": "6M", "oom_score_adj": -1000 },
        { "name": "worker", "cgroup": "/system.slice/worker.service", "uid": 990, "anon": "200M", "file": "20M",
          "restart": { "policy": "on-failure", "delay": "5s", "burst": 5, "interval": "10s" } }
      ],
      "events": [
        { "at": "1m", "grow": { "process": "worker", "anon": "1G", "over": "20m" } }
      ],
      "expect": {
        "kills": [ { "name": "worker", "constraint": "memcg", "cgroup": "/system.slice/worker.service" } ],
        "survivors": ["sshd"]
      }
    }

    """
}
