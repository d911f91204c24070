// Asks the WebAssembly module what it asks the program, and compares byte for byte.
//
//     node Tests/WebAssembly/check.mjs MODULE.wasm PROGRAM [COUNT]
//
// All scenarios of Scenarios (run, look, score, explain), all logs of Tests/Data/logs (autopsy), pods, COUNT malformed and changed
// scenarios (200 by default), which may end in a mistake but never in a trap, as many generated worlds up to 1,000, and the
// memory that is in use before and after. Where oomsim.packed lies beside the module it has to become it, as a page unpacks it.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const [modulePath, program, countText] = process.argv.slice(2);
if (!program) {
  console.error("usage: check.mjs MODULE.wasm PROGRAM [COUNT]");
  process.exit(64);
}
const module = await WebAssembly.compile(readFileSync(modulePath));
if (WebAssembly.Module.imports(module).length > 0) throw new Error("the module imports something");
const engine = (await WebAssembly.instantiate(module, {})).exports;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function ask(command, options, input) {
  const head = encoder.encode([command, ...options.map(([n, v]) => `${n}=${v}`)].join("\n"));
  const room = engine.oomsim_reserve(head.length + input.length);
  const memory = new Uint8Array(engine.memory.buffer);
  memory.set(head, room);
  memory.set(input, room + head.length);
  const answer = engine.oomsim_call(room, head.length, head.length + input.length);
  const view = new DataView(engine.memory.buffer);
  const text = decoder.decode(
    new Uint8Array(engine.memory.buffer, answer + 5, view.getUint32(answer + 1, true)));
  const isMistake = view.getUint8(answer) === 1;
  engine.oomsim_release(answer);
  return { text, isMistake };
}

const files = (folder, end) =>
  readdirSync(folder, { recursive: true }).sort()
    .filter((f) => f.endsWith(end) && basename(f) !== "schema.json").map((f) => join(folder, f));

function told(args) {
  try {
    return execFileSync(program, args, { maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] }).toString();
  } catch (error) {
    return error.stdout.toString();
  }
}

let checked = 0;
let wrong = 0;
function compare(what, expected, found) {
  checked += 1;
  if (expected === found) return;
  wrong += 1;
  if (wrong <= 5) console.error(`differs: ${what}\n--- program\n${expected.slice(0, 400)}\n--- module\n${found.slice(0, 400)}`);
}

const packedPath = join(dirname(modulePath), "oomsim.packed");
if (existsSync(packedPath)) {
  const file = readFileSync(packedPath);
  const [small, count] = [file.readUInt32LE(8), file.readUInt32LE(12)];
  const unpacker = await WebAssembly.compile(file.subarray(16, 16 + small));
  async function unpacked(packed) {
    const { memory, unpack_room, unpack } = (await WebAssembly.instantiate(unpacker)).exports;
    // The memory grows, and is another buffer then.
    const room = unpack_room(packed.length, count);
    new Uint8Array(memory.buffer).set(packed, room);
    const at = unpack(packed.length, count);
    return at ? Buffer.from(memory.buffer, at, count) : undefined;
  }
  const packed = file.subarray(16 + small);
  const isSame = (await unpacked(packed))?.equals(readFileSync(modulePath)) === true;
  compare("oomsim.packed", "unpacks to the module", isSame ? "unpacks to the module" : "does not");
  // Damaged bytes become something else or nothing, never a trap.
  for (let i = 0; i < 40; i++) {
    const damaged = Buffer.from(packed.subarray(0, i % 2 ? packed.length : (packed.length * i) / 40));
    for (let at = 5 + i; at < damaged.length; at += 9973 * (i + 1)) damaged[at] ^= 1 << i % 8;
    await unpacked(damaged);
  }
}

const scenarios = files("Scenarios", ".json");
for (const path of scenarios) {
  const input = readFileSync(path);
  compare(`run ${path}`, told(["run", path, "--json"]), ask("run", [["file", path]], input).text);
}
for (const path of scenarios.filter((_, i) => i % 8 === 0)) {
  const input = readFileSync(path);
  for (const command of ["score", "explain"]) {
    compare(`${command} ${path}`, told([command, path, "--json"]), ask(command, [["file", path]], input).text);
  }
}
for (const path of files("Tests/Data/logs", ".txt")) {
  const answer = ask("autopsy", [], readFileSync(path));
  if (answer.isMistake) continue;
  compare(`autopsy ${path}`, told(["autopsy", path, "--json"]), answer.text);
}

// What a page asks for is the same run, in short.
for (const path of scenarios.filter((_, i) => i % 8 === 0)) {
  const input = readFileSync(path);
  const run = JSON.parse(ask("run", [], input).text);
  const look = JSON.parse(ask("look", [], input).text);
  const kills = (list) => JSON.stringify(list.slice(0, 200).map((k) => [k.at_us, k.victim.pid, k.victim.points, k.killed.map((d) => d.pid)]));
  compare(`look ${path}`, run.digest + run.kills.length + kills(run.kills), look.run.digest + look.kills + kills(look.run.kills));
}
for (const path of files("Tests/Data/k8s", "pods.json")) {
  compare(`pods ${path}`, told(["import", path, "--from", "kubernetes"]), ask("pods", [["file", path]], readFileSync(path)).text);
}

// Numbers from a seed: Steele, Lea and Flood, 2014.
let state = 1n;
function random(below) {
  state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let mixed = state;
  mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((mixed ^ (mixed >> 31n)) % BigInt(below));
}
const count = Number(countText ?? 200);
let mistakes = 0;
for (let number = 0; number < count; number += 1) {
  const bytes = Uint8Array.from(readFileSync(scenarios[random(scenarios.length)]));
  for (let change = random(3); change >= 0; change -= 1) bytes[random(bytes.length)] = 32 + random(95);
  const input = random(4) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
  if (ask("run", [], input).isMistake) mistakes += 1;
}

const one = (list) => list[random(list.length)];
function world(number) {
  const groups = ["/", ...["/a", "/a/b", "/c"].slice(0, random(4))];
  const memory = 256 + random(2048);
  const names = Array.from({ length: 1 + random(10) }, (_, i) => `p${i}`);
  const cgroups = Object.fromEntries(groups.slice(1).map((g) => [g, {
    "memory.max": one(["max", `${64 + random(512)}M`]), "memory.high": one(["max", `${32 + random(512)}M`]),
    "memory.oom.group": random(4) === 0 ? 1 : 0,
  }]));
  const events = Array.from({ length: 1 + random(10) }, () => {
    const process = one(names);
    const at = `${random(60)}s`;
    return one([
      { at, grow: { process, anon: `${random(1024)}M`, over: `${random(120)}s` } },
      { at, grow: { process, shmem: `${random(256)}M` } },
      { at, shrink: { process, anon: `${random(128)}M` } },
      { at, touch: { process, anon: `${random(64)}M` } },
      { at, exit: { process } },
      { at, sysrq: "f" },
    ]);
  });
  return JSON.stringify({
    schema: "oomsim.scenario/1", name: `world-${number}`,
    kernel: one(["2.6.32", "3.0", "3.10", "4.4", "4.19", "5.4", "5.10", "6.1", "6.12", "7.2"]),
    machine: { memory: `${memory}M`, swap: one([0, `${random(1024)}M`]), exit_delay: one(["0s", "2s"]) },
    sysctl: { "vm.overcommit_memory": one([0, 0, 1, 2]) }, cgroups,
    processes: names.map((name) => ({
      name, anon: `${random(Math.ceil(memory / names.length))}M`, file: `${random(16)}M`,
      oom_score_adj: one([0, 0, 0, -500, 300, 1000, -1000]), uid: one([0, 1000]), cgroup: one(groups),
    })),
    events,
  });
}
let worlds = 0;
for (let number = 0; number < Math.min(count, 1000); number += 1) {
  const text = world(number);
  const answer = ask("run", [["file", "standard input"]], encoder.encode(text));
  if (answer.isMistake) continue;
  worlds += 1;
  const result = execFileSync(program, ["run", "-", "--json"], { input: text, maxBuffer: 1 << 26, stdio: ["pipe", "pipe", "ignore"] });
  compare(`world ${number}`, result.toString(), answer.text);
}

// Asked the same again, nothing stays behind.
const story = readFileSync("Scenarios/protection/agent-minus-500.json");
for (let warm = 0; warm < 4; warm += 1) ask(warm % 2 ? "run" : "autopsy", [], story);
const before = engine.oomsim_in_use();
for (let again = 0; again < count; again += 1) ask(again % 2 ? "run" : "autopsy", [], story);
const left = engine.oomsim_in_use() - before;
console.log(`${checked} compared, ${worlds} of them generated worlds, ${wrong} differ; ${count} changed scenarios, ${mistakes} of them mistakes, no trap; ${left} bytes left behind by ${count} calls`);
process.exit(wrong > 0 || left > 0 ? 1 : 0);
