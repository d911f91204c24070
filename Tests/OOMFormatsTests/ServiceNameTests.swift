import Testing

@testable import OOMReports

/// Lives and instances of one service have one name: names as systemd, container runtimes and the kubelet give them.
@Suite struct ServiceNameTests {
  private static let id = "3f4c0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"
  private static let uid = "5f0c7a3e-1111-2222-3333-444444444444"

  @Test(arguments: [
    ("/system.slice/nginx.service", "/system.slice/nginx.service"),
    ("/system.slice/system-app.slice/app@2.service", "/system.slice/system-app.slice/app@.service"),
    ("/system.slice/docker-\(id).scope", "/system.slice/docker-*.scope (w)"),
    ("/docker/\(id)", "/docker/* (w)"), ("/docker/3f4c01234567", "/docker/* (w)"),
    ("/machine.slice/libpod-\(id).scope/container", "/machine.slice/libpod-*.scope/container (w)"),
    ("/kubepods/burstable/pod\(uid)/\(id)", "/kubepods/burstable/pod*/* (w)"),
    (
      "/kubepods.slice/kubepods-burstable.slice/"
        + "kubepods-burstable-pod5f0c7a3e_1111_2222_3333_444444444444.slice/cri-containerd-\(id).scope",
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod*.slice/cri-containerd-*.scope (w)"
    ),
    (
      "/user.slice/user-1000.slice/session-12.scope",
      "/user.slice/user-1000.slice/session-*.scope (w)"
    ),
    (
      "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox-12345.scope",
      "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox-*.scope (w)"
    ),
    ("/system.slice/run-u12.service", "/system.slice/run-u*.service (w)"),
    ("/system.slice/run-p12-i34.service", "/system.slice/run-p*-i*.service (w)"),
    // Words that are hexadecimal by chance, and numbers that belong to a name.
    ("/system.slice/decade-cafe.service", "/system.slice/decade-cafe.service"),
    ("/system.slice/postgresql-14.service", "/system.slice/postgresql-14.service"),
    ("/a", "/a"), ("/", "/"), ("", ""),
  ])
  func names(group: String, expected: String) {
    #expect(ServiceName(group: group, process: "w").text == expected)
  }
}
