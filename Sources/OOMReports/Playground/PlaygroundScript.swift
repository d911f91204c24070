/// The script of the page around the engine: text in, answers out.
enum PlaygroundScript {
  /// All of it, in one scope.
  static var text: String {
    [core, answer, chart, editor, controls, course, start].joined(separator: "\n")
  }

  private static let core = ##"""
    const $=id=>document.getElementById(id);
    // What is read when the page begins.
    let stories=[],course={},places=new Map(),others=new Map();
    const el=(tag,props={},...inside)=>{const e=document.createElement(tag);
      for(const[k,v]of Object.entries(props))k in e?e[k]=v:e.setAttribute(k,v);e.append(...inside);return e};
    const svg=(tag,props,...inside)=>{const e=document.createElementNS("http://www.w3.org/2000/svg",tag);
      for(const[k,v]of Object.entries(props))e.setAttribute(k,v);e.append(...inside);return e};
    const button=(text,act,props={})=>{const b=el("button",{type:"button",textContent:text,...props});b.onclick=act;return b};
    let sets=[],run=null,timeline=null,next=null,pinned=null,guessing=false,kill=1,slow=0,title="";

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

    // The run and its memory over time; the rest follows when nothing has changed for a while.
    function refresh(isDrag){
      const begin=performance.now(),isShort=isDrag&&slow>60;
      const answer=engine.json("look",[...options(),...(isShort?[["chart",0]]:[])],text());
      mistakes(answer.mistakes);
      $("answer").classList.toggle("stale",!!answer.mistakes);
      if(answer.mistakes)return;
      run=answer.run;run.count=answer.kills;
      if(!isShort){timeline=answer.timeline;next=answer.next}
      if(kill>Math.max(run.kills.length,1))kill=1;
      headline();pin();
      if(!isShort)draw();
      const took=performance.now()-begin;
      if(!isShort)slow=took;
      $("took").textContent="Answered in "+(took<10?took.toFixed(1):Math.round(took))+" ms.";
      later(isDrag);
    }
    let timer=0,frame=0;
    function later(isDrag){
      clearTimeout(timer);
      const rest=()=>{$("report").textContent=engine.ask("text",options(),text()).text??"";instant(isDrag)};
      if(isDrag)timer=setTimeout(rest,40);
      else{rest();timer=setTimeout(()=>{explain();whatNow()},slow>40?600:150)}
    }
    function override(path,value){
      sets=sets.filter(s=>s.path!==path);sets.push({path,value});
      if(!frame)frame=requestAnimationFrame(()=>{frame=0;refresh(true)});
    }
    function commit(){
      if(frame){cancelAnimationFrame(frame);frame=0}
      if(sets.length){
        const answer=engine.ask("format",options().filter(o=>o[0]!=="kernel"),text());
        if(answer.text){sets=[];$("text").value=answer.text;controls()}
      }
      refresh();
    }
    """##

  private static let answer = ##"""
    // MARK: The answer
    function headline(){
      const box=$("headline"),k=run.kills[0];
      guessing=$("guess").checked&&guessing;
      $("answer").hidden=$("over-time").hidden=guessing;$("question").hidden=!guessing;
      if(guessing)return question();
      box.className=run.panic||k?"bad":"good";
      box.textContent=run.panic&&!k?"The kernel panics at "+time(run.panic.at_us)+"."
        :!k?"Nobody is killed."
        :name(k.killed[0]??k.victim)+" is killed at "+time(k.at_us)+(k.by==="kernel"?k.cgroup?" by the limit of "+k.cgroup
          :" when the machine is out of memory":" by "+k.by)+(run.count>1?", then "+grouped(run.count-1)+" more":"")
          +(run.outcome==="loop"?", again and again":"")+".";
      if(run.panic&&k)box.textContent+=" Then the kernel panics.";
      if(run.refused.length)box.textContent+=" "+run.refused.length+" request"+(run.refused.length>1?"s are":" is")+" refused.";
      if(run.stuck.length)box.textContent+=" "+run.stuck.length+" can go no further.";
      $("digest").textContent="Linux "+run.kernel+", badness as since "+run.rule_set+", digest "+run.digest;
      const kills=$("kills"),shown=run.kills.slice(0,12);
      kills.hidden=run.kills.length<2;
      if(!kills.hidden)kills.replaceChildren("Explain kill ",...shown.map((k,i)=>button(String(i+1),()=>{kill=i+1;headline();explain();$("steps").open=true},
        {"aria-pressed":String(kill===i+1),"aria-label":"Kill "+(i+1)+": "+name(k.victim),title:name(k.victim)})),
        run.count>12?" of "+grouped(run.count):"");
    }
    function question(){
      const box=$("guesses");box.replaceChildren();
      const names=[...new Set(engine.json("score",options(),text()).processes?.filter(p=>p.eligible).map(p=>p.name))];
      for(const n of[...names.slice(0,16),"nobody"])box.append(button(n,()=>{
        const right=run.kills[0]?(run.kills[0].killed[0]??run.kills[0].victim).name:"nobody";
        guessing=false;headline();draw();
        $("verdict").textContent=n===right?"Right: "+right+". ":"Not "+n+": "+(right==="nobody"?"nobody is killed. ":right+". ");
        if(n!==right&&n!=="nobody"&&run.kills.length)explain(n);
      }));
    }
    function pin(){
      $("pinned").hidden=!pinned;
      if(!pinned)return;
      const say=r=>{const k=r.kills[0];return"Linux "+r.kernel+", "+(k?name(k.victim)+" at "+time(k.at_us)+", "+grouped(k.victim.points)+" points":"nobody")};
      $("before").textContent="A: "+say(pinned);$("after").textContent="B: "+say(run);
      $("differs").textContent=pinned.digest===run.digest?"the same run":"different runs";
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
      if(slow>60)list.append(el("li",{},button("search what spares "+name(k.victim),()=>search(k))));
      else search(k);
    }
    function search(k){
      const list=$("options");list.replaceChildren();
      const p=engine.json("protect",[...options(),["process",k.victim.pid]],text());
      if(p.mistakes){list.append(el("li",{textContent:p.mistakes[0].message}));return}
      const found=p.options.filter(o=>o.set).slice(0,6);
      if(!found.length)list.append(el("li",{textContent:"No single setting spares it."}));
      for(const o of found){
        const killed=o.then.killed[0],b=button(o.set,()=>{const at=o.set.indexOf("=");
          sets=[{path:o.set.slice(0,at),value:o.set.slice(at+1)}];commit()});
        list.append(el("li",{},b," "+(killed?"then "+name(killed)+" is killed":"then nobody is killed")));
      }
    }
    function choose(release){
      if(![...$("kernel").options].some(o=>o.value===release))$("kernel").append(el("option",{textContent:release}));
      $("kernel").value=release;
    }
    function releases(){
      const body=$("sides");body.replaceChildren(el("li",{textContent:"…"}));
      setTimeout(()=>{
        const c=engine.json("compare",options(),text());body.replaceChildren();
        if(c.mistakes){body.append(el("li",{textContent:c.mistakes[0].message}));return}
        for(const s of c.sides){
          const k=s.result.kills[0];
          body.append(el("li",{},button(s.from===s.to?s.from:s.from+" to "+s.to,()=>{choose(s.to);refresh()}),
            ": "+(k?name(k.victim)+", "+grouped(k.victim.points)+" points":s.result.panic?"panic":"nobody")));
        }
      },20);
    }
    """##
}
