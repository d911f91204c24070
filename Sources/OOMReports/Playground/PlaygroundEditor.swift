extension PlaygroundScript {
  /// The text of a scenario: mistakes at their places, keys to complete, and what the key at the cursor means.
  static let editor = ##"""
    // MARK: Mistakes
    function mistakes(list){
      const box=$("mistakes");box.replaceChildren();box.hidden=!list;
      for(const m of list??[]){
        const place=m.line?"line "+m.line+", column "+m.column+": ":"";
        box.append(el("li",{},button(place+(m.path?m.path+": ":"")+m.message,()=>m.line&&mark(m.line,m.column))));
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

    // MARK: Keys
    // Where a position is: the path of its object as the reference has it, the keys before it, and the word that is typed.
    function context(at){
      const all=text(),stack=[];let word=null;
      for(let i=0;i<at;i++){
        const c=all[i],top=stack[stack.length-1];
        if(c==='"'){
          let end=i+1;while(end<at&&all[end]!=='"'){if(all[end]==="\\")end++;end++}
          const inside=all.slice(i+1,Math.min(end,at));
          if(end>=at){word={from:i+1,text:inside};break}
          if(top&&top.isObject&&!top.isValue){top.key=inside;top.keys.push(inside)}
          i=end;
        }else if(c==="{"||c==="[")stack.push({isObject:c==="{",keys:[],key:null,isValue:false});
        else if(c==="}"||c==="]")stack.pop();
        else if(c===":"&&top)top.isValue=true;
        else if(c===","&&top)top.isValue=false;
      }
      const top=stack[stack.length-1];
      if(!top)return null;
      let path="";
      stack.slice(0,-1).forEach((s,depth)=>{
        const part=s.isObject?path==="cgroups"?"./PATH":s.key:path==="processes"?"NAME":"N";
        path+=path?"."+part.replace(/^\./,""):part;
      });
      return{path:path.replace("cgroups./PATH","cgroups./PATH"),isKey:top.isObject&&!top.isValue,key:top.key,keys:top.keys,word};
    }
    // Parts of events that several have stand in the reference once, where the first has them.
    function keysAt(path){
      if(places.has(path))return places.get(path);
      const last=path.split(".").pop();
      for(const[p,keys]of places)if(last.length>1&&last!=="NAME"&&p.endsWith("."+last))return keys;
      return[];
    }
    let offered=[],chosen=-1;
    function complete(asked){
      const box=$("text"),where=box.selectionStart===box.selectionEnd?context(box.selectionStart):null,list=$("keys");
      const known=where?keysAt(where.path):[];
      const about=where&&known.find(k=>k[0]===where.key);
      $("hint").textContent=where&&!where.isKey&&about?about[0]+" ("+about[1]+"): "+about[2]:"";
      offered=[];chosen=-1;
      if(where&&where.isKey&&(where.word||asked)){
        const typed=(where.word?.text??"").toLowerCase(),free=known.filter(k=>!where.keys.includes(k[0]));
        const begins=k=>k[0].toLowerCase().startsWith(typed);
        offered=[...free.filter(begins),...free.filter(k=>!begins(k)&&k[0].toLowerCase().includes(typed))].slice(0,8);
        if(offered.length===1&&offered[0][0]===where.word?.text)offered=[];
      }
      list.replaceChildren(...offered.map((k,i)=>{
        const li=el("li",{id:"key-"+i,role:"option"},el("b",{textContent:k[0]})," "+k[1]+". "+k[2]);
        li.setAttribute("aria-selected","false");li.onpointerdown=e=>{e.preventDefault();accept(i)};
        return li;
      }));
      list.hidden=!offered.length;
      box.removeAttribute("aria-activedescendant");
    }
    function select(i){
      chosen=(i+offered.length)%offered.length;
      [...$("keys").children].forEach((li,n)=>{li.setAttribute("aria-selected",String(n===chosen));
        if(n===chosen)li.scrollIntoView({block:"nearest"})});
      $("text").setAttribute("aria-activedescendant","key-"+chosen);
    }
    function accept(i){
      const box=$("text"),where=context(box.selectionStart),at=box.selectionStart,from=where.word?where.word.from:at;
      const all=text();let end=at;
      if(where.word){while(/[\w.]/.test(all[end]??""))end++;if(all[end]==='"')end++}
      const rest=/^\s*:/.test(all.slice(end))?"":": ";
      box.setRangeText((where.word?"":'"')+offered[i][0]+'"'+rest,from,end,"end");
      box.focus();box.dispatchEvent(new Event("input"));
    }
    $("text").onkeydown=e=>{
      if(e.key===" "&&e.ctrlKey){complete(true);if(offered.length)select(0);e.preventDefault();return}
      if(!offered.length)return;
      if(e.key==="ArrowDown")select(chosen+1);
      else if(e.key==="ArrowUp")select(chosen<0?-1:chosen-1);
      else if((e.key==="Enter"&&chosen>=0)||(e.key==="Tab"&&!e.shiftKey&&chosen>=0))accept(Math.max(chosen,0));
      else if(e.key==="Escape"){offered=[];$("keys").hidden=true}
      else return;
      e.preventDefault();
    };
    $("text").onkeyup=e=>{if(/^(Arrow(Left|Right)|Home|End|Page)/.test(e.key)||(/^Arrow/.test(e.key)&&!offered.length))complete()};
    $("text").onclick=()=>complete();
    $("text").onblur=()=>{$("keys").hidden=true};
    """##
}
