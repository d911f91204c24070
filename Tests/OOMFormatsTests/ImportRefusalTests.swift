import OOMSimulator
import Testing

@testable import OOMFormats

/// What is no input that is read, and what makes one of it.
@Suite struct ImportRefusalTests {
  private func error(_ text: String, _ kind: ImportKind? = nil) -> String {
    var options = ImportOptions()
    options.kind = kind
    do throws(ScenarioError) {
      _ = try Imported([ImportFile(name: "input", bytes: Array(text.utf8))], options)
      return ""
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    ("[Unit]\nDescription=x\n[Service]\n", "1:1: error: this is a file of a unit"),
    (
      "# /lib/systemd/system/a.service\n[Service]\nUser=x\n", "2:1: error: this is a file of a unit"
    ),
    ("● a.service - A\n     Loaded: loaded\n", "1:1: error: this is systemctl status"),
    ("a.service\n     Loaded: loaded (/x)\n", "2:1: error: this is systemctl status"),
    ("top - 12:00:00 up 1 day\n", "1:1: error: this is top"),
    ("       total  used  free\nMem: 1 1 1\n", "1:1: error: this is free alone"),
    ("apiVersion: v1\nkind: Pod\n", "1:1: error: this looks like YAML"),
  ])
  func `texts that are told by their first lines`(text: String, message: String) {
    #expect(error(text).hasPrefix("input:" + message), "\(error(text))")
  }

  @Test func `keys without quotes`() {
    for text in ["{apiVersion: v1}", "{\"a\":1,\n b: 2}"] {
      #expect(error(text, .kubernetes).contains("keys without quotes are YAML"), "\(text)")
    }
    #expect(!error("{\"a\": x}", .kubernetes).contains("YAML"))
  }

  @Test func `YAML where JSON is read`() {
    let yaml = Array("kind: Pod\n".utf8)
    let command = "'kubectl create --dry-run=client -o json -f"
    for reader in ["run", "k8s", "node"] {
      do throws(ScenarioError) {
        switch reader {
        case "run": _ = try Scenario(json: yaml, file: "p.yaml")
        case "k8s": _ = try Kubectl.workloads(json: yaml, file: "p.yaml")
        default: _ = try Kubectl.nodes(json: yaml, file: "p.yaml")
        }
        Issue.record("\(reader): no error")
      } catch {
        #expect(error.description.hasPrefix("p.yaml:1:1: error: this looks like YAML"))
        #expect(error.description.contains(command + " p.yaml'"))
      }
    }
    do throws(ScenarioError) {
      _ = try Kubectl.workloads(json: yaml, file: "standard input")
    } catch {
      #expect(error.description.contains(command + " FILE'"))
    }
  }

  @Test(
    arguments: [
      ("", nil, "there is nothing in it"), (" \n\n", nil, "there is nothing in it"),
      ("NAME   MEM USAGE / LIMIT\n", nil, "there is no container in it that runs"),
      ("NAME   MEM USAGE / LIMIT\na -- / --\n", nil, "there is no container in it that runs"),
      (#"{"services":{}}"#, nil, "there is no service in it that has a container"),
      ("[]", .dockerInspect, "there is no container in it that runs"),
      (#"{"kind":"PodList","items":null}"#, nil, "there is no pod in it"),
      (#"{"kind":"List","items":[]}"#, nil, "there is no pod in it"),
      (
        #"{"kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Pending"}}"#,
        nil, "no pod in it that runs on a node"
      ),
    ] as [(String, ImportKind?, String)])
  func `inputs of nothing`(text: String, kind: ImportKind?, message: String) {
    #expect(error(text, kind).contains(message), "\(error(text, kind))")
  }

  @Test func `the first error of a node is what is wrong`() {
    let node =
      #"{"kind":"Node","metadata":{"name":"n"},"status":{"capacity":{"memory":"-5"}}}"#
    do throws(ScenarioError) {
      _ = try Kubectl.nodes(json: Array(node.utf8), file: "n")
      Issue.record("no error")
    } catch {
      #expect(error.diagnostics.count == 1)
      #expect(
        error.description.hasPrefix("n:1:71: error: status.capacity.memory: '-5' is negative"))
    }
  }
}
