/// The script that runs the engine in a page: the module that `Sources/WebAssembly/build.sh` makes, unpacked, and asked.
enum PlaygroundEngine {
  /// 91 digits: all that is printed of ASCII, but for the blank and what begins markup or an escape.
  private static let alphabet = (UInt8(ascii: "!")...UInt8(ascii: "~")).filter {
    ![UInt8(ascii: "<"), UInt8(ascii: "&"), UInt8(ascii: "\\")].contains($0)
  }

  /// Two digits for 13 bits, the first byte's lowest bits first, zeros behind the end.
  private static func digits(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 8 + 12) / 13 * 2)
    var (bits, count) = (0, 0)
    func add(_ value: Int) {
      text.append(alphabet[value / 91])
      text.append(alphabet[value % 91])
    }
    for byte in bytes {
      bits |= Int(byte) << count
      count += 8
      if count >= 13 {
        add(bits & 0x1FFF)
        bits >>= 13
        count -= 13
      }
    }
    if count > 0 { add(bits) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The module as elements of a page, which `script` reads.
  static func element(_ module: PackedModule) -> String {
    "<script type=\"text/plain\" id=\"alphabet\">\(String(decoding: alphabet, as: UTF8.self))</script>\n"
      + element("unpacker", module.unpacker)
      + element("module", module.packed, " data-unpacked=\"\(module.unpackedCount)\"")
  }

  /// Bytes, which `engine` takes out of the page.
  static func element(_ id: String, _ bytes: [UInt8], _ more: String = "") -> String {
    "<script type=\"text/plain\" id=\"\(id)\" data-count=\"\(bytes.count)\"\(more)>\(digits(of: bytes))</script>\n"
  }

  static let script = ##"""
    "use strict";
    const engine=(()=>{
      let module=null,exports=null;
      const encoder=new TextEncoder(),decoder=new TextDecoder();
      // Two digits of 91 stand for 13 bits; the alphabet has nothing that is markup.
      function bytesOf(text,count){
        const digit=new Uint8Array(128),alphabet=document.getElementById("alphabet").textContent;
        for(let i=0;i<91;i++)digit[alphabet.charCodeAt(i)]=i;
        const out=new Uint8Array(count);
        for(let from=0,to=0,bits=0,held=0;to<count;){
          if(held<8){
            bits|=(digit[text.charCodeAt(from)]*91+digit[text.charCodeAt(from+1)])<<held;
            from+=2;held+=13;
          }
          out[to++]=bits;bits>>=8;held-=8;
        }
        return out;
      }
      async function start(){exports=(await WebAssembly.instantiate(module,{})).exports}
      function taken(id){
        const holder=document.getElementById(id);
        holder.remove();
        return[bytesOf(holder.textContent.trim(),Number(holder.dataset.count)),Number(holder.dataset.unpacked)];
      }
      async function data(id){
        const stream=new Blob([taken(id)[0]]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
        return JSON.parse(decoder.decode(await new Response(stream).arrayBuffer()));
      }
      async function boot(){
        const[unpacker]=taken("unpacker"),[packed,count]=taken("module");
        const small=(await WebAssembly.instantiate(unpacker,{})).instance.exports;
        const room=small.unpack_room(packed.length,count);
        if(room)new Uint8Array(small.memory.buffer).set(packed,room);
        const at=room&&small.unpack(packed.length,count);
        if(!at)throw new Error("the engine in this page is damaged");
        module=await WebAssembly.compile(new Uint8Array(small.memory.buffer,at,count));
        await start();
      }
      // A command with options, [name, value] each, and the input as text. The answer has the text, or what is wrong.
      function ask(command,options,input){
        if(!exports)return{mistakes:[{message:"the engine starts again: try once more"}]};
        const head=encoder.encode([command,...options.map(([n,v])=>n+"="+v)].join("\n")),body=encoder.encode(input);
        try{
          const room=exports.oomsim_reserve(head.length+body.length);
          const memory=new Uint8Array(exports.memory.buffer);
          memory.set(head,room);memory.set(body,room+head.length);
          const answer=exports.oomsim_call(room,head.length,head.length+body.length);
          const view=new DataView(exports.memory.buffer),count=view.getUint32(answer+1,true);
          const text=decoder.decode(new Uint8Array(exports.memory.buffer,answer+5,count));
          const isMistake=view.getUint8(answer)===1;
          exports.oomsim_release(answer);
          // Memory of a module only grows: after a very large input a new one begins small.
          if(exports.memory.buffer.byteLength>5e8){exports=null;start()}
          return isMistake?JSON.parse(text):{text};
        }catch(error){
          exports=null;start();
          return{mistakes:[{message:"the engine cannot do this here: it is too large for a page, or this is a bug ("+error.message+")"}]};
        }
      }
      return{boot,ask,data,json:(c,o,i)=>{const a=ask(c,o,i);return a.mistakes?a:JSON.parse(a.text)}};
    })();
    """##
}
