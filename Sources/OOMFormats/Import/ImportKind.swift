internal import OOMSimulator

/// What other programs print that says how much memory processes have and may have.
package enum ImportKind: String, CaseIterable, Sendable {
  /// `docker compose config --format json`.
  case compose
  /// `docker inspect`.
  case dockerInspect = "docker-inspect"
  /// `docker stats --no-stream`, its table or with `--format json`.
  case dockerStats = "docker-stats"
  /// config.json of a bundle, OCI runtime specification.
  case oci
  /// Workloads as `kubectl get -o json` prints them.
  case kubernetes
  /// An answer of the HTTP API to `query` or `query_range`.
  case prometheus
  /// `systemctl show`.
  case systemd
  /// `ps aux`, or `ps -eo` with headers.
  case ps
  /// `sar -r`, `sar -S`.
  case sar
  /// `atop -r FILE -m`, or `atop -r FILE -P MEM,SWP,PRM`.
  case atop
}

extension ImportKind {
  /// What to say of an input of this kind that holds nothing to replay.
  var whatIsMissing: String {
    switch self {
    case .compose: "there is no service in it that has a container"
    case .dockerInspect, .dockerStats: "there is no container in it that runs"
    case .oci: "there is no container in it"
    case .kubernetes: "there is no pod in it, nor a workload that makes pods"
    case .prometheus: "there is no series in it that tells memory of a process or a container"
    case .systemd: "there is no unit in it"
    case .ps, .atop: "there is no process in it"
    case .sar: "there is no sample in it"
    }
  }
}
