package import OOMSimulator

extension JSONWriter {
  /// `oomsim.k8s/1`: what goes when a Kubernetes node runs out of memory. Keys that end in `_bytes` are bytes, all other
  /// sizes pages; `domains` are those of `oomsim.next/1`, with containers instead of processes.
  ///
  /// - Parameter rows: how many pods of the order of eviction at most.
  package mutating func nodeForecast(_ report: Kubernetes.NodeForecast, rows: Int) {
    object { writer in
      writer.field("schema", "oomsim.k8s/1")
      writer.nodeHead(report)
      writer.key("pods")
      writer.array {
        for (index, pod) in report.node.pods.enumerated() {
          $0.pod(pod, report.node.state.pods[index])
        }
      }
      writer.key("containers")
      writer.array {
        for placed in report.node.containers { $0.container(placed, report.node) }
      }
      writer.key("domains")
      writer.array { writer in
        for domain in report.forecast.domains { writer.domain(domain, report) }
      }
      writer.field("domains_with_more_left", Int64(report.otherLimits))
      writer.key("eviction")
      writer.object { $0.eviction(report, rows: rows) }
      writer.field("notes", report.node.notes)
      writer.field("warnings", report.forecast.warnings.map { $0.text })
    }
  }

  private mutating func nodeHead(_ report: Kubernetes.NodeForecast) {
    let (node, state) = (report.node, report.node.state)
    field("node", state.node.name)
    field("kubelet", state.kubelet.release.description)
    field("kernel", report.forecast.kernel)
    field("rule_set", report.forecast.ruleSet)
    field("cgroup_version", Int64(state.kubelet.cgroupVersion))
    field("cgroup_driver", state.kubelet.cgroupDriver.rawValue)
    field("page_size", report.forecast.pageSize)
    field("capacity_bytes", state.node.capacity)
    field("swap_bytes", state.node.swap ?? 0)
    field("swap_behavior", state.kubelet.swapBehavior.rawValue)
    field("huge_pages_bytes", state.node.hugePages)
    field("reserved_bytes", max(state.reserved, 0))
    field("system_usage_bytes", node.systemUsage)
    field("pods_cgroup", node.podsCgroup)
    field("pods_limit_bytes", state.podsLimit)
    field("pods_usage_bytes", node.podsUsage)
  }

  private mutating func pod(_ placed: Kubernetes.NodeScenario.PlacedPod, _ pod: Kubernetes.Pod) {
    object(inline: true) {
      $0.field("namespace", pod.namespace)
      $0.field("pod", pod.name)
      $0.field("qos", placed.qos.rawValue)
      $0.field("priority", Int64(pod.effectivePriority))
      $0.field("critical", pod.isCritical)
      $0.field("limit_bytes", placed.limit)
      $0.field("usage_bytes", placed.usage)
      $0.field("cgroup", placed.cgroup)
    }
  }

  private mutating func container(
    _ placed: Kubernetes.NodeScenario.Placed, _ node: Kubernetes.NodeScenario
  ) {
    object(inline: true) {
      $0.name(placed.name)
      $0.field("kind", placed.container.kind.rawValue)
      $0.field("qos", node.pods[placed.pod].qos.rawValue)
      $0.field("oom_score_adj", Int64(placed.oomScoreAdj))
      $0.field("request_bytes", placed.container.resources.requests.memory?.bytes)
      $0.field("limit_bytes", placed.limit)
      if node.state.kubelet.enforcesMemoryQoS { $0.field("high_bytes", placed.high) }
      $0.field("swap_limit_bytes", node.state.kubelet.cgroupVersion == 2 ? placed.swapLimit : nil)
      $0.field("usage_bytes", placed.usage)
      $0.field("usage_from", placed.source.rawValue)
      $0.field("processes", Int64(placed.processes))
      $0.field("cgroup", placed.cgroup)
    }
  }

  private mutating func name(_ name: Kubernetes.ContainerName) {
    field("namespace", name.namespace)
    field("pod", name.pod)
    field("container", name.container)
  }

  private mutating func domain(_ domain: Forecast.Domain, _ report: Kubernetes.NodeForecast) {
    object { writer in
      writer.limit(of: domain)
      let count = report.containerCount(in: domain)
      writer.field("containers", Int64(count.containers))
      writer.field("pause_processes", Int64(count.sandboxes))
      writer.key("candidates")
      writer.array { writer in
        for victim in report.victims(of: domain) {
          let next = victim.next
          writer.object(inline: true) {
            $0.name(report.node.containers[victim.container].name)
            $0.field("pid", Int64(next.candidate.pid))
            $0.field("points", next.candidate.points)
            $0.field("oom_score", next.candidate.oomScore)
            $0.field("oom_score_adj", Int64(next.candidate.oomScoreAdj))
            $0.field("frees", next.freedPages)
            $0.field("dies_with_it", Int64(next.also.count))
          }
        }
      }
    }
  }

  private mutating func eviction(_ report: Kubernetes.NodeForecast, rows: Int) {
    let eviction = report.eviction
    key("signals")
    array {
      for signal in eviction.signals {
        $0.object(inline: true) {
          $0.field("signal", signal.name.rawValue)
          $0.field("available_bytes", signal.available)
          $0.field("threshold_bytes", signal.threshold)
          $0.field("met", signal.isMet)
        }
      }
    }
    if let soft = eviction.soft {
      key("soft_signal")
      object(inline: true) {
        $0.field("signal", soft.signal.name.rawValue)
        $0.field("available_bytes", soft.signal.available)
        $0.field("threshold_bytes", soft.signal.threshold)
        $0.field("grace_period_us", soft.gracePeriod)
        $0.field("met", soft.signal.isMet)
      }
    }
    field("until_eviction_bytes", eviction.untilEviction)
    field("until_kill_bytes", report.untilKill)
    field("outrun_at_bytes_per_second", report.rateThatOutrunsEviction)
    field("ranked", Int64(eviction.order.count))
    key("order")
    array { writer in
      for entry in eviction.order.prefix(rows) {
        let pod = report.node.state.pods[entry.pod]
        writer.object(inline: true) {
          $0.field("namespace", pod.namespace)
          $0.field("pod", pod.name)
          $0.field("usage_bytes", entry.candidate.usage)
          $0.field("request_bytes", entry.candidate.request.bytes)
          $0.field("priority", Int64(entry.candidate.priority))
          $0.field("exceeds_request", entry.candidate.exceedsRequest)
          $0.field("before_next", entry.beforeNext.rawValue)
          $0.field("evictable", entry.isEvictable)
          $0.field("due", entry.isDue)
          if eviction.soft != nil {
            $0.field("due_after_grace_period", entry.isDueAfterGracePeriod)
          }
        }
      }
    }
  }
}
