"""Makes pages of 'oomsim report' and goes through them in a real browser: see README.md beside this file.

    python Tests/Pages/report.py [--program PROGRAM] [--chromium CHROMIUM] [--shots DIRECTORY] [NAME...]
"""

import argparse
import io
import json
import pathlib
import subprocess
import sys
import tempfile

from pypdf import PdfReader

from checks import HEIGHT, ROOT, SCHEMES, WIDTHS, Watched, chromium, expect, failures, wait

STORIES = [
    "global/electron-adj", "global/memory-leak-vps", "protection/agent-minus-500", "fork/fork-bomb", "kubernetes/k8s-qos-trio",
    "memcg/db-container-with-limit", "overcommit/redis-bgsave-mode2", "numa/numa-membind", "ai/api-kv-cache-overnight",
    "old/raspberry-pi-668", "userspace/earlyoom-tab", "global/panic-on-oom", "restart/systemd-restart-loop",
    "global/many-small-vs-one-large",
]
LOGS = ["g01-largest-rss-qemu-6.12", "m03-leaf-before-parent-qemu-6.1", "m05b-group-parent-qemu-6.12"]
# Those that are printed in at most four pages, and at most so many windows of 360 × 800 high.
ORDINARY = ["memory-leak-vps", "agent-minus-500", "redis-bgsave-mode2", "numa-membind", "db-container-with-limit"]
SCREENS = {"electron-adj": 12}
MOST_BYTES = 500_000


def many():
    """10⁵ processes of 200 names, in eight groups."""
    return {
        "title": "A hundred thousand processes", "machine": {"memory": "64G", "swap": "2G"},
        "cgroups": {f"/slice{n}": {"memory.max": "10G"} for n in range(8)},
        "processes": [{"name": f"worker-{n}", "count": 500, "anon": f"{300 + n % 97}k", "cgroup": f"/slice{n % 8}"}
                      for n in range(200)],
        "events": [{"at": "5s", "grow": {"process": "worker-7-1", "anon": "40G", "over": "300s"}},
                   {"at": "10s", "grow": {"process": "worker-8-1", "anon": "40G", "over": "600s"}}],
    }


def make(program, folder, wanted):
    made = []
    inputs = [(pathlib.Path(s).name, ROOT / f"Scenarios/{s}.json") for s in STORIES]
    inputs += [(f"log-{n[:4].strip('-')}", ROOT / f"Tests/Data/logs/{n}.txt") for n in LOGS]
    large = folder / "many.json"
    large.write_text(json.dumps(many()))
    inputs.append(("many", large))
    for name, path in inputs:
        if wanted and name not in wanted:
            continue
        page = folder / f"{name}.html"
        given = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        subprocess.run([program, "report", str(given), "-o", str(page)], check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
        made.append((name, page))
    return made


def look(browser, name, path, shots):
    for width in WIDTHS:
        for scheme in SCHEMES:
            where = f"{name}, {width} px, {scheme}"
            visit = Watched(browser, str(path), width, scheme)
            page = visit.page
            visit.layout(where)
            high = page.evaluate("document.documentElement.scrollHeight") / HEIGHT
            if width == 360 and scheme == "light":
                print(f"{name}: {path.stat().st_size} bytes, {high:.1f} windows of 360 × {HEIGHT}", flush=True)
                expect(high <= SCREENS.get(name, 1000), f"{where}: {high:.1f} windows high")
            if shots:
                page.screenshot(path=str(shots / f"{name}-{width}-{scheme}.png"), full_page=True)
            # The slider at both ends, and everything that folds unfolded.
            page.evaluate("""() => {
              for (const e of document.querySelectorAll("details")) e.open = true;
              const slider = document.getElementById("when");
              if (slider) { slider.value = slider.max; slider.dispatchEvent(new Event("input")); }
            }""")
            visit.layout(where + ", unfolded")
            visit.accessible(where)
            visit.close(where)
    visit = Watched(browser, str(path), 800)
    visit.page.emulate_media(media="print")
    visit.layout(f"{name}, printed")
    visit.page.emulate_media(media=None)
    sheet = visit.page.pdf(format="A4")
    count = len(PdfReader(io.BytesIO(sheet)).pages)
    print(f"{name}: {count} pages of A4", flush=True)
    expect(name not in ORDINARY or count <= 4, f"{name}: {count} pages of A4")
    if shots:
        (shots / f"{name}.pdf").write_bytes(sheet)
    visit.close(f"{name}, printed")
    # Without script nothing is missing but what moves.
    visit = Watched(browser, str(path), 800, java_script_enabled=False)
    expect("Memory over time" in visit.page.inner_text("body"), f"{name}: nothing without script")
    visit.close(f"{name}, without script")
    expect(path.stat().st_size < MOST_BYTES, f"{name}: {path.stat().st_size} bytes")


def try_live(browser, program, module, folder, shots):
    """The page with the engine in it: what is set there is answered by a replay, as 'run --set' does."""
    path = folder / "live.html"
    subprocess.run([program, "report", "Scenarios/protection/agent-minus-500.json", "--live", "--module", module, "-o", str(path)],
                   check=True, cwd=ROOT)
    for width in WIDTHS:
        where = f"live, {width} px"
        visit = Watched(browser, str(path), width)
        page = visit.page
        wait(page, "!document.getElementById('live-tool').hidden")
        expect("app (1005) is killed at 22h54m6s" in page.inner_text("#live-says"), f"{where}: the run as it is")
        page.locator("label:has-text('oom_score_adj of agent') input").evaluate(
            "e => { e.value = -200; e.dispatchEvent(new Event('input')); }")
        wait(page, "document.getElementById('live-says').textContent.startsWith('agent (1004)')")
        page.click("#live-back")
        page.fill("#live-set", "machine.memory=16G")
        wait(page, "document.getElementById('live-says').textContent.startsWith('Nobody')")
        page.fill("#live-set", "machine.memry=16G")
        wait(page, "document.getElementById('live-says').textContent.includes('did you mean')")
        visit.layout(where)
        visit.accessible(where)
        if shots:
            page.screenshot(path=str(shots / f"live-{width}.png"), full_page=True)
        visit.close(where)
    print(f"live: {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / ".build/release/oomsim"), type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("--module", type=lambda p: str(pathlib.Path(p).resolve()), help="oomsim.packed: checks 'report --live', too")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a story; all without one")
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = make(options.program, pathlib.Path(folder), options.names)
        browser = chromium(options.chromium)
        for name, path in made:
            look(browser, name, path, options.shots)
        if options.module:
            try_live(browser, options.program, options.module, pathlib.Path(folder), options.shots)
        browser.close()
    print(f"{len(made)} pages, {len(failures)} failures")
    sys.exit(1 if failures else 0)


main()
