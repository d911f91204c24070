extension PlaygroundScript {
  /// Memory over time, who would be killed at each moment, and the candidates of one.
  static let chart = ##"""
    // MARK: Memory over time
    const series=10;
    let drawn=[];
    function draw(){
      const W=Math.max($("plot").parentElement.clientWidth,240),H=230,left=64,page=timeline.page_size,times=timeline.time_us;
      const end=Math.max(...times,1),x=t=>left+(W-left-10)*t/end;
      drawn=timeline.processes.map(p=>({name:p.name,pages:p.pages,peak:p.pages.reduce((a,b)=>a>b?a:b,0)}))
        .sort((a,b)=>b.peak-a.peak);
      // The ones that die are drawn, however small.
      const dead=run.kills.slice(0,4).map(k=>(k.killed[0]??k.victim).name);
      drawn=[...drawn.filter(l=>dead.includes(l.name)),...drawn.filter(l=>!dead.includes(l.name))].slice(0,series);
      const machine=$("of-machine").checked,used=times.map((_,i)=>memory()/page-timeline.free_pages[i]);
      const limit=memory(),most=Math.max(...drawn.map(l=>l.peak*page),machine?Math.max(...used)*page:1,1);
      const top=limit&&limit<most*8?Math.max(limit,most)*1.03:most*1.03,y=v=>H-24-(H-40)*Math.min(v,top)/top;
      const g=$("plot");g.replaceChildren();g.setAttribute("viewBox","0 0 "+W+" "+H);
      const step=round(top/4);
      for(let v=0;v<=top;v+=step)g.append(svg("line",{x1:left,x2:W-10,y1:y(v),y2:y(v),class:"grid"}),
        svg("text",{x:left-6,y:y(v)+4,"text-anchor":"end"},v?size(v):"0"));
      const marks=W<420?2:4;
      for(let i=0;i<=marks;i++)g.append(svg("text",{x:x(end*i/marks),y:H-6,"text-anchor":i===marks?"end":i?"middle":"start"},i?short(end*i/marks):"0"));
      const line=(values,style,title)=>{
        let d="",px="",py="";
        values.forEach((p,n)=>{const qx=x(times[n]).toFixed(1),qy=y(p*page).toFixed(1);
          if(qx!==px||qy!==py)d+=(n?"L":"M")+qx+" "+qy;px=qx;py=qy});
        g.append(svg("path",{d,class:"l "+style},svg("title",{},title)));
      };
      if(limit&&limit<=top)g.append(svg("path",{d:"M"+left+" "+y(limit)+"H"+(W-10),class:"l limit"},svg("title",{},"memory of the machine")));
      if(machine)line(used,"swap","in use on the machine");
      drawn.forEach((l,i)=>line(l.pages,"s"+(i+1),l.name));
      if(!guessing)for(const k of run.kills.slice(0,60))
        g.append(svg("line",{x1:x(k.at_us),x2:x(k.at_us),y1:12,y2:H-24,class:"kill"},svg("title",{},"killed: "+name(k.victim))));
      const sample=style=>svg("svg",{viewBox:"0 0 26 10","aria-hidden":"true"},svg("path",{class:"l "+style,d:"M0 5H26"}));
      $("legend").replaceChildren(...drawn.map((l,i)=>el("li",{},sample("s"+(i+1)),l.name+" "+size(l.peak*page))),
        ...(limit&&limit<=top?[el("li",{},sample("limit"),"memory "+size(limit))]:[]),
        ...(machine?[el("li",{},sample("swap"),"in use on the machine")]:[]));
      strip(x,end,W,left);
      const slider=$("at");
      slider.max=end;if(!slider.dataset.moved)slider.value=run.kills[0]?Math.max(run.kills[0].at_us-1,0):end;
    }
    // Without the parts that are 0.
    const short=us=>time(us).replace(/^(.*[hm])0s$/,"$1").replace(/^(.*h)0m$/,"$1");
    const memory=()=>{const set=sets.find(s=>s.path==="machine.memory");
      return bytes(set?set.value:parsed()?.machine?.memory,timeline?.page_size)||null};
    // 1, 2 or 5 of a unit.
    function round(v){
      let unit=1;for(const u of[1024,units.M,units.G,units.T])if(v>=u)unit=u;
      const n=v/unit;for(const s of[1,2,5,10,20,50,100,200,500])if(n<=s)return s*unit;return 1000*unit;
    }
    // The process that would be killed at each moment, below the time axis; the samples say it.
    function strip(x,end,W,left){
      const box=$("strip"),times=timeline.time_us,parts=[];
      $("strip-says").textContent=guessing?"":"Who would be killed if "+(next.cgroup?next.cgroup+" were at its limit":"the machine were out of memory")+" then:";
      box.replaceChildren();
      if(guessing)return;
      next.at.forEach((n,i)=>{
        const to=i+1<times.length?times[i+1]:end,last=parts[parts.length-1];
        if(last&&last.n===n)last.to=to;else parts.push({n,from:times[i],to});
      });
      for(const p of parts){
        const from=(x(p.from)-left)/(W-left-10)*100,width=(x(p.to)-x(p.from))/(W-left-10)*100;
        if(width<.2)continue;
        const who=next.names[p.n],line=drawn.findIndex(l=>l.name===who?.name);
        const li=el("li",{className:who?line<0?"other":"b"+(line+1):"nobody",title:who?name(who):"nobody"},who?who.name:"nobody");
        li.style.left=from+"%";li.style.width=width+"%";box.append(li);
      }
    }

    // MARK: The candidates of a moment
    let cells=new Map();
    function instant(isDrag){
      const at=Math.floor($("at").value);$("when").textContent=time(at);
      $("at").setAttribute("aria-valuetext",time(at));
      const table=engine.json("score",[...options(),["at",at+"us"]],text());
      const body=$("candidates");
      if(table.mistakes){body.replaceChildren();return}
      const rows=[...table.processes].sort((a,b)=>(b.points??-1e30)-(a.points??-1e30)),most=rows.find(p=>p.eligible);
      // A value that is being dragged stays where it is; its row gets the new numbers.
      if(isDrag&&cells.size){
        for(const p of rows){const c=cells.get(p.pid);if(c)fill(c,p,most)}
        return;
      }
      cells=new Map();
      body.replaceChildren(...rows.slice(0,25).map(p=>{
        const adj=el("input",{type:"range",min:-1000,max:1000,value:p.oom_score_adj,step:1});
        adj.setAttribute("aria-label","oom_score_adj of "+name(p));
        const c={points:el("td",{className:"n"}),score:el("td",{className:"n"}),adj:el("output",{textContent:p.oom_score_adj})};
        adj.oninput=()=>{c.adj.textContent=adj.value;
          override("processes."+(unique(p.name)?p.name:p.pid)+".oom_score_adj",adj.value)};
        adj.onchange=commit;
        c.row=el("tr",{},el("th",{scope:"row",textContent:name(p)}),c.points,c.score,el("td",{className:"adj"},adj," ",c.adj));
        fill(c,p,most);cells.set(p.pid,c);
        return c.row;
      }));
      $("rest").textContent=rows.length>25?grouped(rows.length-25)+" more are not listed.":"";
    }
    function fill(c,p,most){
      c.points.textContent=p.eligible?grouped(p.points):"– "+(p.reason??"");c.score.textContent=p.oom_score;
      c.row.className=most&&p.pid===most.pid?"victim":"";
    }
    const unique=n=>(parsed()?.processes??[]).filter(p=>p.name===n&&!(p.count>1)).length===1&&!/[.\[\]=]/.test(n);
    """##
}
