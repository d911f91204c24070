package import OOMSimulator

/// What makes pods: each has a template and says how many of it there are to be.
package struct KubectlWorkloads: Equatable, Sendable {
  package var pods: [Kubernetes.Pod] = []
  /// How many objects there are, also of those that make no pods.
  package var objects = 0
  /// What was left out, or is not known.
  package var notes: [String] = []
}

/// An object of a list, as far as it makes pods.
private struct WorkloadObject {
  var kind = ""
  var name = ""
  var namespace = "default"
  var uid: String?
  var owners: [(kind: String, name: String)] = []
  var replicas: Int?
  var completions: Int?
  var hasEnded = false
  var isSuspended = false
  /// Where the template begins, nil where there is none.
  var template: Int?
  var offset = 0
  var kindOffset: Int?

  var key: String { "\(kind)/\(namespace)/\(name)" }

  /// How many pods there are of it.
  var count: Int {
    switch kind {
    case "DaemonSet": 1
    case "Job", "CronJob": isSuspended || hasEnded ? 0 : min(replicas ?? 1, completions ?? .max)
    default: replicas ?? 1
    }
  }
}

extension Kubectl {
  /// Kinds that have a template of pods.
  static let workloadKinds = [
    "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job",
    "CronJob",
  ]

  /// What a list of one kind calls itself, and `List` for any.
  static func isList(_ kind: String) -> Bool {
    kind == "List"
      || kind.hasSuffix("List") && (workloadKinds + ["Pod"]).contains(String(kind.dropLast(4)))
  }

  /// The pods of `kubectl get pods -o json`, a list or a single one, with the defaults of the API server, and those that
  /// workloads make.
  ///
  /// - Parameters:
  ///   - bytes: the text, UTF-8.
  ///   - file: how messages call it.
  /// - Throws: a `ScenarioError` with every mistake that could be found, at most twenty.
  /// - Complexity: O(*n*) for *n* bytes and pods.
  package static func pods(
    json bytes: [UInt8], file: String
  ) throws(ScenarioError) -> [Kubernetes.Pod] {
    try workloads(json: bytes, file: file).pods
  }

  /// Pods, and as many as workloads have replicas of each template. A workload whose pods are in the list, too, is
  /// not counted twice.
  ///
  /// - Throws: a `ScenarioError` with every mistake that could be found, at most twenty.
  package static func workloads(
    json bytes: [UInt8], file: String
  ) throws(ScenarioError) -> KubectlWorkloads {
    try ImportFile(name: file, bytes: bytes).refuseYAML()
    var fields = Fields(bytes, pageSize: Kubernetes.NodeState.pageSize)
    var syntax: JSONError?
    var workloads = KubectlWorkloads()
    do throws(JSONError) {
      workloads = try fields.workloads()
    } catch {
      syntax = error
    }
    if let error = fields.error(file: file, syntax) { throw error }
    return workloads
  }
}

extension Fields {
  private static let listKeys = ObjectKeys(["kind", "items"])

  /// A document, as far as it is read before it is known what it holds.
  private struct Document {
    var kind: (text: String, offset: Int)?
    /// Where its list begins, nil where there is none.
    var items: Int?
    var start: Int
  }

  /// kubectl prints documents back to back where it is given several manifests: each is an object or a list.
  fileprivate mutating func workloads() throws(JSONError) -> KubectlWorkloads {
    var documents: [Document] = []
    repeat {
      documents.append(try document())
      json.skipSpace()
      if json.offset < json.bytes.count, json.bytes[json.offset] != UInt8(ascii: "{") {
        try json.finish()
      }
    } while json.offset < json.bytes.count
    if !problems.isEmpty { return KubectlWorkloads() }
    var objects: [WorkloadObject] = []
    for document in documents {
      try read(document, isOnly: documents.count == 1, into: &objects)
    }
    if !problems.isEmpty { return KubectlWorkloads() }
    var made = try pods(of: objects)
    made.objects = objects.count
    return made
  }

  private mutating func document() throws(JSONError) -> Document {
    var document = Document(start: try startOfNext())
    try known(Self.listKeys) { (fields, key) throws(JSONError) in
      let offset = try fields.startOfNext()
      if key == 1 {
        document.items = offset
        try fields.json.skipValue()
      } else if let text = try fields.string() {
        document.kind = (text, offset)
      }
    }
    return document
  }

  /// - Parameter isOnly: beside others a document may hold what makes no pods, such as a Service.
  private mutating func read(
    _ document: Document, isOnly: Bool, into objects: inout [WorkloadObject]
  ) throws(JSONError) {
    let kind = document.kind?.text
    if let items = document.items {
      let ofOne = kind.map { $0.hasSuffix("List") ? String($0.dropLast(4)) : $0 } ?? ""
      json.rewind(to: items)
      try self.objects { (fields, offset) throws(JSONError) in
        objects.append(try fields.workload(at: offset, kind: ofOne.isEmpty ? "Pod" : ofOne))
      }
    } else if let kind, Kubectl.isList(kind) {
      // The API server writes null for a list of nothing.
    } else if let kind, !isOnly || kind == "Pod" || Kubectl.workloadKinds.contains(kind) {
      json.rewind(to: document.start)
      objects.append(try workload(at: document.start, kind: kind))
    } else {
      let found = kind.map { "found kind '\(shortened($0))'" } ?? "there is no kind"
      wrong(
        "expected what kubectl get pods -o json prints, or a workload such as a Deployment: \(found)",
        at: document.kind?.offset ?? document.start)
    }
  }

  private static let objectKeys = ObjectKeys(["kind", "metadata", "spec", "status"])
  private static let nameKeys = ObjectKeys([
    "name", "namespace", "uid", "ownerReferences", "generateName",
  ])
  private static let ownerKeys = ObjectKeys(["kind", "name"])
  private static let specKeys = ObjectKeys([
    "replicas", "parallelism", "completions", "suspend", "template", "jobTemplate",
  ])
  private static let statusKeys = ObjectKeys(["completionTime", "conditions"])
  private static let conditionKeys = ObjectKeys(["type", "status"])

  private mutating func workload(at start: Int, kind: String) throws(JSONError) -> WorkloadObject {
    var object = WorkloadObject(kind: kind, offset: start)
    var spec: Int?
    try known(Self.objectKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0:
        object.kindOffset = try fields.startOfNext()
        object.kind = try fields.string() ?? kind
      case 1: try fields.workloadMetadata(of: &object)
      case 2:
        spec = try fields.startOfNext()
        try fields.json.skipValue()
      default:
        if object.kind == "Job" || kind == "Job" {
          try fields.jobStatus(of: &object)
        } else {
          try fields.json.skipValue()
        }
      }
    }
    let end = json.offset
    if Kubectl.workloadKinds.contains(object.kind) {
      if object.name.isEmpty { wrong("a \(object.kind) without metadata.name", at: start) }
      if let spec {
        json.rewind(to: spec)
        try workloadSpec(of: &object)
      }
      if object.template == nil {
        wrong("a \(object.kind) without a template of its pods", at: start)
      }
      json.rewind(to: end)
    }
    return object
  }

  private mutating func workloadMetadata(of object: inout WorkloadObject) throws(JSONError) {
    try known(Self.nameKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: object.name = try fields.objectName() ?? "?"
      case 1: object.namespace = try fields.objectName() ?? "?"
      case 2: object.uid = try fields.string()
      case 3:
        try fields.objects { (fields, _) throws(JSONError) in
          var owner = (kind: "", name: "")
          try fields.known(Self.ownerKeys) { (fields, key) throws(JSONError) in
            let text = try fields.string() ?? ""
            if key == 0 { owner.kind = text } else { owner.name = text }
          }
          object.owners.append(owner)
        }
      default:
        let text = try fields.string() ?? ""
        if object.name.isEmpty {
          var name = text[...]
          while name.last == "-" { name.removeLast() }
          object.name = String(name)
        }
      }
    }
  }

  private mutating func workloadSpec(of object: inout WorkloadObject) throws(JSONError) {
    try known(Self.specKeys) { (fields, key) throws(JSONError) in
      switch Self.specKeys.names[key] {
      case "replicas", "parallelism": object.replicas = try fields.replicas()
      case "completions":
        object.completions = try fields.integer(0...Int64(Int32.max)).map { Int($0) }
      case "suspend": object.isSuspended = try fields.bool() ?? false
      case "template":
        object.template = try fields.startOfNext()
        try fields.json.skipValue()
      default:
        try fields.known(ObjectKeys(["spec"])) { (fields, _) throws(JSONError) in
          let isSuspended = object.isSuspended
          try fields.workloadSpec(of: &object)
          object.isSuspended = object.isSuspended || isSuspended
        }
      }
    }
  }

  private mutating func jobStatus(of object: inout WorkloadObject) throws(JSONError) {
    try known(Self.statusKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        object.hasEnded = true
        try fields.json.skipValue()
        return
      }
      try fields.objects { (fields, _) throws(JSONError) in
        var type = ""
        var status = ""
        try fields.known(Self.conditionKeys) { (fields, key) throws(JSONError) in
          if key == 0 {
            type = try fields.string() ?? ""
          } else {
            status = try fields.string() ?? ""
          }
        }
        if ["Complete", "Failed"].contains(type), status == "True" { object.hasEnded = true }
      }
    }
  }

  /// The pods of the objects; what is of another kind is left out.
  private mutating func pods(of objects: [WorkloadObject]) throws(JSONError) -> KubectlWorkloads {
    var made = KubectlWorkloads()
    var owners: Set<String> = []
    for object in objects {
      for owner in object.owners {
        owners.insert("\(owner.kind)/\(object.namespace)/\(owner.name)")
      }
    }
    var names: Set<String> = []
    var ids: Set<String> = []
    var others = 0
    var count = 0
    var containers = 0
    for object in objects {
      if object.kind == "Pod" {
        json.rewind(to: object.offset)
        let pod = try pod()
        add(pod, to: &made, &names, &ids, at: object.offset)
        continue
      }
      guard Kubectl.workloadKinds.contains(object.kind), let template = object.template else {
        if object.kind == "Node" {
          wrong("expected a Pod, found kind 'Node'", at: object.kindOffset ?? object.offset)
        }
        others += 1
        continue
      }
      // Its pods, or what makes them, are in the list themselves.
      if owners.contains(object.key) { continue }
      count += object.count
      if count > ImportDraft.mostReplicas {
        wrong("more than \(ImportDraft.mostReplicas) pods", at: object.offset)
        return made
      }
      json.rewind(to: template)
      let pod = try templatePod(of: object)
      containers += object.count * pod.allContainers.count
      if containers > 10 * ImportDraft.mostReplicas {
        wrong("more than \(10 * ImportDraft.mostReplicas) containers", at: object.offset)
        return made
      }
      if object.isSuspended, object.count == 0 {
        made.notes.append("\(object.name) is suspended: left out")
      }
      for number in 0..<object.count {
        var one = pod
        one.name = object.podName(number)
        add(one, to: &made, &names, &ids, at: object.offset)
      }
    }
    if others > 0 {
      made.notes.append(
        "\(others) \(others == 1 ? "object that makes" : "objects that make") no pods left out")
    }
    return made
  }

  private mutating func add(
    _ pod: Kubernetes.Pod, to made: inout KubectlWorkloads, _ names: inout Set<String>,
    _ ids: inout Set<String>, at offset: Int
  ) {
    var pod = pod
    if !names.insert("\(pod.namespace)/\(pod.name)").inserted {
      wrong("the pod \(pod.namespace)/\(pod.name) stands here twice", at: offset)
    }
    for id in [pod.mirrorOf ?? pod.uid] + pod.allContainers.map({ $0.id }) {
      if let id, !ids.insert(id).inserted {
        wrong("the id '\(shortened(id))' is that of another pod or container", at: offset)
      }
    }
    pod.setDefaults()
    made.pods.append(pod)
  }

  /// A pod of a template, which need not have a name.
  private mutating func templatePod(of object: WorkloadObject) throws(JSONError) -> Kubernetes.Pod {
    var pod = try self.pod(isTemplate: true)
    pod.namespace = object.namespace
    pod.uid = nil
    pod.nodeName = nil
    return pod
  }
}

extension WorkloadObject {
  /// The name of one of its pods. A StatefulSet numbers them from 0; others draw the end of the name, so a single
  /// one is called as its workload.
  func podName(_ number: Int) -> String {
    if kind == "StatefulSet" { return "\(name)-\(number)" }
    return count == 1 ? name : "\(name)-\(number + 1)"
  }
}
