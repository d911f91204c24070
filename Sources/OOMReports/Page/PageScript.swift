extension PageScript {
  /// The slider over time and the what-if of each kill. Names of a scenario only ever become text of nodes.
  static let page = """
    (()=>{
      const data=JSON.parse(document.getElementById("data").textContent);
      const by=id=>document.getElementById(id);
      const make=(tag,text)=>{const e=document.createElement(tag);if(text!==undefined)e.textContent=text;return e;};
      const grouped=v=>{const s=v.toString(),n=s.startsWith("-")?"-":"";\
    return n+s.replace("-","").replace(/\\B(?=(\\d{3})+$)/g," ");};
      function size(pages){
        const bytes=BigInt(pages)*BigInt(data.page);
        for(const[name,shift]of[["TiB",40n],["GiB",30n],["MiB",20n],["KiB",10n]]){
          const unit=1n<<shift;
          if(bytes>=unit){const whole=bytes/unit,tenth=bytes%unit*10n/unit;\
    return whole>=100n||tenth===0n?whole+" "+name:whole+"."+tenth+" "+name;}
        }
        return bytes+" B";
      }
      function clock(us){
        const s=Math.floor(us/1e6),f=us%1e6;let t="";
        if(s>=3600)t+=Math.floor(s/3600)+"h";
        if(s>=60)t+=Math.floor(s/60)%60+"m";
        t+=s%60;
        if(f>=1e3&&s<60)t+="."+String(1e6+f).slice(1,4).replace(/0+$/,"");
        return t+"s";
      }
      const times=data.times,slider=by("when"),list=by("values");
      if(times.length>1&&slider){
        const cursors=[...document.querySelectorAll(".canvas")].map(c=>{\
    const e=make("div");e.className="cursor";e.hidden=true;c.append(e);return e;});
        /* Where something happens there is a sample before and one after. */
        const said=i=>clock(times[i])+(times[i]===times[i+1]?", just before":times[i]===times[i-1]?", just after":"");
        const show=i=>{
          slider.value=i;by("clock").textContent=said(i);
          slider.setAttribute("aria-valuetext",said(i));
          const x=data.end?times[i]/data.end*100:i/(times.length-1)*100;
          for(const c of cursors){c.hidden=false;c.style.left=x+"%";}
          list.replaceChildren();
          const fact=(name,value)=>{const e=make("div");e.append(make("dt",name),make("dd",value));list.append(e);};
          /* A service is called by the pid that it has at that moment. */
          for(const line of data.lines)\
    fact((line[2]??[]).reduce((n,life)=>life[0]<=i?life[1]:n,line[0]),size(line[1][i]));
          if(data.next.length)fact("would be killed",data.names[data.next[i]]??"nobody");
        };
        slider.addEventListener("input",()=>show(Number(slider.value)));
        document.querySelectorAll(".canvas").forEach(c=>c.addEventListener("pointermove",e=>{
          const box=c.getBoundingClientRect();
          const t=Math.min(Math.max((e.clientX-box.left)/box.width,0),1);
          /* Left of an instant is what was before it, right of it what came after. */
          let best=0,near=Infinity;
          times.forEach((v,i)=>{const x=data.end?v/data.end:i/(times.length-1),d=Math.abs(x-t);\
    if(d<near||(d===near&&t>x)){near=d;best=i;}});
          show(best);
        }));
        by("slider").hidden=false;
        show(data.begin);
      }
      const unfold=()=>{for(let e=location.hash.length>1?by(location.hash.slice(1)):null;e;e=e.parentElement)\
    if(e.tagName==="DETAILS"){e.open=true;e.classList.add("unfolded");}};
      /* Browsers unfold everything to print it: what the reader has unfolded is told by a class. */
      document.addEventListener("click",e=>{const s=e.target.closest("summary");\
    if(s)s.parentElement.classList.toggle("unfolded",!s.parentElement.open);});
      window.addEventListener("hashchange",unfold);unfold();
      for(const[number,kill]of data.kills){
        const tool=by("w"+number);
        if(!tool)continue;
        kill.total=BigInt(kill.total);
        const rows=kill.rows.map(r=>({pid:r[0],name:r[1],pages:BigInt(r[2]),adj:r[3],admin:r[4]===1,\
    points:r[5]===null?null:BigInt(r[5]),open:r[6]===1}));
        const who=make("select"),adj=make("input"),range=make("input"),body=make("tbody"),say=make("p");
        rows.forEach((r,i)=>{if(r.open){const o=make("option",r.name+" ("+r.pid+")");o.value=i;who.append(o);}});
        const first=rows.findIndex(r=>r.pid===kill.victim);
        if(first>=0&&rows[first].open)who.value=first;
        adj.type="number";range.type="range";
        for(const e of[adj,range]){e.min=-1000;e.max=1000;e.step=1;}
        range.setAttribute("aria-label","oom_score_adj of the process");
        say.setAttribute("role","status");
        const compute=value=>{
          const row=rows[Number(who.value)];
          if(!row)return;
          const all=rows.map(r=>r===row?oomsim.points(kill,r.pages,value,r.admin):r.points);
          const chosen=oomsim.choose(kill,all);
          const order=rows.map((r,i)=>i).filter(i=>all[i]!==null).sort((a,b)=>\
    all[a]!==all[b]?(all[a]>all[b]?-1:1):kill.later?b-a:a-b);
          say.textContent=chosen<0?"Nobody could be chosen.":rows[chosen].name+" ("+rows[chosen].pid+") would be chosen"\
    +(rows[chosen].pid===kill.victim?", as it was.":".");
          body.replaceChildren();
          const shown=order.slice(0,8),own=rows.indexOf(row);
          if(!shown.includes(own)&&all[own]!==null)shown.push(own);
          for(const i of shown){
            const tr=make("tr"),place=make("td",String(order.indexOf(i)+1)),\
    name=make("th",rows[i].name+" ("+rows[i].pid+")"+(i===chosen?": chosen":"")),\
    sum=make("td",grouped(all[i])),set=make("td",String(i===own?value:rows[i].adj));
            place.className=sum.className=set.className="n";name.className="name";name.scope="row";
            if(i===chosen)tr.className="victim";
            tr.append(place,name,sum,set);body.append(tr);
          }
        };
        const set=value=>{adj.value=range.value=value;compute(value);};
        const change=e=>{const v=Math.trunc(Number(e.target.value));\
    if(e.target.value!==""&&v>=-1000&&v<=1000){(e.target===adj?range:adj).value=v;compute(v);}};
        who.addEventListener("change",()=>set(rows[Number(who.value)].adj));
        adj.addEventListener("input",change);range.addEventListener("input",change);
        const l1=make("label","Process "),l2=make("label","oom_score_adj ");
        l1.append(who);l2.append(adj);
        const table=make("table"),caption=make("caption","By points, with this setting"),head=make("thead"),\
    tr=make("tr"),box=make("div");
        for(const[text,style]of[["place","n"],["process","name"],["points","n"],["oom_score_adj","n"]]){\
    const th=make("th",text);th.scope="col";th.className=style;tr.append(th);}
        head.append(tr);table.append(caption,head,body);box.className="scroll";box.tabIndex=0;
        box.setAttribute("role","region");box.setAttribute("aria-label","What if, kill "+number);
        box.append(table);tool.append(l1,l2,range,say,box);
        if(rows[Number(who.value)]){set(rows[Number(who.value)].adj);tool.hidden=false;}
      }
      addEventListener("beforeprint",()=>document.querySelectorAll("details").forEach(d=>{d.open=true;}));
    })();
    """
}
