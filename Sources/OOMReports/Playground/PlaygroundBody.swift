internal import OOMSimulator

extension PlaygroundPage {
  /// The releases that somebody may ask for: those at which any rule changes.
  private var releases: String {
    RulesByRelease.boundaries.reversed().map { "<option>\($0)</option>" }.joined()
  }

  static let style = """
    body{max-width:100rem}
    .two{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:1.5rem;align-items:start}
    @media(max-width:60rem){.two{grid-template-columns:minmax(0,1fr)}}
    .tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.5rem 0}
    button,select,input[type=file]{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--rule);\
    border-radius:.3rem;padding:.2rem .6rem;max-width:100%;overflow-wrap:anywhere}
    button{cursor:pointer}button[aria-pressed=true]{border-color:var(--link);box-shadow:inset 0 0 0 1px var(--link);font-weight:700}
    .editor{position:relative;height:24rem}
    .editor textarea,.editor pre,#log{position:absolute;inset:0;width:100%;height:100%;margin:0;padding:.5rem;\
    font:13px/1.45 ui-monospace,monospace;white-space:pre;overflow:auto;border:1px solid var(--rule);tab-size:2}
    .editor pre{color:transparent;background:var(--panel);overflow:hidden}
    .editor mark{background:none;color:transparent;border-bottom:2px solid var(--kill)}
    .editor textarea{background:transparent;color:var(--ink);resize:none}
    #log{position:static;height:14rem;background:var(--panel);color:var(--ink)}
    #keys{list-style:none;margin:.25rem 0;padding:0;border:1px solid var(--rule);max-height:14rem;overflow:auto;font-size:.85rem}
    #keys li{padding:.25rem .5rem;cursor:pointer}#keys li[aria-selected=true]{background:var(--panel);outline:2px solid var(--link);\
    outline-offset:-2px}
    #hint{min-height:1.5em;margin:.25rem 0}
    #mistakes{list-style:none;padding:0}#mistakes button{text-align:left;border-color:var(--kill);margin:.15rem 0}
    #headline{font-size:1.2rem;border-left:4px solid var(--cache);padding-left:.75rem}
    #headline.bad{border-color:var(--kill)}.stale{border:2px dotted var(--rule);padding:.5rem}\
    .stale::before{content:"Of the text before the mistake:";color:var(--soft)}
    .tools label{max-width:100%}input[type=file]{min-width:0;flex:1 1 8rem}
    label{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap;margin:.2rem 0}label[hidden]{display:none}
    input[type=range]{flex:1 1 8rem;min-width:6rem;accent-color:var(--link)}
    .adj{white-space:nowrap}td input[type=range]{width:8rem;vertical-align:middle}
    output{font-variant-numeric:tabular-nums;min-width:4rem;display:inline-block}
    #plot{width:100%;height:auto;display:block}#plot text{fill:var(--soft);font:12px system-ui,sans-serif}
    .strip{margin:0 10px 0 64px}#strip-says{margin:.25rem 0;font-size:.85rem}
    #options li,#sides li,#reports li{margin:.2rem 0}
    @media(forced-colors:none){mark{forced-color-adjust:none}}
    @media print{.two{display:block}#scenario-pane .editor,.tools,#keys,#hint,input,#took{display:none}pre{white-space:pre-wrap}}
    """

  var body: String {
    """
    <a class="skip" href="#answer">Skip to the answer</a>
    <header><h1>oomsim playground</h1>
    <p class="soft">Which process the Linux kernel kills when memory runs out. The engine runs in this page; nothing leaves it. \
    <span id="status" role="status">Starting…</span></p></header>
    <section aria-label="Stories and files"><div class="tools"><label>Story <select id="story"></select></label>
    <label><input type="checkbox" id="guess"> let me guess first</label>
    <label>Open <input type="file" id="file" accept=".json,.txt,.log,text/plain,application/json"></label>
    <button type="button" id="save">Save as JSON</button><button type="button" id="link">Copy a link</button>\
    <button type="button" id="print">Print</button></div>
    <p id="teaches" class="soft"></p></section>
    <main class="two">
    <section aria-label="Input">
    <div class="tools" role="group" aria-label="Kind of input">
    <button type="button" id="tab-scenario" aria-pressed="true">Scenario</button>
    <button type="button" id="tab-log" aria-pressed="false">Log or pods</button>
    <button type="button" id="tab-quiz" aria-pressed="false">Quiz</button>
    <button type="button" id="tab-myths" aria-pressed="false">Myths</button></div>
    <div id="scenario-pane">
    <label>Kernel <select id="kernel"><option value="">as the scenario says</option>\(releases)</select></label>
    <label>Memory <input type="range" id="memory" min="1" max="2" step="1"> <output id="memory-out"></output></label>
    <label>Swap <input type="range" id="swap" min="0" max="1" step="1"> <output id="swap-out"></output></label>
    <label>vm.overcommit_memory <select id="mode"><option value="0">0: heuristic</option>\
    <option value="1">1: always</option><option value="2">2: never more than CommitLimit</option></select></label>
    <div id="groups"></div>
    <label>Killer before the kernel's <select id="killer"><option value="">none</option><option>earlyoom</option>\
    <option>systemd-oomd</option><option>oomd</option><option>kubelet</option></select></label>
    <label id="share-label" hidden><span id="share-says"></span> <input type="range" id="share" step="1"> \
    <output id="share-out"></output></label>
    <div class="editor"><pre id="backdrop" aria-hidden="true"></pre>
    <textarea id="text" aria-label="The scenario as JSON; Ctrl and space list the keys" aria-describedby="mistakes hint" \
    aria-autocomplete="list" aria-controls="keys" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"></textarea></div>
    <ul id="keys" role="listbox" tabindex="0" aria-label="Keys that may stand here" hidden></ul>
    <p id="hint" class="soft" aria-live="polite"></p>
    <ul id="mistakes" aria-live="polite" hidden></ul></div>
    <div id="log-pane" hidden><textarea id="log" aria-label="A kernel log with an OOM report, or pods" spellcheck="false" wrap="off" \
    placeholder="Paste what dmesg, journalctl -k or kubectl get pods -o json prints"></textarea>
    <ul id="reports"></ul><pre id="autopsy" tabindex="0" aria-label="What was pasted says"></pre></div>
    <div id="quiz-pane" hidden><p id="quiz-score" role="status"></p><div id="quiz-question"></div></div>
    <div id="myths-pane" hidden><p>What people believe of the OOM killer: right or wrong? Unfold one to see, and have it shown.</p>
    <div id="myth-list"></div></div>
    </section>
    <section aria-label="Answer">
    <div id="question" hidden><h2>Which process dies first?</h2><div id="guesses" class="tools"></div></div>
    <div id="answer" tabindex="-1"><p id="verdict" aria-live="polite"></p><p id="headline" aria-live="polite"></p>
    <p class="soft"><span id="digest"></span>. <span id="took"></span></p>
    <div class="tools"><button type="button" id="pin">Keep this as A</button>
    <span id="pinned" hidden><span id="before"></span>; <span id="after"></span>; <strong id="differs"></strong> \
    <button type="button" id="unpin">Drop A</button></span></div></div>
    <div id="over-time"><h2>Memory over time</h2>
    <svg id="plot" viewBox="0 0 720 230" role="img" aria-label="Memory of the largest processes over time"></svg>
    <p id="strip-says" class="soft"></p><ol id="strip" class="strip" aria-label="Who would be killed at each moment"></ol>
    <ul id="legend" class="legend"></ul>
    <label><input type="checkbox" id="of-machine"> all that is in use on the machine, too</label>
    <label>Moment <input type="range" id="at" min="0" max="1" step="1"> <output id="when"></output></label>
    <div class="scroll" tabindex="0" role="region" aria-label="Candidates at this moment"><table>\
    <caption>Candidates at this moment, those with most points first</caption>
    <thead><tr><th scope="col">process</th><th scope="col" class="n">points</th><th scope="col" class="n">oom_score</th>\
    <th scope="col">oom_score_adj</th></tr></thead><tbody id="candidates"></tbody></table></div>
    <p id="rest" class="soft"></p>
    <h2>What now</h2><ul id="options"></ul>
    <div id="kills" class="tools" role="group" aria-label="Kill to explain" hidden></div>
    <details id="steps"><summary>Step by step, as the kernel went through it</summary>\
    <pre id="lesson" tabindex="0" aria-label="The decision step by step"></pre></details>
    <details id="releases"><summary>By release</summary><ul id="sides"></ul></details>
    <details><summary>The run as text</summary><pre id="report" tabindex="0" aria-label="The run as text"></pre></details></div>
    </section></main>

    """
  }
}
