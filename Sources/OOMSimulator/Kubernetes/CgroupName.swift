extension Kubernetes {
  /// The name of a group before a driver makes a path of it: `kubepods`, `burstable`, `pod1234-abcd`.
  ///
  /// Source: `CgroupName`, pkg/kubelet/cm/cgroup_manager_linux.go.
  struct CgroupName: Equatable, Sendable {
    var parts: [String]

    static let pods = CgroupName(parts: ["kubepods"])
    static let burstable = CgroupName(parts: ["kubepods", "burstable"])

    /// Guaranteed pods lie beside the groups of the other two classes.
    ///
    /// Source: `GetPodContainerName()`, pkg/kubelet/cm/pod_container_manager_linux.go.
    init(of pod: Pod, qos: Pod.QOSClass) {
      parts = Self.pods.parts
      if qos != .guaranteed { parts.append(qos.rawValue.lowercased()) }
      // The kubelet knows a static pod by its own uid, not by that of its mirror.
      parts.append("pod" + (pod.mirrorOf ?? pod.uid ?? "\(pod.namespace).\(pod.name)"))
    }

    private init(parts: [String]) {
      self.parts = parts
    }

    /// Source: `CgroupName.ToSystemd()` and `ToCgroupfs()`.
    func path(_ driver: Kubelet.CgroupDriver) -> String {
      if driver == .cgroupfs { return "/" + parts.joined(separator: "/") }
      var path = ""
      var slice = ""
      for part in parts {
        slice += (slice.isEmpty ? "" : "-") + String(part.map { $0 == "-" ? "_" : $0 })
        path += "/\(slice).slice"
      }
      return path
    }
  }

  /// The last part of a container's path, which its runtime makes: containerd, CRI-O or Docker.
  static func leaf(id: String, runtime: String, _ driver: Kubelet.CgroupDriver) -> String {
    let prefix =
      switch runtime {
      case "cri-o": "crio-"
      case "docker": driver == .systemd ? "docker-" : ""
      default: driver == .systemd ? "cri-containerd-" : ""
      }
    return prefix + id + (driver == .systemd ? ".scope" : "")
  }
}
