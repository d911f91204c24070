internal import OOMFormats
internal import OOMSimulator

/// One page that runs the engine itself: no server, no network.
package struct PlaygroundPage {
  /// A scenario to begin with.
  package struct Story: Sendable {
    package var name: String
    package var chapter: String
    package var teaches: String
    /// As it is in its file.
    package var text: String

    package init(name: String, chapter: String, teaches: String, text: String) {
      self.name = name
      self.chapter = chapter
      self.teaches = teaches
      self.text = text
    }
  }

  let module: [UInt8]
  let stories: [Story]

  /// - Parameter module: the engine as WebAssembly, packed by gzip.
  package init(module: [UInt8], stories: [Story]) {
    self.module = module
    self.stories = stories
  }

  /// 85 digits, none of which means anything in a page or in a script.
  static let alphabet = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%()*+,-./:;=?@[]^_{|".utf8)

  /// Five digits for four bytes, zeros behind the end.
  static func digits(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 3) / 4 * 5)
    for begin in stride(from: 0, to: bytes.count, by: 4) {
      var word: UInt32 = 0
      for place in begin..<begin + 4 {
        word = word << 8 | (place < bytes.count ? UInt32(bytes[place]) : 0)
      }
      var digits: [UInt8] = [0, 0, 0, 0, 0]
      for place in digits.indices.reversed() {
        digits[place] = alphabet[Int(word % 85)]
        word /= 85
      }
      text += digits
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The stories as JSON in which nothing ends a script.
  private var storiesText: String {
    var writer = JSONWriter()
    writer.array { writer in
      for story in stories {
        writer.object(inline: true) {
          $0.field("name", story.name)
          $0.field("chapter", story.chapter)
          $0.field("teaches", story.teaches)
          $0.field("text", story.text)
        }
      }
    }
    writer.finish()
    return replacing("<", with: "\\u003c", in: String(decoding: writer.bytes, as: UTF8.self))
  }

  /// The releases that somebody may ask for: those at which any rule changes.
  private var releases: String {
    RulesByRelease.boundaries.reversed().map { "<option>\($0)</option>" }.joined()
  }

  /// The whole page, the same bytes for the same module and stories.
  package var html: String {
    Self.head + body
      + "<script type=\"text/plain\" id=\"alphabet\">\(String(decoding: Self.alphabet, as: UTF8.self))</script>\n"
      + "<script type=\"application/json\" id=\"stories\">\(storiesText)</script>\n"
      + "<script type=\"text/plain\" id=\"module\" data-count=\"\(module.count)\">\(Self.digits(of: module))</script>\n"
      + "<script>\(PlaygroundEngine.script)\n\(PlaygroundScript.text)</script>\n</body>\n</html>\n"
  }

  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' \
    'wasm-unsafe-eval'; style-src 'unsafe-inline'; connect-src blob: data:">
    <title>oomsim playground</title>
    <style>
    \(PageStyle.text)
    \(style)
    </style>
    </head>
    <body>

    """

  private static let style = """
    body{max-width:100rem}
    .two{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:1rem;align-items:start}
    @media(max-width:60rem){.two{grid-template-columns:minmax(0,1fr)}}
    .tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.5rem 0}
    button,select,input[type=file]{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--rule);\
    border-radius:.3rem;padding:.2rem .6rem;max-width:100%}
    button[aria-pressed=true]{border-color:var(--link);font-weight:700}
    .editor{position:relative;height:24rem}
    .editor textarea,.editor pre,#log{position:absolute;inset:0;width:100%;height:100%;margin:0;padding:.5rem;\
    font:13px/1.45 ui-monospace,monospace;white-space:pre;overflow:auto;border:1px solid var(--rule);tab-size:2}
    .editor pre{color:transparent;background:var(--panel);overflow:hidden}
    .editor mark{background:none;color:transparent;border-bottom:2px solid var(--kill)}
    .editor textarea{background:transparent;color:var(--ink);resize:none}
    #log{position:static;height:14rem;background:var(--panel);color:var(--ink)}
    #mistakes{list-style:none;padding:0}#mistakes button{text-align:left;border-color:var(--kill);margin:.15rem 0}
    #headline{font-size:1.2rem;border-left:4px solid var(--kernel);padding-left:.75rem}
    #headline.bad{border-color:var(--kill)}.stale{opacity:.55}
    .tools label{max-width:100%}input[type=file]{min-width:0;flex:1 1 8rem}
    label{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap}
    input[type=range]{flex:1 1 8rem;min-width:6rem;accent-color:var(--link)}
    td input[type=range]{width:8rem}output{font-variant-numeric:tabular-nums;min-width:4rem}
    svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font:11px system-ui,sans-serif}
    .grid{stroke:var(--rule);stroke-width:.5}.limit{stroke:var(--limit);stroke-dasharray:6 3}
    .kill{stroke:var(--kill);stroke-width:1.5}.line{fill:none;stroke-width:1.8}
    .s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}.s4{stroke:var(--s4)}
    .s5{stroke:var(--s5)}.s6{stroke:var(--s6)}.s7{stroke:var(--s7)}.s8{stroke:var(--s8)}
    rect.f{stroke:none}rect.s1{fill:var(--s1)}rect.s2{fill:var(--s2)}rect.s3{fill:var(--s3)}rect.s4{fill:var(--s4)}
    rect.s5{fill:var(--s5)}rect.s6{fill:var(--s6)}rect.s7{fill:var(--s7)}rect.s8{fill:var(--s8)}rect.none{fill:var(--panel)}
    #legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;font-size:.85rem}
    #legend li::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.35em;background:currentColor}
    #legend .s1::before{background:var(--s1)}#legend .s2::before{background:var(--s2)}\
    #legend .s3::before{background:var(--s3)}#legend .s4::before{background:var(--s4)}\
    #legend .s5::before{background:var(--s5)}#legend .s6::before{background:var(--s6)}\
    #legend .s7::before{background:var(--s7)}#legend .s8::before{background:var(--s8)}
    #options li,#sides li,#reports li{margin:.2rem 0}
    @media(forced-colors:none){mark{forced-color-adjust:none}}
    """

  private var body: String {
    """
    <a class="skip" href="#answer">Skip to the answer</a>
    <header><h1>oomsim playground</h1>
    <p class="soft">Which process the Linux kernel kills when memory runs out. The engine runs in this page; nothing leaves it. \
    <span id="status" role="status">Starting…</span></p></header>
    <section aria-label="Stories and files"><div class="tools"><label>Story <select id="story"></select></label>
    <label><input type="checkbox" id="guess"> let me guess first</label>
    <label>Open <input type="file" id="file" accept=".json,.txt,.log,text/plain,application/json"></label>
    <button type="button" id="save">Save as JSON</button><button type="button" id="link">Copy a link</button></div>
    <p id="teaches" class="soft"></p></section>
    <main class="two">
    <section aria-label="Input">
    <div class="tools" role="group" aria-label="Kind of input">
    <button type="button" id="tab-scenario" aria-pressed="true">Scenario</button>
    <button type="button" id="tab-log" aria-pressed="false">Kernel log</button></div>
    <div id="scenario-pane">
    <label>Kernel <select id="kernel"><option value="">as the scenario says</option>\(releases)</select></label>
    <label>Memory <input type="range" id="memory" min="1" max="2" step="1"> <output id="memory-out"></output></label>
    <label>Swap <input type="range" id="swap" min="0" max="1" step="1"> <output id="swap-out"></output></label>
    <label>vm.overcommit_memory <select id="mode"><option value="0">0: heuristic</option>\
    <option value="1">1: always</option><option value="2">2: never more than CommitLimit</option></select></label>
    <div id="groups"></div>
    <div class="editor"><pre id="backdrop" aria-hidden="true"></pre>
    <textarea id="text" aria-label="The scenario as JSON" aria-describedby="mistakes" spellcheck="false" autocapitalize="off" \
    autocomplete="off" wrap="off"></textarea></div>
    <ul id="mistakes" aria-live="polite" hidden></ul></div>
    <div id="log-pane" hidden><textarea id="log" aria-label="A kernel log with an OOM report" spellcheck="false" wrap="off" \
    placeholder="Paste what dmesg or journalctl -k prints"></textarea>
    <ul id="reports"></ul><pre id="autopsy" tabindex="0" aria-label="What the log says"></pre></div>
    </section>
    <section aria-label="Answer">
    <div id="question" hidden><h2>Which process dies first?</h2><div id="guesses" class="tools"></div></div>
    <div id="answer" tabindex="-1"><p id="verdict" aria-live="polite"></p><p id="headline" aria-live="polite"></p>
    <p class="soft" id="digest"></p>
    <div class="tools"><button type="button" id="pin">Keep this as A</button>
    <span id="pinned" hidden><span id="before"></span>; <span id="after"></span>; <strong id="differs"></strong> \
    <button type="button" id="unpin">Drop A</button></span></div>
    <pre id="report" tabindex="0" aria-label="The run as text"></pre>
    <h2>What now</h2><ul id="options"></ul>
    <details id="steps"><summary>Step by step, as the kernel went through it</summary>\
    <pre id="lesson" tabindex="0" aria-label="The decision step by step"></pre></details>
    <details id="releases"><summary>By release</summary><ul id="sides"></ul></details></div>
    <h2>Memory over time</h2>
    <svg id="plot" viewBox="0 0 720 220" role="img" aria-label="Memory of the largest processes over time"></svg>
    <svg id="strip" viewBox="0 0 720 10" role="img" aria-label="The process that would be killed at each moment"></svg>
    <ul id="legend"></ul>
    <label>Moment <input type="range" id="at" min="0" max="1" step="1"> <output id="when"></output></label>
    <div class="scroll"><table><caption>Candidates at this moment, those with most points first</caption>
    <thead><tr><th scope="col">process</th><th scope="col" class="n">points</th><th scope="col" class="n">oom_score</th>\
    <th scope="col">oom_score_adj</th></tr></thead><tbody id="candidates"></tbody></table></div>
    </section></main>

    """
  }
}
