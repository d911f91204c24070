internal import OOMFormats
internal import OOMSimulator

/// The engine in the page: any other setting, answered by a replay in the browser.
struct LiveSection {
  /// The engine as WebAssembly.
  let module: PackedModule
  /// As it was replayed, with all that options changed.
  let scenario: Scenario
  let simulator: Simulator

  var html: String {
    let releases = RulesByRelease.boundaries.reversed().map { "<option>\($0)</option>" }.joined()
    return """
      <section aria-labelledby="live"><h2 id="live" data-kernel="\(OOMReports.html(simulator.kernel.text))">Try a change</h2>
      <p class="soft">The engine itself is in this page: it replays the whole run with what is set here. \
      <span id="live-status" role="status">Needs a browser that runs scripts and WebAssembly.</span></p>
      <div class="tool" id="live-tool" hidden><div id="live-ranges"></div>
      <label>Kernel <select id="live-kernel"><option value="">\(OOMReports.html(simulator.kernel.text)), as above</option>\(releases)</select></label>
      <label>Any other setting <input id="live-set" placeholder="processes.app.oom_score_adj=-500" autocomplete="off" spellcheck="false"></label>
      <p><button type="button" id="live-back">All as it was</button></p>
      <p id="live-says" role="status"></p><details><summary>The run as text</summary><pre id="live-text" tabindex="0"></pre></details></div>
      </section>

      """
  }

  /// What has to stand in front of the page's own script.
  var scripts: String {
    let text = replacing(
      "<", with: "\\u003c", in: String(decoding: scenario.json(), as: UTF8.self))
    return "<script type=\"application/json\" id=\"scenario\">\(text)</script>\n"
      + PlaygroundEngine.element(module)
      + "<script>\(PlaygroundEngine.script)\n\(Self.script)</script>\n"
  }

  private static let script = ##"""
    (()=>{
      const by=id=>document.getElementById(id),text=by("scenario").textContent,told=JSON.parse(text),sets=new Map();
      const make=(tag,props={},...inside)=>{const e=Object.assign(document.createElement(tag),props);e.append(...inside);return e};
      const units={k:10,K:10,M:20,G:30,T:40};
      const bytes=size=>{const m=/^([0-9.]+) ?([kKMGT])?/.exec(size||"");return m?m[1]*2**(units[m[2]]??0):0};
      const size=v=>v>=2**30?Math.floor(v/2**30*10)/10+" GiB":Math.floor(v/2**20)+" MiB";
      const time=us=>{const s=Math.floor(us/1e6);return(s>=3600?Math.floor(s/3600)+"h":"")+(s>=60?Math.floor(s/60)%60+"m":"")+s%60+"s"};
      let frame=0,late=0;
      const options=()=>[...[...sets].map(([p,v])=>["set",p+"="+v]),...(by("live-set").value.trim()?[["set",by("live-set").value.trim()]]:[]),
        ["kernel",by("live-kernel").value||by("live").dataset.kernel]].filter(o=>o[1]);
      function answer(){
        frame=0;
        const a=engine.json("look",[...options(),["chart",0]],text),says=by("live-says");
        if(a.mistakes){says.textContent=a.mistakes.map(m=>(m.path?m.path+": ":"")+m.message).join("; ");return}
        const k=a.run.kills[0],p=k&&(k.killed[0]??k.victim);
        says.textContent=(k?p.name+" ("+p.pid+") is killed at "+time(k.at_us)+(a.kills>1?", then "+(a.kills-1)+" more":""):"Nobody is killed")
          +(a.run.panic?"; the kernel panics at "+time(a.run.panic.at_us):"")+(a.run.refused.length?"; "+a.run.refused.length+" requests are refused":"")
          +(a.run.stuck.length?"; "+a.run.stuck.length+" stand still":"")+".";
        clearTimeout(late);late=setTimeout(()=>{by("live-text").textContent=engine.ask("text",options(),text).text??""},150);
      }
      const ask=()=>{if(!frame)frame=requestAnimationFrame(answer)};
      const backs=[];
      function range(label,path,now,low,high,value,says){
        const input=make("input",{type:"range",min:low,max:high,step:1,value:now}),out=make("output",{textContent:says(now)});
        input.oninput=()=>{out.textContent=says(input.value);sets.set(path,value(input.value));ask()};
        backs.push(()=>{input.value=now;out.textContent=says(now)});
        by("live-ranges").append(make("label",{},label+" ",out,input));
      }
      const mib=2**20,sizes=(label,path,now,low,high)=>range(label,path,Math.round(now/mib),Math.round(low/mib),Math.round(high/mib),v=>v==0?"0":v+"M",v=>size(v*mib));
      const memory=bytes(told.machine.memory);
      sizes("Memory",  "machine.memory",memory,memory/4,memory*2);
      if(typeof told.machine.swap!=="object"){const swap=bytes(told.machine.swap);sizes("Swap","machine.swap",swap,0,Math.max(memory,swap*2))}
      for(const[path,g]of Object.entries(told.cgroups??{}).slice(0,6)){
        const limit=bytes(g["memory.max"]);if(limit)sizes("memory.max of "+path,"cgroups."+path+".memory.max",limit,limit/4,limit*3);
      }
      const named=(told.processes??[]).filter((p,i,all)=>!(p.count>1)&&!/[.\[\]=]/.test(p.name)&&all.filter(q=>q.name===p.name).length===1);
      for(const p of named.slice(0,12))range("oom_score_adj of "+p.name,"processes."+p.name+".oom_score_adj",p.oom_score_adj??0,-1000,1000,v=>v,v=>v);
      by("live-kernel").onchange=ask;by("live-set").oninput=ask;
      by("live-back").onclick=()=>{sets.clear();by("live-set").value="";by("live-kernel").value="";backs.forEach(b=>b());ask()};
      engine.boot().then(()=>{by("live-status").textContent="";by("live-tool").hidden=false;answer()},
        error=>{by("live-status").textContent="This browser cannot run it: "+error.message});
    })();
    """##
}
