"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const items = [...document.querySelectorAll(".event")];
  const panel = document.getElementById("state");
  const heading = document.getElementById("state-title");
  const filters = document.getElementById("filters");
  const toggle = document.getElementById("toggle");
  const count = document.getElementById("count");
  const EVERY = 200; // states kept on the way, so that a jump replays no more than these
  const kept = new Map();
  let chosen = -1;

  const blank = () => new Map(data.parts.map((part) => [part.id, structuredClone(part.blank)]));

  function stateAfter(index) {
    let from = Math.floor(index / EVERY) * EVERY - 1;
    while (from >= 0 && !kept.has(from)) from -= EVERY;
    const states = from < 0 ? blank() : structuredClone(kept.get(from));
    for (let i = Math.max(from, -1) + 1; i <= index; i += 1) {
      const { stream, changes } = data.events[i];
      for (const [kind, path, value] of changes) {
        let place = states.get(stream);
        for (const key of path.slice(0, -1)) place = place[key];
        const last = path[path.length - 1];
        if (kind === "removed") delete place[last];
        else place[last] = structuredClone(value);
      }
      if ((i + 1) % EVERY === 0) kept.set(i, structuredClone(states));
    }
    return states;
  }

  const isId = (text) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text);
  const name = (key) => data.fields[key] ?? (isId(key) ? key.slice(0, 8) : key);

  function shown(field, value) {
    if (value === null) return "无";
    if (value === true) return "是";
    if (value === false) return "否";
    if (typeof value === "string") return data.values[field]?.[value] || (isId(value) ? value.slice(0, 8) : value) || "（空）";
    if (Array.isArray(value)) return value.map((one) => (typeof one === "object" && one ? Object.entries(one).map(([k, v]) => `${name(k)}：${shown(k, v)}`).join("；") : shown(field, one))).join("、") || "（空）";
    return String(value);
  }

  function tree(value, path, changed, field) {
    const list = document.createElement("dl");
    for (const [key, held] of Object.entries(value)) {
      const here = [...path, key];
      const mark = changed.some((one) => one.length <= here.length && one.every((part, i) => part === here[i]));
      const term = document.createElement("dt");
      term.textContent = name(key);
      if (isId(key)) term.title = key;
      const told = document.createElement("dd");
      const nested = held !== null && typeof held === "object" && !Array.isArray(held);
      if (nested && Object.keys(held).length) told.append(tree(held, here, changed, key in data.fields ? key : field));
      else told.textContent = nested ? "（空）" : shown(key in data.fields ? key : field, held);
      if (mark) { term.className = "changed"; told.className = "changed"; }
      list.append(term, told);
    }
    return list;
  }

  function show(index) {
    const { stream, changes } = data.events[index];
    const changed = changes.map(([, path]) => path);
    heading.textContent = items[index].dataset.title;
    const blocks = [];
    const states = stateAfter(index);
    for (const part of data.parts) {
      const state = states.get(part.id);
      const begun = data.events.slice(0, index + 1).some((event) => event.stream === part.id);
      if (!begun || state === null) continue;
      const block = document.createElement("details");
      block.open = part.id === stream;
      const summary = document.createElement("summary");
      summary.textContent = `${part.title} ${part.id.slice(0, 8)}`;
      block.append(summary, tree(state, [], part.id === stream ? changed : [], ""));
      blocks.push(block);
    }
    panel.replaceChildren(...blocks);
    if (!blocks.length) panel.textContent = "该记录不保留状态。";
  }

  function choose(index, focus) {
    if (index < 0 || index >= items.length) return;
    if (chosen >= 0) {
      items[chosen].setAttribute("aria-selected", "false");
      items[chosen].tabIndex = -1;
    }
    chosen = index;
    items[index].setAttribute("aria-selected", "true");
    items[index].tabIndex = 0;
    if (focus) {
      items[index].focus({ preventScroll: true });
      items[index].scrollIntoView({ block: "nearest" });
      history.replaceState(null, "", `#${items[index].id}`);
    }
    show(index);
  }

  const visible = () => items.filter((item) => !item.hidden);

  function step(by) {
    const list = visible();
    if (!list.length) return;
    const at = list.indexOf(items[chosen]);
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1);
    choose(items.indexOf(list[next]), true);
  }

  function filter() {
    const { section, staff, rule, fault } = filters.elements;
    for (const item of items) {
      const fits =
        (!section.value || item.dataset.section === section.value) &&
        (!staff.value || item.dataset.staff === staff.value) &&
        (!rule.value || item.dataset.rules.split(" ").includes(rule.value)) &&
        (!fault.checked || item.dataset.fault === "1");
      item.hidden = !fits;
    }
    const left = visible();
    count.textContent = `${left.length}／${items.length}条`;
    if (left.length && (chosen < 0 || items[chosen].hidden)) choose(items.indexOf(left[0]), false);
  }

  document.getElementById("events").addEventListener("click", (event) => {
    const item = event.target.closest(".event");
    if (item && !event.target.closest("details")) choose(items.indexOf(item), true);
  });
  document.getElementById("events").addEventListener("focusin", (event) => {
    const index = items.indexOf(event.target);
    if (index >= 0 && index !== chosen) choose(index, false);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("select, input, summary, button");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing) filters.elements.section.focus();
    else if (event.key === "Escape" && typing) choose(chosen, true);
    else if (typing) return;
    else if (event.key === "ArrowDown" || event.key === "j") step(1);
    else if (event.key === "ArrowUp" || event.key === "k") step(-1);
    else if (event.key === "PageDown") step(10);
    else if (event.key === "PageUp") step(-10);
    else if (event.key === "Home") step(-items.length);
    else if (event.key === "End") step(items.length);
    else return;
    event.preventDefault();
  });
  toggle.addEventListener("click", () => {
    toggle.setAttribute("aria-expanded", String(toggle.getAttribute("aria-expanded") === "false"));
  });
  if (matchMedia("(max-width: 820px)").matches) toggle.setAttribute("aria-expanded", "false");
  filters.addEventListener("input", filter);
  filters.addEventListener("reset", () => setTimeout(filter));
  document.documentElement.classList.add("scripted");
  const named = items.findIndex((item) => `#${item.id}` === location.hash);
  filter();
  if (named >= 0) choose(named, true);
})();
