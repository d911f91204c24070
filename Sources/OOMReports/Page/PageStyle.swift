/// The style sheet of a page. Colours keep a contrast of 4.5 for text and of 3 for lines against what is behind
/// them, in light and in dark; `ReportPageTests` works it out.
enum PageStyle {
  /// How many lines of a picture can be told apart, by colour and by dashes.
  static let series = 10

  static let text = """
    :root{color-scheme:light dark;--bg:#ffffff;--panel:#f3f4f6;--ink:#1a1c1f;--soft:#4b5058;--rule:#8a8f98;\
    --link:#0b4fa3;--kill:#b3141b;--mark:#fbe3e4;--kernel:#3b4048;--proc:#2f6fb0;--cache:#74934c;--limit:#9a3b00;
    --s1:#0b5fad;--s2:#a8430a;--s3:#2b742b;--s4:#862a86;--s5:#6a5c00;--s6:#006d77;--s7:#a3123f;--s8:#565a60;--s9:#6b4423;--s10:#4040c0;
    --t-anon:#2f6fb0;--t-file:#5f8a3c;--t-shmem:#8a5a00;--t-swap:#862a86;--t-tables:#6b7078;--t-adj:#b3141b}
    @media(prefers-color-scheme:dark){:root{--bg:#15171a;--panel:#20242a;--ink:#eceef1;--soft:#b3b9c2;--rule:#7d848f;\
    --link:#8bbcf7;--kill:#ff8a8a;--mark:#452226;--kernel:#767d87;--proc:#6aa9e6;--cache:#c3e6a6;--limit:#f0a063;
    --s1:#7db8f5;--s2:#f2a266;--s3:#8bd48b;--s4:#dd9ddd;--s5:#d6c55a;--s6:#6fd0da;--s7:#f58cab;--s8:#bdbdbd;--s9:#d0a880;--s10:#b0b0ff;
    --t-anon:#6aa9e6;--t-file:#93c26c;--t-shmem:#e0b050;--t-swap:#dd9ddd;--t-tables:#9aa1ab;--t-adj:#ff8a8a}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--bg);color:var(--ink);\
    font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
    h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
    h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--rule)}
    h3{font-size:1.1rem;margin:1.5rem 0 .5rem}h4{font-size:1rem;margin:1.25rem 0 .25rem}
    h5{font-size:.95rem;margin:1rem 0 .25rem}
    a{color:var(--link)}p{margin:.5rem 0}
    :focus-visible{outline:3px solid var(--link);outline-offset:2px}
    .skip{position:absolute;left:-100vw;top:0;background:var(--bg);padding:.5rem}.skip:focus{left:0}
    .soft{color:var(--soft)}.answer{font-size:1.1rem;border-left:4px solid var(--kill);padding-left:.75rem}
    .calm{border-color:var(--cache)}.paste{max-width:48rem}.paste pre{white-space:pre-wrap}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;font-size:.9rem;overflow-wrap:normal}
    caption{text-align:left;font-weight:600;padding:.25rem 0}
    th,td{padding:.25rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
    td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n,tbody th.n{white-space:nowrap}
    td.name,th.name{min-width:8rem;max-width:16rem;overflow-wrap:anywhere;font-weight:400}
    td.sum{min-width:16rem;max-width:26rem}tr.victim{background:var(--mark)}tr.victim th{font-weight:700}
    dl.facts{display:grid;grid-template-columns:fit-content(45%) minmax(0,1fr);gap:.1rem .75rem;margin:.5rem 0}
    dt{color:var(--soft)}dd{margin:0}
    pre{background:var(--panel);padding:.5rem;overflow-x:auto;font:13px/1.45 ui-monospace,monospace;margin:.5rem 0;\
    overflow-wrap:normal}
    pre.source{max-height:30rem;overflow:auto}
    details{margin:.5rem 0}summary{cursor:pointer;padding:.25rem 0}
    .rule{color:var(--soft);font-size:.9rem;margin:.25rem 0 .25rem 1rem}
    figure{margin:1.25rem 0}figcaption{font-weight:600}
    .plot{display:grid;grid-template-columns:4.6rem minmax(0,1fr);padding-right:.75rem}
    .ys,.xs{position:relative;font-size:.75rem;line-height:1;color:var(--soft)}.ys span,.xs span{position:absolute}
    .ys span{right:.4rem;transform:translateY(50%);white-space:nowrap}
    .canvas{position:relative;height:13rem;background:var(--panel);border-left:1px solid var(--rule);\
    border-bottom:1px solid var(--rule)}
    .canvas svg{display:block;width:100%;height:100%}
    .marks{grid-column:2;position:relative;height:1.5rem;margin:0;padding:0;list-style:none;font-size:.8rem}
    .marks li{position:absolute;transform:translateX(-50%);color:var(--kill);font-weight:700}
    .marks a{color:var(--kill);display:inline-block;min-width:1.5rem;text-align:center}
    .next{grid-column:2;margin:.4rem 0 0;font-size:.8rem;line-height:1.3}
    .strip{grid-column:2;position:relative;height:2rem;margin:0;padding:0;list-style:none;font-size:.75rem}
    .strip li{position:absolute;top:0;border-top:.6rem solid var(--rule);overflow:hidden;text-overflow:ellipsis;\
    white-space:nowrap;color:var(--soft);border-left:1px solid var(--bg);padding-left:2px;height:2rem}
    .strip .thin{text-indent:100%}.strip .nobody{border-top:2px dotted var(--rule)}
    .xs{grid-column:2;height:1.2rem}.xs span{top:.3rem;transform:translateX(-50%);white-space:nowrap}\
    .xs span:first-child{transform:none}.xs .z{transform:translateX(-75%)}@media(max-width:30rem){.xs .o{display:none}}
    .grid{fill:none;stroke:var(--rule);stroke-width:1;stroke-opacity:.35}
    .cursor{position:absolute;top:0;bottom:0;width:0;border-left:2px dotted var(--ink);pointer-events:none}
    .legend{list-style:none;margin:.25rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.85rem}
    .legend svg{width:26px;height:10px;margin-right:.35rem}
    svg *{vector-effect:non-scaling-stroke}
    .l{fill:none;stroke-width:2}.a-kernel,.a-proc,.a-cache{stroke:var(--bg);stroke-width:1}\
    .a-kernel{fill:var(--kernel)}.a-proc{fill:var(--proc)}.a-cache{fill:var(--cache)}
    .limit{stroke:var(--limit);stroke-dasharray:7 4}.mark{stroke:var(--limit);stroke-dasharray:2 3}
    .high{stroke:var(--limit);stroke-dasharray:2 4}.swap{stroke:var(--ink);stroke-dasharray:4 2}
    .kill{stroke:var(--kill);stroke-width:1.5}.refusal{stroke:var(--kill);stroke-width:1.5;stroke-dasharray:3 3}
    .s1{stroke:var(--s1)}.strip .b1{border-top-color:var(--s1)}
    .s2{stroke:var(--s2);stroke-dasharray:8 3}.strip .b2{border-top-color:var(--s2)}
    .s3{stroke:var(--s3);stroke-dasharray:3 3}.strip .b3{border-top-color:var(--s3)}
    .s4{stroke:var(--s4);stroke-dasharray:10 3 2 3}.strip .b4{border-top-color:var(--s4)}
    .s5{stroke:var(--s5);stroke-dasharray:14 4}.strip .b5{border-top-color:var(--s5)}
    .s6{stroke:var(--s6);stroke-dasharray:8 3 2 3 2 3}.strip .b6{border-top-color:var(--s6)}
    .s7{stroke:var(--s7);stroke-dasharray:2 5}.strip .b7{border-top-color:var(--s7)}
    .s8{stroke:var(--s8);stroke-dasharray:12 2 4 2}.strip .b8{border-top-color:var(--s8)}
    .s9{stroke:var(--s9);stroke-dasharray:5 5}.strip .b9{border-top-color:var(--s9)}
    .s10{stroke:var(--s10);stroke-dasharray:18 3 3 3}.strip .b10{border-top-color:var(--s10)}
    .bar{display:block;width:10rem;height:1.3rem;background:var(--panel)}
    .t1{fill:var(--t-anon)}.t2{fill:var(--t-file)}.t3{fill:var(--t-shmem)}.t4{fill:var(--t-swap)}\
    .t5{fill:var(--t-tables)}.t6{fill:var(--t-adj)}.bar rect{stroke:var(--panel);stroke-width:1}\
    .tick{stroke:var(--ink);stroke-width:2}
    .zero{stroke:var(--rule);stroke-width:1}
    .tool{background:var(--panel);border:1px solid var(--rule);padding:.75rem;margin:.75rem 0}
    .tool label{display:block;margin:.25rem 0}.tool input[type=range]{width:100%;accent-color:var(--link)}
    .tool select,.tool input{font:inherit;max-width:100%;background:var(--bg);color:var(--ink);\
    border:1px solid var(--rule);padding:.2rem}
    #values{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.1rem 1.5rem;margin:.5rem 0}
    #values div{display:flex;justify-content:space-between;gap:.75rem;border-bottom:1px dotted var(--rule)}
    #values dd{text-align:right}
    summary h3{display:inline;font-size:1rem}details.brief{border-bottom:1px solid var(--rule)}
    .tool>summary{font-weight:600}
    @media(max-width:56rem){.sums,.sums caption,.sums thead,.sums tbody{display:block}.sums .bar{width:100%}\
    .sums tr{display:grid;grid-template-columns:3.1rem minmax(0,1fr) minmax(5.5rem,auto) 3.6rem 3.3rem;\
    border-bottom:1px solid var(--rule)}th,td{padding:.2rem .3rem}.sums th,.sums td{border:0}.sums .n{white-space:normal}\
    .sums td.name,.sums th.name{min-width:0}.tool th.name{min-width:5rem}.sums td.n{overflow-wrap:anywhere}.sums .name,.sums .sum{min-width:0;max-width:none}\
    .sums .w{grid-column:2/-1}\
    .sums thead .w{position:absolute;left:-100vw}}
    @media print{details:not(.unfolded):not(.brief),.brief:not(.unfolded)>:not(summary),\
    section.source:not(:has(.unfolded)){display:none}\
    body{max-width:none;font-size:11pt}.skip,.tool{display:none!important}.canvas{height:5cm}\
    pre.source{max-height:none}.scroll{overflow:visible}pre{white-space:pre-wrap;overflow:visible}\
    section.case{break-inside:auto}figure,tr{break-inside:avoid}}
    """
}
