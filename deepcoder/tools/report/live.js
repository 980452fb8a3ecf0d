"use strict";
// Asks the server whether the page has another version now, and then loads it, and leaves it as the reader had it.
// The browser itself restores where the window was scrolled to.
(() => {
  const EVERY_MS = 2000;
  const KEPT = "deepcoder watch";
  const version = document.querySelector("meta[name=version]").content;
  const said = document.querySelector("#live");
  const follows = said.textContent;

  function say(text) {
    if (said.textContent !== text) said.textContent = text;
  }

  // The parts of the page by names that they have on the next page, too: what they are called, in which chart or table,
  // without the numbers that change, and which one of these it is.
  function named(selector) {
    const counts = new Map();
    return [...document.querySelectorAll(selector)].map((part) => {
      const label = (each) => each?.getAttribute("aria-label") ?? each?.firstChild?.textContent ?? "";
      const chart = part.closest("figure")?.querySelector("h3");
      const words = [chart, part.closest("[role=region]"), part.matches("details") ? part.firstElementChild : part];
      const name = part.tagName + words.map(label).join(" ").replace(/\d+/g, "");
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return [`${name} ${counts.get(name)}`, part];
    });
  }

  const [DETAILS, TABLES, FOCUSED] = ["details", "[role=region]", "a, button, summary"];
  const wasOpen = new Map(named(DETAILS).map(([name, part]) => [name, part.open]));

  function keep() {
    const sorted = named(TABLES).map(([name, part]) => [name, part.querySelector("th[aria-sort]")]);
    const kept = {
      open: named(DETAILS).filter(([name, part]) => part.open !== wasOpen.get(name)).map(([name, part]) => [name, part.open]),
      sorted: sorted.filter(([, th]) => th).map(([name, th]) => [name, [th.textContent, th.getAttribute("aria-sort")]]),
      scrolled: named(TABLES).map(([name, part]) => [name, part.scrollTop]).filter(([, top]) => top > 0),
      focused: named(FOCUSED).filter(([, part]) => part.matches(":focus-visible")).map(([name]) => [name, true]),
    };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }

  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    const each = (selector, entries, act) => {
      const found = new Map(entries);
      for (const [name, part] of named(selector)) if (found.has(name)) act(part, found.get(name));
    };
    each(DETAILS, kept.open, (part, open) => { part.open = open; });
    each(TABLES, kept.sorted, (part, [column, order]) => {
      const th = [...part.querySelectorAll("th")].find((one) => one.textContent === column);
      const button = th?.querySelector("button");
      button?.click();
      if (order === "descending") button?.click();
    });
    each(TABLES, kept.scrolled, (part, top) => { part.scrollTop = top; });
    each(FOCUSED, kept.focused, (part) => part.focus({ preventScroll: true }));
  }

  async function look() {
    if (document.hidden) return;
    const answer = await fetch("version", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return say("deepcoder watch has ended, or cannot be reached. This is the last page that came.");
    if ((await answer.text()) === version) return say(follows);
    if (document.querySelector(".plot:focus-visible") || getSelection().type === "Range") {
      return say("There is more. It is shown when you leave the chart, or the text that you have selected.");
    }
    location.reload();
  }

  async function follow() {
    await look();
    setTimeout(follow, EVERY_MS);
  }

  restore();
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", look);
  setTimeout(follow, EVERY_MS);
})();
