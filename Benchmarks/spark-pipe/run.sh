#!/usr/bin/env bash
# Runs what-ifs through Apache Spark's pipe on a local cluster of two worker processes, and compares the sorted bytes
# with what one process of oomsim answers.
#
#   Benchmarks/spark-pipe/run.sh [COUNT]     100000 what-ifs by default
#
# Installs PySpark from PyPI into a virtual environment below the work directory, and a Java runtime from Debian's
# packages if there is none and it may. WORK (default: a directory in TMPDIR) keeps both for the next time; OOMSIM
# names a built program, else the release build is made.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/Benchmarks/spark-pipe
count=${1:-100000}
work=${WORK:-${TMPDIR:-/tmp}/oomsim-spark}
mkdir -p "$work"

if ! command -v java >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq openjdk-17-jre-headless
  else
    echo "spark-pipe: Spark needs Java 17 or later: apt-get install openjdk-17-jre-headless" >&2
    exit 1
  fi
fi
if [ ! -x "$work/venv/bin/python" ]; then python3 -m venv "$work/venv"; fi
if ! "$work/venv/bin/python" -c 'import pyspark' 2>/dev/null; then
  "$work/venv/bin/pip" install -q 'pyspark>=4,<5'
fi
if [ -z "${OOMSIM:-}" ]; then
  swift build -c release --package-path "$root" --product oomsim
  OOMSIM=$(swift build -c release --package-path "$root" --show-bin-path)/oomsim
fi
OOMSIM=$(realpath "$OOMSIM")

python=$work/venv/bin/python
lines=$work/lines.jsonl
"$python" "$here/what_ifs.py" lines "$count" "$root" >"$lines"

seconds() { date +%s.%N; }
start=$(seconds)
"$OOMSIM" batch --files "$root" "$lines" >"$work/single.jsonl"
middle=$(seconds)
rm -rf "$work/spark"
export PYSPARK_PYTHON=$python SPARK_LOCAL_IP=127.0.0.1
SPARK_HOME=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME
"$python" "$here/what_ifs.py" spark "$OOMSIM" "$root" "$lines" "$work/spark" 2>"$work/spark.log" ||
  { tail -n 40 "$work/spark.log" >&2; exit 1; }
end=$(seconds)

LC_ALL=C sort "$work/single.jsonl" >"$work/single.sorted"
cat "$work"/spark/part-* | LC_ALL=C sort >"$work/spark.sorted"
cmp "$work/single.sorted" "$work/spark.sorted"
[ "$(wc -l <"$work/single.sorted")" = "$count" ]
if grep -q '"outcome": "error"' "$work/single.sorted"; then
  echo "spark-pipe: some lines have no result" >&2
  exit 1
fi
echo "$count what-ifs, $(wc -c <"$work/single.sorted") bytes: equal after sorting"
echo "sha256 $(sha256sum <"$work/single.sorted" | cut -d' ' -f1)"
awk -v a="$start" -v b="$middle" -v c="$end" \
  'BEGIN { printf "one process %.1f s, spark %.1f s with its start\n", b - a, c - b }'
