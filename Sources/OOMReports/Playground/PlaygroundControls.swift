extension PlaygroundScript {
  /// Controls that write the text, what arrives from outside, and links.
  static let controls = ##"""
    // MARK: Controls that write the text
    function controls(){
      const s=parsed();if(!s)return;
      const page=bytes(s.machine?.page_size)||4096;
      const memory=bytes(s.machine?.memory,page)||units.G,swap=typeof s.machine?.swap==="object"?0:bytes(s.machine?.swap,page)||0;
      const m=$("memory"),w=$("swap");
      m.min=Math.round(memory/4/units.M);m.max=Math.round(memory*2/units.M);m.value=memory/units.M;
      w.max=Math.round(Math.max(memory,swap*2)/units.M);w.value=swap/units.M;
      $("memory-out").textContent=size(memory);$("swap-out").textContent=size(swap);
      $("mode").value=s.sysctl?.["vm.overcommit_memory"]??0;
      const groups=$("groups");groups.replaceChildren();
      for(const[path,g]of Object.entries(s.cgroups??{}).slice(0,12)){
        for(const key of["memory.max","memory.high","memory.limit_in_bytes"]){
          const limit=bytes(g[key],page);if(!limit)continue;
          const range=el("input",{type:"range",min:Math.max(Math.round(limit/4/units.M),1),max:Math.max(Math.round(limit*3/units.M),2),step:1});
          range.value=limit/units.M;
          const out=el("output",{textContent:size(limit)});
          range.setAttribute("aria-label",key+" of "+path);
          range.oninput=()=>{out.textContent=size(range.value*units.M);override("cgroups."+path+"."+key,range.value+"M")};
          range.onchange=commit;
          groups.append(el("label",{},path+" "+key+" ",range," ",out));
        }
      }
      killers(s);
    }
    for(const[id,path]of[["memory","machine.memory"],["swap","machine.swap"]]){
      $(id).oninput=()=>{$(id+"-out").textContent=size($(id).value*units.M);override(path,$(id).value==0?"0":$(id).value+"M")};
      $(id).onchange=commit;
    }
    $("mode").onchange=()=>{sets=[{path:"sysctl.vm.overcommit_memory",value:$("mode").value}];commit()};
    $("kernel").onchange=()=>refresh();

    // MARK: Programs that kill before the kernel does
    function killers(s){
      const one=s.killers?.[0],kind=one?.kind??"";
      $("killer").value=[...$("killer").options].some(o=>o.value===kind)?kind:"";
      const share=$("share"),label=$("share-label");
      label.hidden=kind!=="earlyoom"&&kind!=="systemd-oomd";
      if(kind==="earlyoom"){
        share.min=1;share.max=60;share.value=Number(/-m *(\d+)/.exec(one.args??"")?.[1]??10);
        $("share-says").textContent="kills below, in % of memory available";
      }else if(kind==="systemd-oomd"){
        share.min=30;share.max=100;share.value=parseInt(one.SwapUsedLimit??"90%");
        $("share-says").textContent="SwapUsedLimit, in % of memory and of swap";
      }
      $("share-out").textContent=share.value+" %";
    }
    function write(change){
      const s=parsed();if(!s)return;
      change(s);
      const answer=engine.ask("format",[],JSON.stringify(s));
      if(answer.text){$("text").value=answer.text;sets=[];controls();refresh()}else mistakes(answer.mistakes);
    }
    $("killer").onchange=()=>write(s=>{
      const kind=$("killer").value;
      if(!kind){delete s.killers;return}
      s.killers=[{kind}];
      // It looks at groups that are told so, as distributions do it for all.
      if(kind==="systemd-oomd"&&!Object.values(s.cgroups??{}).some(g=>g.ManagedOOMSwap||g.ManagedOOMMemoryPressure))
        s.cgroups={...s.cgroups,"/":{...s.cgroups?.["/"],ManagedOOMSwap:"kill"}};
    });
    $("share").oninput=()=>{$("share-out").textContent=$("share").value+" %"};
    $("share").onchange=()=>write(s=>{
      const one=s.killers[0],v=$("share").value;
      if(one.kind==="earlyoom")one.args=/-m *\d+/.test(one.args??"")?one.args.replace(/-m *\d+/,"-m "+v):((one.args??"")+" -m "+v).trim();
      else one.SwapUsedLimit=v+"%";
    });

    // MARK: Text, stories, logs
    function take(value,name,isQuiz){
      $("text").value=value;title=name;sets=[];kill=1;delete $("at").dataset.moved;guessing=!!isQuiz;$("verdict").textContent="";
      cells=new Map();controls();refresh();
    }
    let typing=0;
    $("text").oninput=()=>{sets=[];complete();clearTimeout(typing);typing=setTimeout(()=>{controls();refresh()},slow>60?400:60)};
    $("text").onscroll=scroll;
    $("at").oninput=()=>{$("at").dataset.moved=1;instant()};
    $("of-machine").onchange=draw;
    $("pin").onclick=()=>{pinned=run;pin()};
    $("unpin").onclick=()=>{pinned=null;pin()};
    $("releases").ontoggle=()=>{if($("releases").open)releases()};
    function open(s,isQuiz){$("kernel").value="";take(s.text,s.name,isQuiz);$("teaches").textContent=s.teaches}
    $("story").onchange=()=>{const s=stories[$("story").value];if(s){tab("scenario");open(s,$("guess").checked)}};
    $("guess").onchange=()=>$("story").onchange();
    $("file").onchange=async()=>{const f=$("file").files[0];if(f)arrive(await f.text(),f.name.replace(/\.json$/,""))};
    // A scenario is told from a log and from pods by its keys.
    function arrive(value,name){
      const isScenario=/^\s*\{/.test(value)&&/"(machine|processes)"\s*:/.test(value)&&!isPods(value);
      if(isScenario){tab("scenario");take(value,name)}else{tab("log");$("log").value=value;readLog()}
    }
    const isPods=value=>/^\s*\{/.test(value)&&/"(apiVersion|kind)"\s*:/.test(value)&&!/"machine"\s*:/.test(value);
    function readLog(){
      const list=$("reports"),value=$("log").value;list.replaceChildren();
      if(!value.trim()){$("autopsy").textContent="";return}
      if(isPods(value)){
        const a=engine.ask("pods",[],value);
        $("autopsy").textContent=a.text?"These pods as a scenario: see Scenario. The node is not in it, and sizes that it does not tell are guesses.":a.mistakes[0].message;
        if(a.text){
          list.append(el("li",{},button("the pods as a scenario",()=>tab("scenario"))));
          take(a.text,"pods");
        }
        return;
      }
      const answer=engine.ask("logs",[],value);
      $("autopsy").textContent=answer.text??answer.mistakes[0].message;
      const all=engine.json("autopsy",[],value);
      (all.reports??[]).slice(0,20).forEach((r,i)=>list.append(el("li",{},button("report "+(i+1)+" as a scenario",()=>{
        const a=engine.ask("reported",[["report",i+1]],value);
        if(a.text){tab("scenario");take(a.text,"report-"+(i+1))}else $("autopsy").textContent=a.mistakes[0].message}))));
    }
    $("log").oninput=()=>{clearTimeout(typing);typing=setTimeout(readLog,100)};
    const tabs=["scenario","log","quiz","myths"];
    function tab(which){for(const t of tabs){$(t+"-pane").hidden=t!==which;$("tab-"+t).setAttribute("aria-pressed",String(t===which))}
      if(which==="quiz")quiz();else if(guessing&&!$("guess").checked){guessing=false;headline();draw()}}
    for(const t of tabs)$("tab-"+t).onclick=()=>tab(t);
    $("save").onclick=()=>{const a=el("a",{href:URL.createObjectURL(new Blob([text()],{type:"application/json"})),
      download:(title||"scenario")+".json"});a.click();setTimeout(()=>URL.revokeObjectURL(a.href),1000)};
    $("print").onclick=()=>{$("steps").open=true;explain();window.print()};
    """##

  /// Links, and the beginning of it all.
  static let start = ##"""
    // MARK: Links
    const packed=async(b,how)=>new Uint8Array(await new Response(new Blob([b]).stream().pipeThrough(how)).arrayBuffer());
    $("link").onclick=async()=>{
      const b=await packed(new TextEncoder().encode(JSON.stringify({t:text(),n:title,k:$("kernel").value})),new CompressionStream("deflate-raw"));
      location.hash=btoa(Array.from(b,c=>String.fromCharCode(c)).join("")).replace(/\+/g,"-").replace(/\//g,"_").replace(/=+$/,"");
      let said="The link is in the address bar.";
      try{await navigator.clipboard.writeText(location.href);said="The link is in the clipboard."}catch{}
      $("status").textContent=said;
    };
    async function fromLink(){
      if(location.hash.length<2)return false;
      try{
        const s=atob(location.hash.slice(1).replace(/-/g,"+").replace(/_/g,"/"));
        const b=await packed(Uint8Array.from(s,c=>c.charCodeAt(0)),new DecompressionStream("deflate-raw"));
        const state=JSON.parse(new TextDecoder().decode(b));
        if(state.k)choose(state.k);
        tab("scenario");take(String(state.t),String(state.n));return true;
      }catch{$("status").textContent="The link cannot be read.";return false}
    }

    (async()=>{
      try{({stories,course}=await engine.data("data"));await engine.boot()}
      catch(error){$("status").textContent="This browser cannot run the engine: "+error.message;return}
      places=new Map(course.fields);others=new Map(course.others);
      let chapter="",group=null;
      stories.forEach((s,i)=>{
        if(s.chapter!==chapter){chapter=s.chapter;group=el("optgroup",{label:chapter});$("story").append(group)}
        group.append(el("option",{value:i,textContent:s.name}));
      });
      myths();
      if(!await fromLink()){$("story").value=0;$("story").onchange()}
      // Since the page was asked for, with the first answer.
      $("status").textContent="Ready in "+Math.round(performance.now())+" ms.";
      window.onhashchange=fromLink;
      let width=innerWidth;
      window.onresize=()=>{if(run&&innerWidth!==width){width=innerWidth;draw()}};
    })();
    """##
}
