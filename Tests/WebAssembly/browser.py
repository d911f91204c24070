"""Goes through the page of 'oomsim playground' in a real browser.

    pip install playwright
    python Tests/WebAssembly/browser.py playground.html [CHROMIUM] [DIRECTORY FOR SCREENSHOTS]

Picks a story, edits it, drags a value, guesses, pastes a log, shares a link and opens it again; at three widths, in light and
dark. Fails where the page asks for anything on the network, logs an error, overflows sideways, or shows another victim than
the engine names.
"""

import pathlib
import sys
import time

from playwright.sync_api import sync_playwright

page_path = pathlib.Path(sys.argv[1]).resolve()
chromium = sys.argv[2] if len(sys.argv) > 2 else "/usr/bin/chromium"
shots = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
root = pathlib.Path(__file__).resolve().parents[2]
log = (root / "Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt").read_text()
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL:", what)


def wait(page, expression, seconds=60):
    """The page's policy forbids to evaluate text, which the library's own waiting does."""
    for _ in range(seconds * 20):
        if page.evaluate(expression):
            return
        time.sleep(0.05)
    raise SystemExit("waited in vain for " + expression)


def story(page, name):
    page.select_option("#story", label=name)


def visit(browser, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(page_path.as_uri())
    wait(page, "document.getElementById('status').textContent.startsWith('Ready')")
    where = f"{width} px, {scheme}"
    print(where, page.inner_text("#status"))

    story(page, "agent-minus-500")
    expect("app (1005) is killed at 22h54m6" in page.inner_text("#headline"), f"{where}: the story's victim")
    before = page.inner_text("#digest")

    # A drag of oom_score_adj changes the victim, and the text when it ends.
    slider = page.locator("input[aria-label='oom_score_adj of agent (1004)']")
    slider.evaluate("e => { e.value = -200; e.dispatchEvent(new Event('input')) }")
    expect("agent (1004) is killed" in page.inner_text("#headline"), f"{where}: the victim while dragging")
    page.locator("input[aria-label='oom_score_adj of agent (1004)']").evaluate("e => e.dispatchEvent(new Event('change'))")
    expect('"oom_score_adj": -200' in page.input_value("#text"), f"{where}: the drag is in the text")
    expect(page.inner_text("#digest") != before, f"{where}: another digest")

    # A mistake is told with its place, and the last answer stays.
    page.fill("#text", page.input_value("#text").replace('"memory"', '"memry"'))
    page.wait_for_selector("#mistakes li")
    expect("unknown key 'memry'; did you mean 'memory'?" in page.inner_text("#mistakes"), f"{where}: the mistake")
    expect("memry" in "".join(page.locator("#backdrop mark").all_inner_texts()), f"{where}: the mistake is underlined")
    page.fill("#text", page.input_value("#text").replace('"memry"', '"memory"'))
    page.wait_for_selector("#mistakes", state="hidden")

    page.wait_for_selector("#options button")
    expect("processes.agent.oom_score_adj" in page.inner_text("#options"), f"{where}: what now")

    # Shared and opened again.
    page.click("#link")
    wait(page, "location.hash.length > 10")
    text, address = page.input_value("#text"), page.evaluate("location.href")
    again = context.new_page()
    again.goto(address)
    wait(again, "document.getElementById('status').textContent.startsWith('Ready')")
    wait(again, "document.getElementById('digest').textContent.length > 0")
    expect(again.input_value("#text") == text, f"{where}: the shared state")
    again.close()

    # Guess first.
    page.check("#guess")
    story(page, "memory-leak-vps")
    expect(page.is_hidden("#answer"), f"{where}: nothing is told before the guess")
    page.click("#guesses button:has-text('mysqld')")
    expect("Not mysqld: worker" in page.inner_text("#verdict"), f"{where}: the verdict on a guess")
    page.uncheck("#guess")

    page.click("#tab-log")
    page.fill("#log", log)
    page.wait_for_selector("#reports button")
    expect("Memory cgroup out of memory: killed process 78 (X)" in page.inner_text("#autopsy"), f"{where}: the log")
    page.click("#reports button")
    wait(page, "document.getElementById('headline').textContent.includes('X (78)')")
    page.click("#releases summary")
    page.wait_for_selector("#sides button")

    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    expect(wide <= 0, f"{where}: {wide} px too wide")
    expect(errors == [], f"{where}: {errors}")
    expect(all(u.startswith(("file:", "blob:", "data:")) for u in asked), f"{where}: asks for {asked}")
    if shots:
        page.screenshot(path=str(shots / f"playground-{width}-{scheme}.png"), full_page=True)
    context.close()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    for width in (360, 800, 1600):
        for scheme in ("light", "dark"):
            visit(browser, width, scheme)
    browser.close()
print("failures:", len(failures))
sys.exit(1 if failures else 0)
