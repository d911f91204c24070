internal import OOMFormats
internal import OOMSimulator

/// What the page teaches: questions with their answers, beliefs with what shows the truth, and the keys of the format.
struct PlaygroundCourse {
  /// Texts of scenarios that are no stories of the course, by their path.
  let others: [String: String]

  /// How many questions of each level.
  static let questions = 12

  /// Paths of the scenarios that a proof needs, below the directory of the course.
  static var proofs: [String] {
    Myth.allCases.flatMap { MythProof(of: $0).command }.filter { $0.hasSuffix(".json") }
      .map { String($0.dropFirst("Scenarios/".count)) }
  }

  var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("quiz")
      writer.array { writer in
        for level in Quiz.Level.allCases {
          let quiz = Quiz(seed: 1, level: level, count: Self.questions)
          for question in quiz.questions {
            writer.object(inline: true) { $0.question(question, level: level) }
          }
        }
      }
      writer.key("myths")
      writer.array { writer in
        for myth in Myth.allCases { writer.object(inline: true) { $0.myth(myth) } }
      }
      writer.key("others")
      writer.array { writer in
        for (path, text) in others.sorted(by: { $0.key < $1.key }) {
          writer.array(inline: true) {
            $0.string(path)
            $0.string(text)
          }
        }
      }
      writer.key("fields")
      writer.array { writer in
        for place in FormatReference().places {
          writer.array(inline: true) { writer in
            writer.string(place.path)
            writer.array(inline: true) { writer in
              for key in place.keys {
                writer.array(inline: true) {
                  $0.string(key.key)
                  $0.string(key.type)
                  $0.string(key.meaning)
                }
              }
            }
          }
        }
      }
    }
    writer.finish()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension JSONWriter {
  fileprivate mutating func question(_ question: Quiz.Question, level: Quiz.Level) {
    field("level", level.rawValue)
    field("setting", question.setting)
    field("text", question.text)
    key("choices")
    array(inline: true) { writer in
      for choice in question.choices {
        writer.array(inline: true) {
          $0.string(choice.text)
          $0.string(choice.outcome)
        }
      }
    }
    field("right", Int64(question.right))
    field("scenario", String(decoding: question.scenario.json(), as: UTF8.self))
  }

  fileprivate mutating func myth(_ myth: Myth) {
    let proof = MythProof(of: myth)
    field("claim", myth.claim)
    field("ruling", myth.ruling)
    field("truth", myth.truth)
    field("command", proof.command)
    field("shows", proof.shows)
  }
}

extension PlaygroundScript {
  static let course = ##"""
    // MARK: The quiz
    let asked=0,right=0,at=0;
    function quiz(){
      const q=course.quiz[at],box=$("quiz-question");
      const lines=[];
      for(const line of q.setting){
        if(!line.startsWith(" "))lines.push(el("p",{textContent:line}));
        else if(lines.at(-1)?.tagName==="PRE")lines.at(-1).textContent+="\n"+line;
        else lines.push(el("pre",{tabIndex:0,textContent:line}));
      }
      const verdict=el("div",{id:"quiz-verdict"});verdict.setAttribute("aria-live","polite");
      const buttons=q.choices.map(([choice],i)=>button(choice,()=>{
        asked++;if(i===q.right)right++;
        buttons.forEach((b,n)=>{b.disabled=true;if(n===q.right)b.setAttribute("aria-pressed","true")});
        const outcomes=[...new Set([q.choices[i][1],q.choices[q.right][1]])];
        verdict.replaceChildren(el("p",{},el("strong",{textContent:i===q.right?"Right. ":"No, it is "+q.choices[q.right][0]+". "}),outcomes.join(" ")),
          el("div",{className:"tools"},button("See this world run",()=>{$("guess").checked=false;$("kernel").value="";tab("scenario");take(q.scenario,"quiz")}),
            button("Next question",()=>{at=(at+1)%course.quiz.length;quiz();$("quiz-head").focus()})));
        score();
      }));
      box.replaceChildren(el("h2",{id:"quiz-head",tabIndex:-1,textContent:"Question "+(at+1)+" of "+course.quiz.length+", "+q.level}),
        ...lines,el("p",{},el("strong",{textContent:q.text})),el("div",{className:"tools"},...buttons),verdict);
      score();
    }
    const score=()=>{$("quiz-score").textContent=asked?right+" of "+asked+" right.":"Each answer is that of a replay."};

    // MARK: Myths
    function myths(){
      $("myth-list").replaceChildren(...course.myths.map(m=>el("details",{},el("summary",{textContent:m.claim}),
        el("p",{},el("strong",{textContent:m.ruling[0].toUpperCase()+m.ruling.slice(1)+". "}),m.truth),
        el("div",{className:"tools"},button("Show it",()=>show(m))),el("p",{className:"soft"}))));
    }
    const storyAt=path=>{
      const name=path.split("/").pop().replace(/\.json$/,""),own=others.get(path.replace("Scenarios/",""));
      return own?{name,text:own,teaches:""}:stories.find(s=>s.name===name);
    };
    // The command that proves it, done here: its stories, its settings, its releases, one after the other.
    function show(m){
      const[command,...words]=m.command,files=words.filter(w=>w.endsWith(".json"));
      const value=flag=>words[words.indexOf(flag)+1],has=flag=>words.includes(flag);
      const all=words.flatMap((w,i)=>w==="--set"?[words[i+1]]:[]);
      const kernels=has("--kernels")?value("--kernels").split(","):has("--kernel")?[value("--kernel")]:[""];
      const note=[...$("myth-list").children].find(d=>d.firstChild.textContent===m.claim).lastChild;
      $("guess").checked=false;pinned=null;
      const sides=files.length>1?files.map(f=>[f,kernels[0]]):kernels.map(k=>[files[0],k]);
      sides.forEach(([file,kernel],i)=>{
        open(storyAt(file));
        if(kernel)choose(kernel);
        sets=all.map(s=>({path:s.slice(0,s.indexOf("=")),value:s.slice(s.indexOf("=")+1)}));
        commit();
        if(i===0&&sides.length>1)pinned=run;
      });
      pin();
      if(has("--why"))explain(value("--why"));
      if(command==="explain"){$("steps").open=true;clearTimeout(timer);if(!has("--why"))explain()}
      if(command==="score"){$("at").value=0;$("at").dataset.moved=1;instant()}
      note.textContent="Beside this now: "+$("headline").textContent+(pinned?" "+$("before").textContent+"; "+$("after").textContent+".":"")
        +" In a terminal: oomsim "+m.command.map(w=>/^[\w./=,+-]+$/.test(w)?w:"'"+w+"'").join(" ");
      if(innerWidth<960)$("headline").scrollIntoView();
    }
    """##
}
