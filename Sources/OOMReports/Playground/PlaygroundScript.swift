/// The script of the page around the engine: text in, answers out.
enum PlaygroundScript {
  static let text = ##"""
    const $=id=>document.getElementById(id),stories=JSON.parse($("stories").textContent);
    const el=(tag,props={},...inside)=>{const e=document.createElement(tag);
      for(const[k,v]of Object.entries(props))k in e?e[k]=v:e.setAttribute(k,v);e.append(...inside);return e};
    const svg=(tag,props,...inside)=>{const e=document.createElementNS("http://www.w3.org/2000/svg",tag);
      for(const[k,v]of Object.entries(props))e.setAttribute(k,v);e.append(...inside);return e};
    let sets=[],run=null,timeline=null,pinned=null,guessing=false,kill=1,slow=0,title="";

    // MARK: Numbers
    const units={k:1024,K:1024,M:1048576,G:1073741824,T:1099511627776};
    function bytes(size,page=4096){
      if(size===0)return 0;
      const m=/^([0-9.]+) ?(kB|[kKMGT](iB|i)?|pages?)?$/.exec(size??"");
      return m?Math.round(m[1]*(m[2]?(m[2][0]==="p"?page:units[m[2][0]]):1)):null;
    }
    const size=b=>{for(const[n,u]of[["TiB",units.T],["GiB",units.G],["MiB",units.M],["KiB",1024]])
      if(Math.abs(b)>=u)return(Math.floor(b*10/u)/10)+" "+n;return b+" B"};
    const grouped=n=>String(n).replace(/\B(?=(\d{3})+(?!\d))/g," ");
    function time(us){const s=Math.floor(us/1e6),p=[];if(s>=3600)p.push(Math.floor(s/3600)+"h");
      if(s>=60)p.push(Math.floor(s/60)%60+"m");p.push((s<10?Math.floor(us/1e4)/100:s%60)+"s");return p.join("")}
    const name=p=>p.name+" ("+p.pid+")";

    // MARK: What is asked
    const text=()=>$("text").value;
    const options=()=>[["file",(title||"scenario")+".json"],...sets.map(s=>["set",s.path+"="+s.value]),
      ...($("kernel").value?[["kernel",$("kernel").value]]:[])];
    const parsed=()=>{try{return JSON.parse(text())}catch{return null}};

    function refresh(){
      const begin=performance.now(),answer=engine.json("run",options(),text());
      mistakes(answer.mistakes);
      $("answer").classList.toggle("stale",!!answer.mistakes);
      if(answer.mistakes)return;
      run=answer;
      if(kill>Math.max(run.kills.length,1))kill=1;
      headline();
      $("report").textContent=engine.ask("text",options(),text()).text??"";
      timeline=engine.json("timeline",options(),text());
      slow=performance.now()-begin;
      draw();instant();later();pin();
    }
    let timer=0;
    // What takes longer waits until nothing has changed for a while.
    function later(){clearTimeout(timer);timer=setTimeout(()=>{strip();explain();whatNow()},slow>40?600:150)}

    function mistakes(list){
      const box=$("mistakes");box.replaceChildren();box.hidden=!list;
      for(const m of list??[]){
        const place=m.line?"line "+m.line+", column "+m.column+": ":"";
        const b=el("button",{type:"button",textContent:place+(m.path?m.path+": ":"")+m.message});
        b.onclick=()=>m.line&&mark(m.line,m.column);
        box.append(el("li",{},b));
      }
      underline((list??[]).filter(m=>m.line));
    }
    const offset=(line,column)=>text().split("\n").slice(0,line-1).reduce((n,l)=>n+l.length+1,0)+column-1;
    function mark(line,column){const at=offset(line,column),box=$("text");box.focus();
      const end=/^"[^"\n]*"?|^[\w.-]+|^./.exec(text().slice(at));box.setSelectionRange(at,at+(end?end[0].length:1))}
    // The places of mistakes, drawn below the text that is typed.
    function underline(list){
      const back=$("backdrop"),all=text();let from=0;
      back.replaceChildren();
      for(const at of list.map(m=>offset(m.line,m.column)).sort((a,b)=>a-b)){
        if(at<from)continue;
        const word=(/^"[^"\n]*"?|^[\w.-]+|^./.exec(all.slice(at))??[" "])[0];
        back.append(all.slice(from,at),el("mark",{textContent:word}));from=at+word.length;
      }
      if(list.length)back.append(all.slice(from)+"\n");
      scroll();
    }
    const scroll=()=>{$("backdrop").scrollTop=$("text").scrollTop;$("backdrop").scrollLeft=$("text").scrollLeft};

    // MARK: The answer
    function headline(){
      const box=$("headline"),k=run.kills[0];
      guessing=$("guess").checked&&guessing;
      $("answer").hidden=guessing;$("question").hidden=!guessing;
      if(guessing)return question();
      box.className=run.panic||k?"bad":"good";
      box.textContent=run.panic&&!k?"The kernel panics at "+time(run.panic.at_us)+"."
        :!k?"Nobody is killed."
        :name(k.killed[0]??k.victim)+" is killed at "+time(k.at_us)+(k.by==="kernel"?k.cgroup?" by the limit of "+k.cgroup
          :" when the machine is out of memory":" by "+k.by)+(run.kills.length>1?", then "+(run.kills.length-1)+" more":"")
          +(run.outcome==="loop"?", again and again":"")+".";
      if(run.refused.length)box.textContent+=" "+run.refused.length+" request"+(run.refused.length>1?"s are":" is")+" refused.";
      if(run.stuck.length)box.textContent+=" "+run.stuck.length+" can go no further.";
      $("digest").textContent="Linux "+run.kernel+", badness as since "+run.rule_set+", digest "+run.digest;
    }
    function question(){
      const box=$("guesses");box.replaceChildren();
      const names=[...new Set(engine.json("score",options(),text()).processes?.filter(p=>p.eligible).map(p=>p.name))];
      for(const n of[...names.slice(0,16),"nobody"]){
        const b=el("button",{type:"button",textContent:n});
        b.onclick=()=>{
          const right=run.kills[0]?(run.kills[0].killed[0]??run.kills[0].victim).name:"nobody";
          guessing=false;headline();draw();
          $("verdict").textContent=n===right?"Right: "+right+". ":"Not "+n+": "+(right==="nobody"?"nobody is killed. ":right+". ");
          if(n!==right&&n!=="nobody"&&run.kills.length)explain(n);
        };
        box.append(b);
      }
    }
    function pin(){
      $("pinned").hidden=!pinned;
      if(!pinned)return;
      const say=r=>{const k=r.kills[0];return k?name(k.victim)+" at "+time(k.at_us)+", "+grouped(k.victim.points)+" points":"nobody"};
      $("before").textContent="A: "+say(pinned);$("after").textContent="B: "+say(run);
      $("differs").textContent=pinned.digest===run.digest?"the same run":"different runs";
    }

    // MARK: Memory over time
    function draw(){
      const W=720,H=220,page=timeline.page_size,times=timeline.time_us,end=Math.max(...times,1);
      const x=t=>40+(W-50)*t/end,lines=[...timeline.processes].map(p=>({name:p.name,pages:p.pages,peak:Math.max(...p.pages,0)}))
        .sort((a,b)=>b.peak-a.peak).slice(0,8);
      const limit=parsed()?bytes(parsed().machine?.memory,page):null;
      const most=Math.max(...lines.map(l=>l.peak*page),1),top=limit&&limit<most*8?Math.max(limit,most):most,y=v=>H-24-(H-44)*v/top;
      const g=$("plot");g.replaceChildren();
      for(let i=0;i<=4;i++){const v=top*i/4;
        g.append(svg("line",{x1:40,x2:W-10,y1:y(v),y2:y(v),class:"grid"}),svg("text",{x:0,y:y(v)-3},size(v)))}
      for(let i=0;i<=4;i++)g.append(svg("text",{x:x(end*i/4),y:H-6,"text-anchor":i===4?"end":i?"middle":"start"},time(end*i/4)));
      if(limit&&limit<=top)g.append(svg("line",{x1:40,x2:W-10,y1:y(limit),y2:y(limit),class:"limit"}));
      lines.forEach((l,i)=>{
        let d="";l.pages.forEach((p,n)=>d+=(n?"L":"M")+x(times[n]).toFixed(1)+" "+y(p*page).toFixed(1));
        g.append(svg("path",{d,class:"line s"+(i+1)},svg("title",{},l.name)));
      });
      if(!guessing)for(const k of run.kills.slice(0,60))
        g.append(svg("line",{x1:x(k.at_us),x2:x(k.at_us),y1:14,y2:H-24,class:"kill"},svg("title",{},"killed: "+name(k.victim))));
      $("legend").replaceChildren(...lines.map((l,i)=>el("li",{className:"s"+(i+1),textContent:l.name+" "+size(l.peak*page)})));
      const slider=$("at"),before=run.kills[0]?Math.max(run.kills[0].at_us-1,0):end;
      slider.max=end;if(!slider.dataset.moved)slider.value=before;
    }
    function instant(){
      const at=Math.floor($("at").value);$("when").textContent=time(at);
      const table=engine.json("score",[...options(),["at",at+"us"]],text());
      const body=$("candidates");body.replaceChildren();
      if(table.mistakes)return;
      const page=timeline.page_size,rows=[...table.processes].sort((a,b)=>(b.points??-1e30)-(a.points??-1e30)).slice(0,25);
      rows.forEach((p,i)=>{
        const adj=el("input",{type:"range",min:-1000,max:1000,value:p.oom_score_adj,step:1});
        adj.setAttribute("aria-label","oom_score_adj of "+name(p));
        const shown=el("output",{textContent:p.oom_score_adj});
        const path="processes.pid:"+p.pid+".oom_score_adj";
        adj.oninput=()=>{shown.textContent=adj.value;override("processes."+(unique(p.name)?p.name:p.pid)+".oom_score_adj",adj.value)};
        adj.onchange=commit;
        body.append(el("tr",{className:i===0&&p.eligible?"victim":""},el("th",{scope:"row",textContent:name(p)}),
          el("td",{className:"n",textContent:p.eligible?grouped(p.points):"– "+(p.reason??"")}),
          el("td",{className:"n",textContent:p.oom_score}),el("td",{},adj," ",shown)));
      });
    }
    const unique=n=>(parsed()?.processes??[]).filter(p=>p.name===n&&!(p.count>1)).length===1&&!/[.\[\]=]/.test(n);
    // The process that would die at each moment: a strip below the time axis.
    function strip(){
      const box=$("strip");box.replaceChildren();
      if(slow>60||guessing)return;
      const end=Number($("at").max),order=[...$("legend").children].map(l=>l.textContent.replace(/ [\d.]+ \w+$/,""));
      for(let i=0;i<36;i++){
        const table=engine.json("score",[...options(),["at",Math.floor(end*i/36)+"us"]],text());
        if(table.mistakes)return;
        let most=null;for(const p of table.processes)if(p.eligible&&(!most||p.points>=most.points))most=p;
        const at=order.indexOf(most?.name);
        box.append(svg("rect",{x:40+670*i/36,y:0,width:670/36+.5,height:10,class:most?"f s"+(at<0?8:at+1):"f none"},
          svg("title",{},time(end*i/36)+": "+(most?name(most):"nobody can be killed"))));
      }
    }
    function explain(why){
      const o=[...options(),["kill",kill]];if(why)o.push(["why",why]);
      const answer=engine.ask("lesson",o,text());
      $("lesson").textContent=answer.text??answer.mistakes[0].message;
    }
    function whatNow(){
      const list=$("options");list.replaceChildren();
      const k=run.kills[0];
      if(!k){list.append(el("li",{textContent:"Nobody is killed."}));return}
      if(slow>60){const b=el("button",{type:"button",textContent:"search what spares "+name(k.victim)});
        b.onclick=()=>search(k);list.append(el("li",{},b));return}
      search(k);
    }
    function search(k){
      const list=$("options");list.replaceChildren();
      const p=engine.json("protect",[...options(),["process",k.victim.pid]],text());
      if(p.mistakes){list.append(el("li",{textContent:p.mistakes[0].message}));return}
      const found=p.options.filter(o=>o.set).slice(0,6);
      if(!found.length)list.append(el("li",{textContent:"No single setting spares it."}));
      for(const o of found){
        const killed=o.then.killed[0],b=el("button",{type:"button",textContent:o.set});
        b.onclick=()=>{const at=o.set.indexOf("=");override(o.set.slice(0,at),o.set.slice(at+1));commit()};
        list.append(el("li",{},b," "+(killed?"then "+name(killed)+" is killed":"then nobody is killed")));
      }
    }
    function releases(){
      const body=$("sides");body.replaceChildren(el("li",{textContent:"…"}));
      setTimeout(()=>{
        const c=engine.json("compare",options(),text());body.replaceChildren();
        if(c.mistakes){body.append(el("li",{textContent:c.mistakes[0].message}));return}
        for(const s of c.sides){
          const k=s.result.kills[0];
          const b=el("button",{type:"button",textContent:s.from===s.to?s.from:s.from+" to "+s.to});
          b.onclick=()=>{$("kernel").value=s.to;if($("kernel").value!==s.to){$("kernel").append(el("option",{textContent:s.to}));$("kernel").value=s.to}refresh()};
          body.append(el("li",{},b,": "+(k?name(k.victim)+", "+grouped(k.victim.points)+" points":s.result.panic?"panic":"nobody")));
        }
      },20);
    }

    // MARK: Controls that write the text
    function override(path,value){sets=sets.filter(s=>s.path!==path);sets.push({path,value});refresh()}
    function commit(){
      if(!sets.length)return;
      const answer=engine.ask("format",options().filter(o=>o[0]!=="kernel"),text());
      if(answer.text){sets=[];$("text").value=answer.text;controls()}
      refresh();
    }
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
        const key=g["memory.max"]!==undefined?"memory.max":null;if(!key)continue;
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
    for(const[id,path]of[["memory","machine.memory"],["swap","machine.swap"]]){
      $(id).oninput=()=>{$(id+"-out").textContent=size($(id).value*units.M);override(path,$(id).value==0?"0":$(id).value+"M")};
      $(id).onchange=commit;
    }
    $("mode").onchange=()=>{override("sysctl.vm.overcommit_memory",$("mode").value);commit()};
    $("kernel").onchange=refresh;

    // MARK: Text, stories, logs
    function take(value,name,isQuiz){
      $("text").value=value;title=name;sets=[];kill=1;delete $("at").dataset.moved;guessing=!!isQuiz;$("verdict").textContent="";
      controls();refresh();
    }
    let typing=0;
    $("text").oninput=()=>{sets=[];clearTimeout(typing);typing=setTimeout(()=>{controls();refresh()},slow>60?400:60)};
    $("text").onscroll=scroll;
    $("at").oninput=()=>{$("at").dataset.moved=1;instant()};
    $("pin").onclick=()=>{pinned=run;pin()};
    $("unpin").onclick=()=>{pinned=null;pin()};
    $("releases").ontoggle=()=>{if($("releases").open)releases()};
    $("story").onchange=()=>{const s=stories[$("story").value];if(s){take(s.text,s.name,$("guess").checked);$("teaches").textContent=s.teaches}};
    $("guess").onchange=()=>$("story").onchange();
    $("file").onchange=async()=>{const f=$("file").files[0];if(f)arrive(await f.text(),f.name.replace(/\.json$/,""))};
    // A scenario is told from a log by its first letter and its keys.
    function arrive(value,name){
      const isScenario=/^\s*\{/.test(value)&&/"(machine|processes)"/.test(value);
      if(isScenario){tab("scenario");take(value,name)}else{tab("log");$("log").value=value;readLog()}
    }
    function readLog(){
      const answer=engine.ask("logs",[],$("log").value);
      $("autopsy").textContent=answer.text??answer.mistakes[0].message;
      const list=$("reports");list.replaceChildren();
      const all=engine.json("autopsy",[],$("log").value);
      (all.reports??[]).slice(0,20).forEach((r,i)=>{
        const b=el("button",{type:"button",textContent:"report "+(i+1)+" as a scenario"});
        b.onclick=()=>{const a=engine.ask("reported",[["report",i+1]],$("log").value);
          if(a.text){tab("scenario");take(a.text,"report-"+(i+1))}else $("autopsy").textContent=a.mistakes[0].message};
        list.append(el("li",{},b));
      });
    }
    $("log").oninput=()=>{clearTimeout(typing);typing=setTimeout(readLog,100)};
    function tab(which){for(const t of["scenario","log"]){$(t+"-pane").hidden=t!==which;$("tab-"+t).setAttribute("aria-pressed",t===which)}}
    for(const t of["scenario","log"])$("tab-"+t).onclick=()=>tab(t);
    $("save").onclick=()=>{const a=el("a",{href:URL.createObjectURL(new Blob([text()],{type:"application/json"})),
      download:(title||"scenario")+".json"});a.click();setTimeout(()=>URL.revokeObjectURL(a.href),1000)};

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
        if(state.k){if(![...$("kernel").options].some(o=>o.value===state.k))$("kernel").append(el("option",{textContent:state.k}));$("kernel").value=state.k}
        take(String(state.t),String(state.n));return true;
      }catch{$("status").textContent="The link cannot be read.";return false}
    }

    (async()=>{
      let chapter="",group=null;
      stories.forEach((s,i)=>{
        if(s.chapter!==chapter){chapter=s.chapter;group=el("optgroup",{label:chapter});$("story").append(group)}
        group.append(el("option",{value:i,textContent:s.name}));
      });
      const begin=performance.now();
      try{await engine.boot()}catch(error){$("status").textContent="This browser cannot run the engine: "+error.message;return}
      $("status").textContent="Ready in "+Math.round(performance.now()-begin)+" ms.";
      if(!await fromLink()){$("story").value=0;$("story").onchange()}
      window.onhashchange=fromLink;
    })();
    """##
}
