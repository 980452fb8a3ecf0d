"""Hold the first half of the script that Node runs in function mode: it reads and writes values.

Runs: inside the sandbox, in the program's process. It is sent as text, as all of the runner is.

`docs/languages.md` has the table of values, `wire/values.py` their encoding. The script copies the built-in functions
that it uses before it loads the program, which may replace them. That protects honest programs only: an answer is bytes
that a program sends, whatever the script does.
"""

from __future__ import annotations

VALUES_SCRIPT = r"""
"use strict";

// --- What values are made with, which a program may replace --------------------------------------------------------

const { types } = require("util");
const method = Function.prototype.bind.bind(Function.prototype.call); // x.f -> the function of x and the arguments
const { isArray } = Array;
const { isInteger, isSafeInteger } = Number;
const { keys } = Object;
const { defineProperty, getPrototypeOf } = Reflect;
const { parse, stringify } = JSON;
const { from: bufferOf } = Buffer;
const BigInt_ = BigInt, Map_ = Map, Set_ = Set, TypeError_ = TypeError;
const ObjectPrototype = Object.prototype, BufferPrototype = Buffer.prototype;
const IteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
const isPrototypeOf = method(Object.prototype.isPrototypeOf);
const textOf = method(Buffer.prototype.toString), hexOf = method(BigInt.prototype.toString);
const charAt = method(String.prototype.charCodeAt), find = method(String.prototype.indexOf);
const slice = method(String.prototype.slice), startsWith = method(String.prototype.startsWith);
const replace = method(String.prototype.replace), test = method(RegExp.prototype.test);
const sortNames = method(Array.prototype.sort), joinNames = method(Array.prototype.join);
const eachEntry = method(Map.prototype.forEach), eachElement = method(Set.prototype.forEach);
const setEntry = method(Map.prototype.set), addElement = method(Set.prototype.add);

const MOST_LEVELS = 700; // of brackets in an answer: whoever reads it has 1,000 frames
const MOST_NODES = 1 << 20, PLAIN_INT_BITS = 4000; // as in wire/nodes.py and wire/values.py
const NAME_CHARS = 500; // of a class
const LONG_DIGITS = /[0-9]{16}/, NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/g;
const SIDES = ["left", "right"];
const OWN = { __proto__: null, configurable: true, enumerable: true, writable: true };

// LeetCode's nodes, as its starter code shows them.
function ListNode(val, next) {
  this.val = val === undefined ? 0 : val;
  this.next = next === undefined ? null : next;
}

function TreeNode(val, left, right) {
  this.val = val === undefined ? 0 : val;
  this.left = left === undefined ? null : left;
  this.right = right === undefined ? null : right;
}

// --- From text to values ------------------------------------------------------------------------------------------

// The readers of tagged objects. Python's other numbers have no counterpart.
const READERS = {
  __proto__: null,
  $tuple: (items) => items,
  $set: setOf,
  $frozenset: setOf,
  $keys: (items) => items,
  $bytes: (hex) => bufferOf(hex, "hex"),
  $float: (name) => (name === "nan" ? NaN : name === "inf" ? Infinity : -Infinity),
  $int: (hex) => (startsWith(hex, "-") ? -BigInt_(slice(hex, 1)) : BigInt_(hex)),
  $dict: mapOf,
  $list_node: listOf,
  $tree_node: treeOf,
  $complex: () => refuse("a complex number"),
  $fraction: () => refuse("a Fraction"),
  $decimal: () => refuse("a Decimal"),
};

function refuse(what) {
  throw new TypeError_(`JavaScript has no counterpart of ${what}`);
}

function setOf(items) {
  const made = new Set_();
  for (let i = 0; i < items.length; i++) addElement(made, items[i]);
  return made;
}

function mapOf(pairs) {
  const made = new Map_();
  for (let i = 0; i < pairs.length; i++) setEntry(made, pairs[i][0], pairs[i][1]);
  return made;
}

function listOf(items) {
  const Node = nodeClass("ListNode", ListNode);
  let head = null;
  for (let i = items.length - 1; i >= 0; i--) {
    const node = new Node(items[i], head);
    node.val = items[i];
    node.next = head;
    head = node;
  }
  return head;
}

function treeOf(items) {
  const Node = nodeClass("TreeNode", TreeNode);
  let used = 0;
  const next = () => {
    const item = used < items.length ? items[used++] : null;
    if (item === null) return null;
    const node = new Node(item);
    node.val = item;
    node.left = node.right = null;
    return node;
  };
  const root = next();
  const nodes = root === null ? [] : [root];
  for (let i = 0; i < nodes.length && used < items.length; i++) {
    for (let side = 0; side < SIDES.length; side++) {
      const child = (nodes[i][SIDES[side]] = next());
      if (child !== null) nodes[nodes.length] = child;
    }
  }
  return root;
}

// Return the program's class of this name, else ours.
function nodeClass(name, ours) {
  const theirs = global_(name);
  return typeof theirs === "function" && theirs.prototype ? theirs : ours;
}

// Return the value of an encoded text.
function decode(text) {
  const tagged = tagLongInts(text);
  const value = parse(tagged);
  return tagged !== text || find(text, '"$') >= 0 || find(text, "\\u00") >= 0 ? untagged(value) : value;
}

// Return the value that a parsed one stands for.
function untagged(value) {
  if (typeof value !== "object" || value === null) return value;
  const names = keys(value);
  for (let i = 0; i < names.length; i++) {
    const inner = value[names[i]];
    const meant = untagged(inner);
    if (meant !== inner) {
      defineProperty(value, names[i], { ...OWN, value: meant }); // an assignment to "__proto__" would do something else
    }
  }
  const read = names.length === 1 && !isArray(value) ? READERS[names[0]] : undefined;
  return read === undefined ? value : read(value[names[0]]);
}

// Return the text with the ints tagged that a Number would round.
function tagLongInts(text) {
  if (!test(LONG_DIGITS, text)) return text;
  let made = "", at = 0;
  while (at < text.length) {
    let quote = find(text, '"', at);
    if (quote < 0) quote = text.length;
    made += replace(slice(text, at, quote), NUMBER, tagIfLong);
    at = endOfString(text, quote);
    made += slice(text, quote, at);
  }
  return made;
}

function tagIfLong(digits) {
  if (digits.length < 16 || find(digits, ".") >= 0 || find(digits, "e") >= 0 || find(digits, "E") >= 0) return digits;
  if (isSafeInteger(+digits)) return digits;
  return `{"$int":"${hexInt(BigInt_(digits))}"}`;
}

// Return the place after the string that begins at this quote.
function endOfString(text, quote) {
  for (let at = quote + 1; at < text.length; at++) {
    const code = charAt(text, at);
    if (code === 92) at++; // a backslash
    else if (code === 34) return at + 1;
  }
  return text.length;
}

// --- From values to text ------------------------------------------------------------------------------------------

// Return the text of a value. It stands within so many brackets.
function encode(value, level) {
  switch (typeof value) {
    case "number":
      return encodeNumber(value);
    case "string":
      return stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "undefined":
      return "null";
    case "bigint":
      return encodeInt(value);
    case "object":
      return value === null ? "null" : encodeObject(value, level);
    default:
      return opaque(value); // a function or a symbol
  }
}

function encodeNumber(value) {
  if (isSafeInteger(value)) return "" + value;
  if (isInteger(value)) return "" + BigInt_(value); // exactly; its usual text has only the first digits
  if (value !== value) return '{"$float":"nan"}';
  return value === Infinity ? '{"$float":"inf"}' : value === -Infinity ? '{"$float":"-inf"}' : "" + value;
}

function encodeInt(value) {
  const hex = hexInt(value);
  return 4 * hex.length < PLAIN_INT_BITS ? "" + value : `{"$int":"${hex}"}`; // decimal text takes quadratic time
}

function hexInt(value) {
  return value < 0n ? "-0x" + hexOf(-value, 16) : "0x" + hexOf(value, 16);
}

function encodeObject(value, level) {
  if (level >= MOST_LEVELS) throw new TypeError_("the value nests too deeply, or contains itself");
  if (isArray(value)) return encodeArray(value, level, encode);
  const prototype = getPrototypeOf(value), isPlain = prototype === ObjectPrototype || prototype === null;
  if (isPlain) return encodeNode(value, level, []) ?? encodeRecord(value, level);
  if (types.isMap(value)) return encodeMap(value, level);
  if (types.isSet(value)) return `{"$set":${encodeSet(value, level + 1)}}`;
  if (prototype === BufferPrototype && types.isUint8Array(value)) return `{"$bytes":"${textOf(value, "hex")}"}`;
  if (types.isTypedArray(value)) return encodeArray(value, level, encode);
  if (isPrototypeOf(IteratorPrototype, value)) return encodeArray(drained(value), level, encode);
  return encodeNode(value, level, classNames(value)) ?? opaque(value);
}

// Return the text of one of LeetCode's nodes, by its classes or because it has the fields of one and no others; else
// undefined.
function encodeNode(value, level, classes) {
  const names = keys(value);
  const fields = names.length === 2 || names.length === 3 ? joinNames(sortNames(names), " ") : "";
  let isList = fields === "next val" && isLink(value.next);
  let isTree = fields === "left right val" && isLink(value.left) && isLink(value.right);
  for (let i = 0; i < classes.length && !isList && !isTree; i++) {
    isList = classes[i] === "ListNode";
    isTree = classes[i] === "TreeNode";
  }
  if (isList) return `{"$list_node":${encodeArray(listItems(value), level + 1, encode)}}`;
  if (isTree) return `{"$tree_node":${encodeArray(treeItems(value), level + 1, encode)}}`;
}

function isLink(value) {
  return value === null || value === undefined || (typeof value === "object" && "val" in value);
}

function encodeArray(items, level, encodeItem) {
  let text = "[";
  for (let i = 0; i < items.length; i++) text += (i === 0 ? "" : ",") + encodeItem(items[i], level + 1);
  return text + "]";
}

function encodeRecord(value, level) {
  const names = keys(value);
  const made = new Map_();
  for (let i = 0; i < names.length; i++) setEntry(made, names[i], value[names[i]]);
  return encodeMap(made, level);
}

function encodeMap(map, level) {
  let isPlain = true, plain = "", pairs = "", comma = "";
  eachEntry(map, (_, key) => {
    isPlain &&= typeof key === "string" && !startsWith(key, "$");
  });
  eachEntry(map, (value, key) => {
    if (isPlain) plain += `${comma}${stringify(key)}:${encode(value, level + 1)}`;
    else pairs += `${comma}[${encodeKey(key, level + 3)},${encode(value, level + 3)}]`;
    comma = ",";
  });
  return isPlain ? `{${plain}}` : `{"$dict":[${pairs}]}`;
}

function encodeSet(set, level) {
  let text = "", comma = "";
  eachElement(set, (value) => {
    text += comma + encodeKey(value, level + 1);
    comma = ",";
  });
  return `[${text}]`;
}

// Return the text of a key, or of a set's element: in Python those cannot change.
function encodeKey(value, level) {
  if (typeof value !== "object" || value === null) return encode(value, level);
  if (level >= MOST_LEVELS) throw new TypeError_("the value nests too deeply, or contains itself");
  if (isArray(value)) return `{"$tuple":${encodeArray(value, level + 1, encodeKey)}}`;
  return types.isSet(value) ? `{"$frozenset":${encodeSet(value, level + 1)}}` : opaque(value);
}

// Return the text of a value that equals nothing.
function opaque(value) {
  const name = typeof value === "function" ? "Function" : typeof value === "symbol" ? "Symbol" : classNames(value)[0];
  return `{"$object":[${stringify(name || "Object")},true]}`;
}

// Return the names of the classes of an object, the nearest first.
function classNames(value) {
  const names = [];
  for (let each = value; names.length < 20 && (each = getPrototypeOf(each)) !== null; ) {
    const class_ = each.constructor, name = typeof class_ === "function" ? class_.name : "";
    names[names.length] = typeof name === "string" ? slice(name, 0, NAME_CHARS) : "";
  }
  return names;
}

function drained(iterator) {
  const items = [];
  for (let step; !(step = iterator.next()).done; ) items[items.length] = step.value;
  return items;
}

function listItems(node) {
  const items = [];
  for (; node !== null && node !== undefined; node = node.next) {
    items[items.length] = node.val;
    if (items.length > MOST_NODES) throw new TypeError_("a linked list runs in a circle");
  }
  return items;
}

function treeItems(root) {
  const nodes = [root], items = [];
  let length = 0;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (node === null || node === undefined) {
      items[i] = null;
      continue;
    }
    items[i] = node.val;
    nodes[nodes.length] = node.left;
    nodes[nodes.length] = node.right;
    length = i + 1;
    if (length > MOST_NODES) throw new TypeError_("a tree runs in a circle");
  }
  items.length = length; // without the nulls at the end
  return items;
}
"""
