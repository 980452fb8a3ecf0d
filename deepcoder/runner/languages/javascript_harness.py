"""Hold the second half of the script that Node runs in function mode: it loads the program once, then answers calls.

Runs: inside the sandbox, in the program's process. It is sent as text, as all of the runner is.

The first half is in `javascript_values`.
"""

from __future__ import annotations

CALLS_SCRIPT = r"""
// --- What calls are served with, which a program may replace -------------------------------------------------------

const Module = require("module");
const { readFileSync, readSync, writeFileSync, writeSync } = require("fs");
const { pathToFileURL } = require("url");
const { Script, constants: scripts } = require("vm");
const { dirname } = require("path");
const { apply } = Reflect;
const { allocUnsafe } = Buffer;
const { exit } = process;
const ReferenceError_ = ReferenceError, Promise_ = Promise, String_ = String, setImmediate_ = setImmediate;
const runScript = method(Script.prototype.runInThisContext);
const readLength = method(Buffer.prototype.readUInt32BE), writeLength = method(Buffer.prototype.writeUInt32BE);
const copy = method(Buffer.prototype.copy), writeText = method(Buffer.prototype.write);
const trim = method(String.prototype.trim), sourceOf = method(Function.prototype.toString);

const CALLS = 4, REPORTS = 5; // as in channel.py, which says what stands in a call and in a report
const RETURNED = "V", RAISED = "X";
const CALL_BYTES = 4, REPORT_BYTES = 5; // the head of each
const ERROR_CHARS = 500, MESSAGE_CHARS = 4000;
const MODULE_ERROR = /^(Cannot use (import statement|'import\.meta')|Unexpected token 'export'|await is only valid)/;

// --- The program --------------------------------------------------------------------------------------------------

const [, , entryPoint, ...files] = process.argv;
const path = process.cwd() + "/" + files[files.length - 1];
const program = new Module(path, module); // has a parent: a guarded demonstration must not run
program.filename = program.id;
const getters = { __proto__: null };
let evaluate = (text) => runScript(new Script(text)); // where the program's names are known

// Execute the files as one script after the other, with what a module finds.
async function load() {
  process.argv = [process.argv[0], program.filename];
  const found = {
    module: program,
    exports: program.exports,
    require: Module.createRequire(program.filename),
    __filename: program.filename,
    __dirname: dirname(program.filename),
    ListNode,
    TreeNode,
  };
  for (const name of keys(found)) {
    defineProperty(globalThis, name, { ...OWN, enumerable: false, value: found[name] });
  }
  const importModuleDynamically = scripts && scripts.USE_MAIN_CONTEXT_DEFAULT_LOADER; // older ones cannot import()
  for (let i = 0; i < files.length; i++) {
    const source = readFileSync(files[i], "utf8");
    let script;
    try {
      script = new Script(source, { filename: files[i], importModuleDynamically });
    } catch (error) {
      if (!test(MODULE_ERROR, error.message)) throw error;
      await loadModule(files[i] + ".mjs", source);
      continue;
    }
    runScript(script);
  }
}

// Execute an ES module. What it exports counts as what a program exports, and all of its names are known.
async function loadModule(file, source) {
  writeFileSync(file, source + "\nexport const $evaluate = (text) => eval(text);\n");
  const found = await import(pathToFileURL(file).href);
  evaluate = found.$evaluate;
  program.exports = found.default ?? found;
}

// Return what the program has under this name, whether a property of the global object or not.
function global_(name) {
  getters[name] ??= getter(name);
  return getters[name]();
}

function getter(name) {
  try {
    return evaluate(`() => typeof ${name} === "undefined" ? undefined : ${name}`);
  } catch {
    return () => undefined; // it is no name of a variable, but may be one of a method
  }
}

// Return the function of this name, and its `this`.
function entry(name) {
  const { exports } = program;
  const isClass = typeof exports === "function" && startsWith(sourceOf(exports), "class");
  const Solution = global_("Solution") ?? exports?.Solution ?? (isClass ? exports : undefined);
  if (typeof Solution === "function" && Solution.prototype) {
    const solution = new Solution();
    if (typeof solution[name] === "function") return [solution, solution[name]];
  }
  if (typeof Solution?.[name] === "function") return [Solution, Solution[name]];
  const found = global_(name);
  if (typeof found === "function") return [undefined, found];
  if (typeof exports?.[name] === "function") return [exports, exports[name]];
  if (typeof exports === "function") return [undefined, exports];
  throw new ReferenceError_(`the program defines no function ${name}`);
}

// Return what a call returns, which may be a promise. Named arguments stand behind the others, in their order.
function answer(call) {
  const parts = decode(call);
  const args = parts[0], named = parts[1], names = keys(named);
  for (let i = 0; i < names.length; i++) args[args.length] = named[names[i]];
  const found = entry(parts[2] ?? entryPoint);
  return apply(found[1], found[0], args);
}

// --- Calls and reports --------------------------------------------------------------------------------------------

let buffer = allocUnsafe(1 << 16);

// Return the text of the next call. The process ends when no more calls come.
function receive() {
  let received = 0, size = CALL_BYTES;
  while (received < size) {
    const part = readSync(CALLS, buffer, received, buffer.length - received, null);
    if (part === 0) exit(0);
    received += part;
    if (received >= CALL_BYTES) size = CALL_BYTES + readLength(buffer, 0);
    if (size > buffer.length) {
      const larger = allocUnsafe(size);
      copy(buffer, larger, 0, 0, received);
      buffer = larger;
    }
  }
  return textOf(buffer, "utf8", CALL_BYTES, size);
}

function report(kind, text) {
  const body = bufferOf(text);
  const bytes = allocUnsafe(REPORT_BYTES + body.length);
  writeText(bytes, kind);
  writeLength(bytes, body.length, 1);
  copy(body, bytes, REPORT_BYTES);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(REPORTS, bytes, sent);
}

// Return an error in one line.
function lineOf(error) {
  try {
    const text = slice(trim(String_(error)), 0, ERROR_CHARS), end = find(text, "\n");
    return end < 0 ? text : slice(text, 0, end);
  } catch {
    return "an error without a text";
  }
}

// Return it, and in a second line, encoded, the names of its classes, its text and its arguments.
function raised(error) {
  let names = [], message = "";
  try {
    const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
    if (isObject) names = classNames(error);
    const text = isObject ? error.message : undefined;
    message = slice(typeof text === "string" ? text : String_(error), 0, MESSAGE_CHARS);
  } catch {} // it has no text
  return lineOf(error) + "\n" + encode([names, message, [message]], 0);
}

async function serve() {
  try {
    await load();
    await new Promise_(setImmediate_); // what the program has begun may run
    entry(entryPoint);
  } catch (error) {
    report(RAISED, lineOf(error));
    exit(0);
  }
  for (;;) {
    const call = receive();
    let kind = RETURNED, text;
    try {
      let value = answer(call);
      if (typeof value === "object" && value !== null && typeof value.then === "function") value = await value;
      text = encode(value, 0);
    } catch (error) {
      kind = RAISED;
      text = raised(error);
    }
    report(kind, text);
  }
}

setImmediate(serve); // when Node has started: a program may replace what it starts with
"""
