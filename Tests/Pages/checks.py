"""What is asked of any page, in a real browser: see README.md beside this file."""

import importlib.util
import pathlib
import time

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTHS = (360, 800, 1600)
SCHEMES = ("light", "dark")
HEIGHT = 800

# Found by name, so that the package need not be imported: only its copy of axe-core is wanted.
AXE = pathlib.Path(importlib.util.find_spec("axe_playwright_python").origin).with_name("axe.min.js").read_text()

# Text that is drawn over other text, text that is cut off, and what is wider than the window. A line's box is higher than its
# letters: a fifth of it is taken away above and below.
LAYOUT = r"""() => {
  const told = e => {
    for (; e && !e.id && e.parentElement && !e.className; e = e.parentElement);
    const kind = typeof e.className === "string" ? e.className : e.className?.baseVal;
    return e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (kind ? "." + kind.trim().replace(/ +/g, ".") : "");
  };
  const found = [], boxes = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`the page is ${wide} px wider than the window`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const says = node.data.trim(), parent = node.parentElement;
    if (!says || /^(SCRIPT|STYLE|OPTION|TITLE|DESC|TEXTAREA)$/i.test(parent.tagName)) continue;
    const style = getComputedStyle(parent);
    if (!parent.checkVisibility() || style.visibility !== "visible" || style.color === "rgba(0, 0, 0, 0)") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    let clip = { left: 0, top: -1e9, right: innerWidth, bottom: 1e9 };
    let scrolls = false;
    for (let e = parent; e && e !== document.body; e = e.parentElement) {
      const s = getComputedStyle(e);
      if (s.overflowX === "visible") continue;
      const box = e.getBoundingClientRect();
      // What ends in an ellipsis says so itself.
      if (s.overflowX === "auto" || s.overflowX === "scroll" || s.textOverflow === "ellipsis") scrolls = true;
      clip = { left: Math.max(clip.left, box.left), right: Math.min(clip.right, box.right),
               top: Math.max(clip.top, box.top), bottom: Math.min(clip.bottom, box.bottom) };
    }
    for (const r of range.getClientRects()) {
      // What is out of sight to the left is for those who tab or listen.
      if (r.width < 1 || r.height < 1 || r.right < 0) continue;
      if (!scrolls && (r.right > clip.right + 1 || r.left < clip.left - 1))
        found.push(`cut off: "${says.slice(0, 40)}" in ${told(parent)}`);
      const left = Math.max(r.left, clip.left), right = Math.min(r.right, clip.right);
      const top = Math.max(r.top + r.height / 5, clip.top), bottom = Math.min(r.bottom - r.height / 5, clip.bottom);
      if (right - left > 1 && bottom - top > 1) boxes.push({ left, right, top, bottom, node, says, parent });
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  for (let i = 0; i < boxes.length && found.length < 12; i++)
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom - 1; j++) {
      const a = boxes[i], b = boxes[j];
      if (a.node === b.node || Math.min(a.right, b.right) - Math.max(a.left, b.left) <= 1) continue;
      found.push(`"${a.says.slice(0, 30)}" in ${told(a.parent)} overlaps "${b.says.slice(0, 30)}" in ${told(b.parent)}`);
    }
  return [...new Set(found)].slice(0, 12);
}"""

AXE_RUN = """async () => {
  const result = await axe.run(document, { resultTypes: ["violations"] });
  return result.violations.map(v => `axe ${v.id}: ${v.help} (${v.nodes.length}), ` +
    v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(", "));
}"""

failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL:", what, flush=True)


def wait(page, expression, seconds=60):
    """The page's policy forbids to evaluate text, which the library's own waiting does."""
    for _ in range(seconds * 50):
        if page.evaluate(expression):
            return
        time.sleep(0.02)
    raise SystemExit("waited in vain for " + expression)


class Watched:
    """A page of its own context; what it asks for and what it says is kept."""

    def __init__(self, browser, path, width, scheme="light", **more):
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, device_scale_factor=more.pop("scale", 1), **more)
        self.requests, self.messages = [], []
        self.context.on("page", self._watch)
        self.page = self.context.new_page()
        self.url = pathlib.Path(path).resolve().as_uri()
        self.page.goto(self.url)

    def _watch(self, page):
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", lambda m: self.messages.append(m.text))
        page.on("pageerror", lambda e: self.messages.append(str(e)))

    def layout(self, where):
        for line in self.page.evaluate(LAYOUT):
            expect(False, f"{where}: {line}")

    def accessible(self, where):
        self.page.evaluate("() => document.documentElement.scrollTo(0, 0)")
        # By the protocol, not as an element: the page's own policy stays in force.
        if not self.page.evaluate("() => typeof axe !== 'undefined'"):
            self.page.evaluate(AXE)
        for line in self.page.evaluate(AXE_RUN):
            expect(False, f"{where}: {line}")

    def close(self, where):
        asked = [u for u in self.requests if u.split("#")[0] != self.url and not u.startswith(("data:", "blob:"))]
        expect(not asked, f"{where}: asks for {asked[:3]}")
        expect(not self.messages, f"{where}: says {self.messages[:3]}")
        self.context.close()


def chromium(path):
    """The browser that the distribution packages; Playwright's own need not be downloaded."""
    playwright = sync_playwright().start()
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
