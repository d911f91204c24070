"""Goes through the page of 'oomsim playground' in a real browser: see README.md beside this file.

    python Tests/Pages/playground.py PLAYGROUND.html [--chromium CHROMIUM] [--shots DIRECTORY] [--no-speed]
"""

import argparse
import io
import pathlib
import sys

from pypdf import PdfReader

from checks import ROOT, SCHEMES, WIDTHS, Watched, chromium, expect, failures, wait

LOG = (ROOT / "Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt").read_text()
PODS = (ROOT / "Tests/Data/k8s/node-pods.json").read_text()
READY = "document.getElementById('status').textContent.startsWith('Ready')"

# Milliseconds of the median of 15 drags of one value, each from the event to the answer in the page.
DRAG = """async () => {
  commit();
  const took = [];
  for (let i = 0; i < 15; i++) {
    const slider = document.getElementById("memory");
    slider.value = Number(slider.value) - 1;
    const begin = performance.now();
    override("machine.memory", slider.value + "M");
    cancelAnimationFrame(frame); frame = 0;
    refresh(true);
    took.push(performance.now() - begin);
  }
  commit();
  return took.sort((a, b) => a - b)[7];
}"""


def story(page, name):
    page.select_option("#story", label=name)


def drag(page, selector, value):
    page.locator(selector).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)
    wait(page, "frame === 0")


def drop(page, selector):
    page.locator(selector).evaluate("e => e.dispatchEvent(new Event('change'))")


def visit(browser, path, width, scheme, shots):
    visit = Watched(browser, path, width, scheme)
    page = visit.page
    wait(page, READY)
    where = f"{width} px, {scheme}"

    def look(what):
        visit.layout(f"{where}, {what}")
        visit.accessible(f"{where}, {what}")
        if shots:
            page.screenshot(path=str(shots / f"playground-{what}-{width}-{scheme}.png"), full_page=True)

    story(page, "agent-minus-500")
    expect("app (1005) is killed at 22h54m6" in page.inner_text("#headline"), f"{where}: the story's victim")
    before = page.inner_text("#digest")
    parts = page.locator("#strip li").all_inner_texts()
    expect("app" in parts and "agent" in parts, f"{where}: the strip has {parts}")

    # A drag of oom_score_adj changes the victim at once, and the text when it ends.
    slider = "input[aria-label='oom_score_adj of agent (1004)']"
    drag(page, slider, -200)
    expect("agent (1004) is killed" in page.inner_text("#headline"), f"{where}: the victim while dragging")
    drop(page, slider)
    expect('"oom_score_adj": -200' in page.input_value("#text"), f"{where}: the drag is in the text")
    expect(page.inner_text("#digest") != before, f"{where}: another digest")

    # A mistake is told with its place, and the last answer stays.
    page.fill("#text", page.input_value("#text").replace('"memory"', '"memry"'))
    page.wait_for_selector("#mistakes li")
    expect("unknown key 'memry'; did you mean 'memory'?" in page.inner_text("#mistakes"), f"{where}: the mistake")
    expect("memry" in "".join(page.locator("#backdrop mark").all_inner_texts()), f"{where}: the mistake is underlined")
    look("mistake")
    page.fill("#text", page.input_value("#text").replace('"memry"', '"memory"'))
    page.wait_for_selector("#mistakes", state="hidden")

    # Another killer, by its control.
    page.select_option("#killer", "earlyoom")
    expect(page.evaluate("parsed().killers[0].kind") == "earlyoom", f"{where}: earlyoom is in the text")
    expect("earlyoom" in page.inner_text("#headline"), f"{where}: earlyoom kills")
    page.select_option("#killer", "")
    expect(page.evaluate("parsed().killers") is None, f"{where}: no killer is in the text")

    # Keys are completed with the keyboard, as the field table has them.
    page.evaluate("""() => { const t = document.getElementById("text");
      const at = t.value.indexOf('"machine": {') + 12; t.focus(); t.setSelectionRange(at, at); }""")
    page.keyboard.type(' "swap')
    page.wait_for_selector("#keys li")
    expect(any(k.startswith("swap") for k in page.locator("#keys li").all_inner_texts()), f"{where}: keys to complete")
    visit.accessible(f"{where}, completion")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type('"16M",')
    wait(page, "document.getElementById('mistakes').hidden && run.digest")
    expect(page.evaluate("parsed().machine.swap") == "16M", f"{where}: the completed key is in the text")

    page.wait_for_selector("#options button")
    expect("oom_score_adj" in page.inner_text("#options"), f"{where}: what now")
    look("story")

    # Shared and opened again.
    page.click("#link")
    wait(page, "location.hash.length > 10")
    text, address = page.input_value("#text"), page.evaluate("location.href")
    again = visit.context.new_page()
    again.goto(address)
    wait(again, READY)
    expect(again.input_value("#text") == text, f"{where}: the shared state")
    again.reload()
    wait(again, READY)
    expect(again.input_value("#text") == text, f"{where}: the shared state after a reload")
    again.close()

    # Guess first.
    page.check("#guess")
    story(page, "memory-leak-vps")
    expect(page.is_hidden("#answer"), f"{where}: nothing is told before the guess")
    expect(page.locator(".kill").count() == 0 and page.is_hidden("#over-time"), f"{where}: the picture tells it")
    page.click("#guesses button:has-text('mysqld')")
    expect("Not mysqld: worker" in page.inner_text("#verdict"), f"{where}: the verdict on a guess")
    page.uncheck("#guess")

    page.click("#tab-quiz")
    look("quiz")
    page.locator("#quiz-question .tools button").first.click()
    expect("of 1 right" in page.inner_text("#quiz-score"), f"{where}: the quiz counts")
    victim = page.evaluate("course.quiz[0].choices[course.quiz[0].right][0]")
    page.click("text=See this world run")
    expect(page.inner_text("#headline").startswith(victim if victim != "nobody" else "Nobody"), f"{where}: the quiz's world")

    # Each myth's button shows what proves it: without a mistake.
    page.click("#tab-myths")
    for place in range(page.evaluate("course.myths.length")):
        page.evaluate("n => { const d = document.getElementById('myth-list').children[n]; d.open = true; "
                      "d.querySelector('button').click(); }", place)
        note = page.evaluate("n => document.getElementById('myth-list').children[n].lastChild.textContent", place)
        expect(note.startswith("Beside this now: ") and page.evaluate("run !== null"), f"{where}: myth {place}: {note}")
        # One is shown by what is wrong with a setting.
        is_refused = "memory.oom_control=1" in note
        expect(page.is_hidden("#mistakes") != is_refused or is_refused, f"{where}: myth {place} has a mistake: {note}")
    look("myths")

    page.click("#tab-log")
    page.fill("#log", LOG)
    page.wait_for_selector("#reports button")
    expect("Memory cgroup out of memory: killed process 78 (X)" in page.inner_text("#autopsy"), f"{where}: the log")
    look("log")
    page.click("#reports button")
    wait(page, "document.getElementById('headline').textContent.includes('X (78)')")
    page.click("#releases summary")
    page.wait_for_selector("#sides button")
    page.click("#tab-log")
    page.fill("#log", PODS)
    page.wait_for_selector("text=the pods as a scenario")
    expect(page.evaluate("parsed().cgroups !== undefined"), f"{where}: pods as a scenario")
    page.evaluate("for (const e of document.querySelectorAll('details')) e.open = true")
    look("pods")
    visit.close(where)


def speed(browser, path):
    """Figures of this machine: the page is to be ready in a second, to answer 30 processes in a frame and all in 100 ms."""
    visit = Watched(browser, path, 1600)
    page = visit.page
    wait(page, READY)
    print("speed:", page.inner_text("#status"))
    page.evaluate("""() => { take(JSON.stringify({machine:{memory:"8G"},processes:Array.from({length:30},(_,i)=>
      ({name:"p"+i,anon:100+i+"M"})),events:[{at:"10s",grow:{process:"p3",anon:"6G",over:"10m"}}]}), "thirty"); }""")
    print(f"speed: a drag in a story of 30 processes takes {page.evaluate(DRAG):.1f} ms")
    slowest = []
    for name in page.evaluate("stories.map(s => s.name)"):
        story(page, name)
        slowest.append((page.evaluate(DRAG), name))
    slowest.sort(reverse=True)
    for took, name in slowest[:4]:
        print(f"speed: {name}: {took:.1f} ms")
    visit.close("speed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    browser = chromium(options.chromium)
    for width in WIDTHS:
        for scheme in SCHEMES:
            visit(browser, options.page, width, scheme, options.shots)
    printed = Watched(browser, options.page, 800)
    wait(printed.page, READY)
    sheet = printed.page.pdf(format="A4")
    print("printed:", len(PdfReader(io.BytesIO(sheet)).pages), "pages of A4")
    if options.shots:
        (options.shots / "playground.pdf").write_bytes(sheet)
    printed.close("printed")
    if not options.no_speed:
        speed(browser, options.page)
    browser.close()
    print(pathlib.Path(options.page).stat().st_size, "bytes; failures:", len(failures))
    sys.exit(1 if failures else 0)


main()
