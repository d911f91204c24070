/// What a page does where scripts may run. Without it nothing is missing but the slider and the what-if.
enum PageScript {
  /// Points and the choice among them, by the same integers as `Badness` and `LeadTrace`; `PageFormulaTests` holds
  /// one against the other.
  static let formula = """
    "use strict";
    const oomsim=(()=>{
      const i64=v=>BigInt.asIntN(64,v),i32=v=>BigInt.asIntN(32,v);
      const u64=v=>BigInt.asUintN(64,v),u32=v=>BigInt.asUintN(32,v);
      const max=(a,b)=>a>b?a:b,min=(a,b)=>a<b?a:b;
      function thousandths(rule,pages){
        const wide=rule.bits===64,total=max(wide?rule.total:u32(rule.total),1n);
        if(rule.badness==="perMilleUnsigned")
          return i32((wide?u64(pages*1000n):u32(u32(pages)*1000n))/total);
        const product=i32(i32(pages)*1000n);
        if(!wide)return i32(u32(product)/total);
        return rule.badness==="perMilleInt"?i32(u64(product)/total):i64(u64(pages*1000n)/total);
      }
      /* Points of a process; null for one that is no candidate. */
      function points(rule,pages,adj,isAdmin){
        if(adj===-1000)return null;
        const wide=rule.bits===64;
        if(isAdmin&&rule.root==="ofOwnUse")
          pages-=wide?i64(pages*3n)/100n:i32(i32(pages)*3n)/100n;
        let weight=BigInt(adj);
        if(isAdmin&&rule.root==="ofTotal")weight-=30n;
        if(rule.badness.startsWith("perMille")){
          const sum=i64(thousandths(rule,pages)+weight);
          const held=rule.badness==="perMilleLong"&&wide?sum:i32(sum);
          return min(max(held,1n),1000n);
        }
        const unit=(wide?rule.total:u32(rule.total))/1000n;
        const sum=wide?i64(pages+weight*unit):i32(i32(pages)+i32(weight*unit));
        if(rule.badness==="atLeastOne")return max(sum,1n);
        return sum===(wide?-(1n<<63n):-(1n<<31n))?null:sum;
      }
      /* The place in the list of the one that is chosen, -1 when nobody is. */
      function choose(rule,all){
        const held=p=>rule.narrow?u32(p):p;
        let best=-1;
        all.forEach((p,i)=>{
          if(p===null)return;
          if(best<0){if(!rule.narrow||held(p)>0n)best=i;return;}
          const a=held(all[best]),b=held(p);
          if(b>a||(rule.later&&b===a))best=i;
        });
        return best;
      }
      return{points,choose};
    })();
    """
}
