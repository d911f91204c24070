import OOMFormats

/// The shell script that collects on a host without oomsim what `snapshot` reads there.
///
/// It needs a POSIX shell, cat, sed, sort, find, grep, mktemp and tar. Files of /proc are read to their ends: tar and cp
/// go by the size that /proc shows, which is 0.
enum CollectScript {
  static let text = #"""
    #!/bin/sh
    # Collects what 'oomsim snapshot' reads of a Linux host: sizes, limits and scores of processes and groups, their
    # names among them, what systemd would do for units; no arguments, no environment, no host name. Changes nothing, and sends nothing anywhere.
    #
    #   sh collect.sh [ARCHIVE.tar]      on the host, then: oomsim snapshot --root ARCHIVE.tar
    #   ssh HOST sh < collect.sh | oomsim snapshot --root -
    #
    # Without a name the archive goes to standard output where that is no terminal, else to oomsim-snapshot.tar.
    set -u
    umask 077
    LC_ALL=C
    export LC_ALL

    if [ $# -gt 1 ]; then
      echo "usage: sh $0 [ARCHIVE.tar]" >&2
      exit 64
    fi
    if [ ! -r /proc/meminfo ]; then
      echo "no /proc/meminfo: this is no Linux host with /proc mounted" >&2
      exit 66
    fi
    out=${1:-oomsim-snapshot.tar}
    if [ $# -eq 0 ] && [ ! -t 1 ]; then out=-; fi
    dir=$(mktemp -d "${TMPDIR:-/tmp}/oomsim.XXXXXX") || exit 66
    trap 'rm -rf "$dir"' EXIT
    trap 'exit 1' HUP INT TERM

    # A file of any length; what cannot be read is left out.
    whole() {
      [ -r "$1" ] || return 0
      mkdir -p "$dir${1%/*}"
      cat "$1" > "$dir$1" 2>/dev/null || rm -f "$dir$1"
    }

    # A file of one line, without a process of its own. Its directory is there.
    line() {
      [ -r "$1" ] || return 0
      text=
      IFS= read -r text < "$1" 2>/dev/null
      [ -n "$text" ] && printf '%s\n' "$text" > "$dir$1"
      return 0
    }

    # The two are compared, so they are read one after the other.
    whole /proc/meminfo
    whole /proc/vmstat
    whole /proc/zoneinfo
    whole /proc/swaps
    whole /proc/pressure/memory
    whole /proc/sys/kernel/osrelease
    whole /sys/devices/system/cpu/online
    for name in \#(HostSysctls.names.joined(separator: " ")); do
      whole "/proc/sys/vm/$name"
    done
    for file in /sys/devices/system/node/node*/meminfo /sys/block/zram*/mm_stat \
      /sys/module/zswap/parameters/enabled /sys/module/zswap/parameters/max_pool_percent; do
      whole "$file"
    done
    mkdir -p "$dir/oomsim"
    getconf PAGESIZE > "$dir/\#(HostReading.pageSizeFile)" 2>/dev/null || rm -f "$dir/\#(HostReading.pageSizeFile)"

    if command -v systemctl > /dev/null; then
      \#(HostUnits.command) > "$dir/\#(HostReading.unitsFile)" 2>/dev/null || rm -f "$dir/\#(HostReading.unitsFile)"
    fi

    count=0
    for process in /proc/[0-9]*; do
      [ -r "$process/status" ] || continue
      mkdir -p "$dir$process"
      if ! cat "$process/status" > "$dir$process/status" 2>/dev/null; then
        rm -rf "${dir:?}$process"
        continue
      fi
      line "$process/oom_score"
      line "$process/oom_score_adj"
      [ -s "$dir$process/oom_score_adj" ] || line "$process/oom_adj"
      for name in stat statm cgroup; do
        cat "$process/$name" > "$dir$process/$name" 2>/dev/null || rm -f "$dir$process/$name"
      done
      count=$((count + 1))
    done

    # The memory of a process whose first thread has ended shows in the others alone.
    (cd "$dir" && find proc -name status -exec grep -l '^State:[^A-Za-z]*Z' {} + 2>/dev/null) |
      while IFS= read -r status; do
        for file in "/${status%/status}"/task/*/status; do
          whole "$file"
        done
      done

    # The groups of all processes, and those above them.
    find "$dir/proc" -name cgroup -exec cat {} + 2>/dev/null | sort -u > "$dir/oomsim/cgroups"
    memory='s/^[0-9]*:\([^:]*,\)\{0,1\}memory\(,[^:]*\)\{0,1\}://p'
    if [ -n "$(sed -n "$memory" "$dir/oomsim/cgroups")" ]; then
      base=/sys/fs/cgroup/memory
      files="\#(HostGroup.files(version: 1).joined(separator: " "))"
    else
      memory='s/^0:://p'
      base=/sys/fs/cgroup
      if [ ! -e "$base/cgroup.controllers" ] && [ -e "$base/unified/cgroup.controllers" ]; then
        base=/sys/fs/cgroup/unified
      fi
      files="\#(HostGroup.files(version: 2).joined(separator: " "))"
      whole "$base/cgroup.controllers"
    fi
    [ -d "$base" ] && mkdir -p "$dir$base"
    sed -n "$memory" "$dir/oomsim/cgroups" | while IFS= read -r path; do
      case $path in
        */../* | */..) continue ;;
      esac
      while [ -n "$path" ] && [ "$path" != / ]; do
        [ -d "$dir$base$path" ] && [ -e "$dir$base$path/.read" ] && break
        [ -d "$base$path" ] || break
        mkdir -p "$dir$base$path"
        : > "$dir$base$path/.read"
        for name in $files; do
          case $name in
            memory.stat | memory.oom_control)
              if [ -r "$base$path/$name" ]; then
                cat "$base$path/$name" > "$dir$base$path/$name" 2>/dev/null ||
                  rm -f "$dir$base$path/$name"
              fi
              ;;
            *) line "$base$path/$name" ;;
          esac
        done
        path=${path%/*}
      done
    done
    find "$dir" -name .read -exec rm -f {} +

    if ! command -v tar > /dev/null; then
      trap - EXIT
      echo "there is no tar: $dir has the files; copy it, then: oomsim snapshot --root DIRECTORY" >&2
      exit 0
    fi
    cd "$dir" || exit 66
    if [ "$out" = - ]; then
      tar -cf - . || exit 66
    else
      case $out in
        /*) ;;
        *) out=$OLDPWD/$out ;;
      esac
      if ! tar -cf "$out.part" . || ! mv "$out.part" "$out"; then
        rm -f "$out.part"
        exit 66
      fi
      echo "$count processes: $out" >&2
    fi
    cd / || exit 66

    """#
}
