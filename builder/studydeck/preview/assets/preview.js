// The page around the cards: takes the deck's state (all at once from deck.js, or as it changes from the server), lists
// the cards, shows one in a frame as phones do, and stays on that card while the deck is edited.
"use strict";
{
  const byId = (id) => document.getElementById(id);
  const deck = { head: { sections: [] }, order: [], cards: {}, errors: [], loose: [], mild: {} };
  const place = { key: "", side: "question" };
  const sizes = { phone: [390, 780], tablet: [768, 1000], desktop: [667, 443] }; // a desktop's window may be larger
  const frame = byId("frame");
  let listed = []; // the keys of the cards in the list

  // --- small helpers ---------------------------------------------------------------------------

  // The key of the card that the address names; of a note or a list that it names by its id, the first one.
  function named() {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { /* #100% can't be decoded */ }
    return Object.hasOwn(deck.cards, name) ? name : deck.order.find((key) => key.startsWith(`${name}/`));
  }
  function make(name, text, attributes) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    return element;
  }
  function remember(key, value) {
    try { localStorage.setItem(`studydeck-${key}`, value); } catch { /* private windows store nothing */ }
  }
  function remembered(key) {
    try { return localStorage.getItem(`studydeck-${key}`); } catch { return null; }
  }
  const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
  const where = (each) => `${each.path}:${each.line}`;
  const graded = (problems) => ["error", "warning", "info"]
    .map((grade) => [grade, problems.filter((each) => each.severity === grade).length])
    .filter(([, number]) => number);
  const counted = (grades) => grades.map(([grade, number]) => count(number, grade)).join(", ");

  // --- states of the deck ----------------------------------------------------------------------

  // A state has only what is new since the last one: a card's changed values, the order if it is another one.
  function take(state) {
    const shown = place.key;
    const before = deck.order.indexOf(shown);
    const look = lookOf(shown);
    const changed = new Set();
    let sameList = !narrowed() && (!state.order || alike(state.order, deck.order)) && (!state.head || alike(state.head.sections, deck.head.sections));
    for (const [key, values] of Object.entries(state.cards)) {
      const card = deck.cards[key];
      sameList &&= card && (values.section ?? card.section) === card.section;
      if (card && Object.entries(values).every(([name, value]) => alike(card[name], value))) continue;
      deck.cards[key] = { ...card, ...values };
      changed.add(key);
    }
    Object.assign(deck, state, { cards: deck.cards });
    if (state.order) deck.cards = Object.fromEntries(deck.order.map((key) => [key, deck.cards[key]]));
    if (!deck.cards[shown]) {
      place.key = deck.order[Math.min(Math.max(before, 0), deck.order.length - 1)];
      place.side = "question";
    }
    const wanted = named(); // it may have come only now, or be back
    if (wanted && wanted !== place.key) Object.assign(place, { key: wanted, side: "question" });
    if (state.head) showHead();
    byId("counts").textContent = `${count(deck.head.notes, "note")}, ${count(deck.order.length, "card")}`;
    showErrors();
    showWarnings();
    if (sameList) updateList(changed); else fillList();
    if (shown === place.key && lookOf(shown) === look) showFacts(); else show(shown === place.key);
  }

  function lookOf(key) {
    const { asks, question, answer } = deck.cards[key] || {};
    return JSON.stringify([cssOf(key), asks, question, answer]);
  }

  const alike = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

  function showHead() {
    byId("title").textContent = deck.head.title;
    document.title = `${deck.head.title} – studydeck preview`;
    byId("to-phone").hidden = !deck.head.phone;
    byId("get").hidden = !deck.head.package;
    byId("get").title = byId("get").download = deck.head.package || "";
  }

  function showErrors() {
    const { errors } = deck;
    const box = byId("trouble");
    box.hidden = !errors.length && deck.order.length > 0;
    box.classList.toggle("mild", !errors.length);
    box.replaceChildren();
    if (box.hidden) return;
    const shown = !deck.order.length ? "There is no card to show yet."
      : deck.head.part ? "The cards below are those without errors."
      : "The cards below are from the last version without errors.";
    box.append(make("h2", errors.length ? `${count(errors.length, "error")}. ${shown}` : shown));
    const list = make("ul");
    for (const each of errors.length ? errors : deck.loose) {
      const item = make("li", `${each.message}; ${each.remedy} `);
      item.append(placeButton(`${where(each)}:${each.column}`));
      list.append(item);
    }
    box.append(list);
  }

  function showWarnings() {
    const mild = ["warning", "info"].filter((grade) => deck.mild[grade]).map((grade) => [grade, deck.mild[grade]]);
    byId("counted").textContent = mild.length ? `${counted(mild)} in the deck.` : "";
    const { loose } = deck;
    byId("loose").hidden = !loose.length;
    byId("loose").replaceChildren(make("summary", `${counted(graded(loose))} that belong to no card`), ...loose.map(problemBox));
  }

  function problemBox(each) {
    const box = make("div", `${each.message}; ${each.remedy} `, { class: `problem ${each.severity}` });
    box.append(placeButton(`${where(each)}:${each.column}`), make("code", ` [${each.name}]`));
    return box;
  }

  // A place in a file, to be pasted into an editor.
  function placeButton(text) {
    return make("button", text, { type: "button", class: "place", title: "Copy" });
  }

  async function copyPlace(button) {
    try {
      await navigator.clipboard.writeText(button.textContent);
      byId("said").textContent = `Copied ${button.textContent}`;
      button.title = "Copied";
    } catch { // a page that isn't served by this computer may not copy, but can select
      getSelection().selectAllChildren(button);
    }
  }

  // --- the list --------------------------------------------------------------------------------

  function matching() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const which = byId("which").value;
    return deck.order.filter((key) => {
      const card = deck.cards[key];
      if (which === "changed" && !card.state) return false;
      if (which === "problems" && !card.problems.length) return false;
      return words.every((word) => textOf(card).includes(word));
    });
  }

  const texts = new WeakMap(); // what the search finds a card by
  function textOf(card) {
    if (!texts.has(card)) {
      const html = `${card.question} ${card.answer}`.replace(/<\/?(span|em|strong|a|code|b|i)\b[^>]*>/g, "").replace(/<[^>]*>/g, " ");
      const text = html.replace(/&[#\w]+;/g, decoded);
      texts.set(card, `${card.asks} ${text} ${card.id} ${card.tags.join(" ")} ${card.path}`.toLowerCase());
    }
    return texts.get(card);
  }

  const plain = make("textarea"); // decodes entities, and runs nothing
  const entities = new Map();
  function decoded(entity) {
    if (!entities.has(entity)) {
      plain.innerHTML = entity;
      entities.set(entity, plain.value);
    }
    return entities.get(entity);
  }

  // The list has slices of rows, and a slice gets its rows when it comes into sight: a deck may have 10,000 cards, and
  // each key in the search makes another list.
  const SLICE = 25;
  let slices = new Map(); // the slice of each listed card
  const coming = new IntersectionObserver((entries) => {
    for (const each of entries) if (each.isIntersecting) fillSlice(each.target);
  }, { root: byId("cards"), rootMargin: "500px" });

  function fillList() {
    listed = matching();
    slices = new Map();
    coming.disconnect();
    const bySection = new Map(deck.head.sections.map((section) => [section.tag, []]));
    for (const key of listed) bySection.get(deck.cards[key].section)?.push(key);
    const parts = document.createDocumentFragment();
    for (const section of deck.head.sections) {
      const keys = bySection.get(section.tag);
      if (keys.length) parts.append(make("h2", section.name, { dir: "auto" }));
      for (let start = 0; start < keys.length; start += SLICE) parts.append(sliceOf(keys.slice(start, start + SLICE)));
    }
    byId("cards").replaceChildren(parts);
    byId("none").hidden = listed.length > 0 || !deck.order.length;
    markCurrent();
  }

  function sliceOf(keys) {
    const slice = make("ol");
    slice.keys = keys;
    slice.style.setProperty("--rows", keys.length);
    for (const key of keys) slices.set(key, slice);
    coming.observe(slice);
    return slice;
  }

  function fillSlice(slice) {
    coming.unobserve(slice);
    if (slice.childElementCount) return;
    slice.append(...slice.keys.map(listItem));
  }

  const narrowed = () => byId("search").value || byId("which").value !== "all";

  function updateList(keys) {
    for (const key of keys) rowOf(key)?.replaceWith(listItem(key));
    markCurrent();
  }

  function listItem(key) {
    const card = deck.cards[key];
    const button = make("button", card.asks, { type: "button", "data-key": key, tabindex: "-1", dir: "auto" });
    if (card.shown) button.innerHTML = card.shown; // with formulas, and no other markup
    if (card.name !== "question" && card.name !== "cloze") button.append(make("span", ` (${card.name})`, { class: "kind" }));
    if (card.state) button.append(make("span", card.state, { class: `mark ${card.state}`, dir: "ltr" }));
    for (const [grade, number] of graded(card.problems)) button.append(make("span", count(number, grade), { class: `mark ${grade}`, dir: "ltr" }));
    const item = make("li");
    item.append(button);
    return item;
  }

  // A card's row in the list, if it has one by now.
  const rowOf = (key) => slices.get(key)?.children[slices.get(key).keys.indexOf(key)];
  const buttonOf = (key) => rowOf(key)?.firstElementChild;

  function markCurrent() {
    for (const each of byId("cards").querySelectorAll('[tabindex="0"]')) {
      each.removeAttribute("aria-current");
      each.setAttribute("tabindex", "-1");
    }
    const at = listed.indexOf(place.key) + 1;
    byId("position").textContent = at ? `${at.toLocaleString("en")} of ${listed.length.toLocaleString("en")}` : "";
    const slice = slices.get(at ? place.key : listed[0]);
    if (!slice) return;
    fillSlice(slice);
    const button = buttonOf(at ? place.key : listed[0]);
    button.setAttribute("tabindex", "0");
    if (!at) return;
    button.setAttribute("aria-current", "true");
    scrollTo(button, 3);
  }

  // Heights in the list are estimates until it is drawn (content-visibility), and so is the first position.
  function scrollTo(button, frames) {
    button.scrollIntoView({ block: "nearest" });
    if (frames) requestAnimationFrame(() => scrollTo(button, frames - 1));
  }

  // --- the card --------------------------------------------------------------------------------

  const night = () => document.documentElement.classList.contains("night");
  const width = () => document.querySelector("[name=width]:checked").value;

  // The colours behind the card are the client's: black in AnkiDroid and AnkiMobile, grey on the desktop.
  const clientStyle = `
    body { margin: 0; background: #fff; color: #000; }
    body.nightMode { background: #000; color: #fff; }
    #content { margin: .5em; }
    html.desktop #content { margin: 20px; }
    html.desktop body { background: #f5f5f5; } html.desktop body.nightMode { background: #2c2c2c; }
    #image-occlusion-canvas.open * { visibility: hidden; }
    math { max-width: 100%; font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "DejaVu Math TeX Gyre", "Noto Sans Math", math; }
    mtd[columnalign="right"] { text-align: -webkit-right; } mtd[columnalign="left"] { text-align: -webkit-left; }
    mtable[columnspacing^="0"] > mtr > mtd { padding-inline: 0; }`;

  // A card of the deck's own note type has the style of that.
  function cssOf(key) {
    return deck.head.own_css?.[deck.cards[key]?.type] ?? deck.head.css;
  }

  function show(keepScroll) {
    const card = deck.cards[place.key];
    const page = frame.contentDocument;
    const root = page.documentElement;
    const scrolled = keepScroll ? root.scrollTop : 0;
    if (!page.getElementById("qa")) {
      page.head.append(make("base", undefined, { href: new URL("media/", document.baseURI).href }));
      page.head.append(make("meta", undefined, { name: "viewport", content: "width=device-width, initial-scale=1" }));
      page.head.append(make("style", clientStyle), make("style", "", { id: "css" }));
      const content = make("div", undefined, { id: "content" });
      content.append(make("div", undefined, { id: "qa" }));
      page.body.append(content);
      page.addEventListener("click", tap);
      page.addEventListener("keydown", press);
    }
    const client = width() === "desktop" ? "desktop linux chrome" : "mobile android linux js";
    root.className = client;
    root.lang = deck.head.language || "en";
    page.body.className = `card card1${night() ? " nightMode night_mode" : ""}`;
    const css = page.getElementById("css");
    if (css.textContent !== cssOf(place.key)) css.textContent = cssOf(place.key);
    page.getElementById("qa").innerHTML = card ? card[place.side] : "";
    cover(page);
    const answer = place.side === "answer";
    byId("reveal").textContent = answer ? "Next card" : "Show answer";
    byId("card-heading").textContent = card ? `${card.asks}, ${place.side}` : "No card";
    frame.title = card ? `The card's ${place.side}: ${card.asks}` : "No card";
    if (answer && !keepScroll) page.getElementById("answer")?.scrollIntoView({ block: "nearest" });
    else root.scrollTop = scrolled;
    showFacts();
    fit();
  }

  // A picture's parts as Anki's script covers them, which doesn't run in the frame: in the colours of the card's style.
  function cover(page) {
    const canvas = page.getElementById("image-occlusion-canvas");
    if (!canvas) return;
    const draw = (name, attributes, inside) => {
      const element = page.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      inside.append(element);
      return element;
    };
    const svg = draw("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", id: canvas.id }, canvas.parentElement);
    canvas.remove();
    const states = { "cloze-inactive": "inactive", "cloze-highlight": "highlight", cloze: "active" };
    for (const [name, state] of Object.entries(states)) {
      for (const { dataset } of page.querySelectorAll(`.q-masks > .${name}[data-shape]`)) {
        if (state === "inactive" && dataset.occludeinactive !== "1") continue;
        const [left, top] = [Number(dataset.left), Number(dataset.top)];
        const shape = dataset.shape === "ellipse"
          ? draw("ellipse", { cx: left + Number(dataset.rx), cy: top + Number(dataset.ry), rx: dataset.rx, ry: dataset.ry }, svg)
          : dataset.shape === "polygon" ? draw("polygon", { points: dataset.points }, svg)
          : draw("rect", { x: left, y: top, width: dataset.width, height: dataset.height }, svg);
        const [width, colour] = getComputedStyle(svg).getPropertyValue(`--${state}-shape-border`).trim().split(/\s+/);
        shape.style.cssText = `fill: var(--${state}-shape-color); stroke: ${colour}; stroke-width: ${width}; vector-effect: non-scaling-stroke`;
      }
    }
    const toggle = page.getElementById("toggle");
    if (toggle) toggle.hidden = !svg.querySelector("[style*='--inactive']");
  }

  function fit() {
    const device = byId("device");
    const slot = byId("slot").getBoundingClientRect();
    let [wide, high] = sizes[width()];
    if (width() === "desktop") [wide, high] = [Math.max(wide, slot.width), Math.max(high, slot.height / Math.min(1, slot.width / wide))];
    const scale = Math.min(1, slot.width / wide, Math.max(slot.height / high, width() === "phone" ? 0.72 : 0.5));
    device.className = `device ${width()}`;
    device.style.width = `${wide}px`;
    device.style.height = `${Math.min(high, slot.height / scale)}px`;
    device.style.transform = scale < 1 ? `scale(${scale})` : "";
  }

  function showFacts() {
    const card = deck.cards[place.key];
    const parts = document.createDocumentFragment();
    if (card) {
      const facts = make("dl");
      const state = { new: "new since the last build", edited: "edited since the last build", retired: "retired" };
      const rows = { Id: card.id, File: where(card), Card: card.name, Tags: card.tags.join(", "), State: state[card.state], Learners: card.signs };
      for (const [name, value] of Object.entries(rows)) {
        if (!value) continue;
        const said = make("dd", name === "File" ? "" : value);
        if (name === "File") said.append(placeButton(value));
        facts.append(make("dt", name), said);
      }
      parts.append(make("h2", "This card"), facts);
      if (card.parts) {
        const edit = make("button", "Draw its parts", { type: "button", id: "edit-parts" });
        edit.addEventListener("click", () => editParts(card));
        parts.append(edit);
      }
      if (card.problems.length) parts.append(make("h2", "Problems"));
      parts.append(...card.problems.map(problemBox));
    }
    if (frame.contentDocument.querySelector("#qa code.tex")) {
      parts.append(make("p", "A formula is shown as TeX, since the preview can't typeset it. Look at it in Anki.", { class: "soft" }));
    }
    byId("card-facts").replaceChildren(parts);
  }

  function go(key) {
    if (!key) return;
    place.key = key;
    place.side = "question";
    history.replaceState(null, "", `#${encodeURIComponent(key)}`);
    markCurrent();
    show(false);
    byId("said").textContent = `Question: ${deck.cards[key].asks}`;
  }

  function step(by) {
    const at = listed.indexOf(place.key);
    go(listed[at < 0 ? 0 : Math.min(Math.max(at + by, 0), listed.length - 1)]);
  }

  // To the first card of the next section, or of this one and then of the one before.
  function stepSection(by) {
    const starts = listed.filter((key, at) => deck.cards[key].section !== deck.cards[listed[at - 1]]?.section);
    const at = listed.indexOf(place.key);
    go(by > 0 ? starts.find((key) => listed.indexOf(key) > at) : starts.findLast((key) => listed.indexOf(key) < at));
  }

  function turn() {
    if (place.side === "answer") { step(1); return; }
    if (!deck.cards[place.key]) return;
    place.side = "answer";
    show(false);
    byId("said").textContent = `Answer: ${frame.contentDocument.getElementById("qa").innerText}`;
  }

  // --- input -----------------------------------------------------------------------------------

  // A tap on the card. Scripts don't run in the frame, so hints and sounds are handled here.
  function tap(event) {
    const link = event.target.closest("a");
    if (event.target.closest("#toggle")) {
      frame.contentDocument.getElementById("image-occlusion-canvas").classList.toggle("open");
      return;
    }
    if (!link) {
      if (!event.target.closest("input, audio, video") && place.side === "question") turn();
      return;
    }
    event.preventDefault();
    if (link.matches(".hint")) {
      link.hidden = true;
      link.style.display = "none";
      if (link.nextElementSibling) link.nextElementSibling.style.display = "block";
    } else if (link.matches(".replay-button")) {
      new Audio(link.href).play().catch(() => { byId("said").textContent = "The sound can't be played."; });
    } else if (/^https?:/.test(link.href)) {
      window.open(link.href, "_blank", "noopener");
    }
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("input:not([type=radio]), select, textarea");
    if (typing) {
      if (event.key === "Escape") {
        event.target.blur();
        if (event.target.id === "search" && event.target.value) clearSearch(); else openList(false);
      }
      if (event.key === "Enter" && typing.id === "typeans") turn();
      if (event.key === "Enter" && typing.id === "search") showFirst();
      return;
    }
    const onButton = event.target.closest?.("button, a, summary");
    const inList = event.target.closest?.("#cards");
    const radio = event.target.matches?.("input[type=radio]");
    const actions = {
      " ": () => turn(), n: () => setNight(!night()),
      w: () => setWidth({ phone: "tablet", tablet: "desktop", desktop: "phone" }[width()]),
      "/": () => { openList(true); byId("search").focus(); }, "?": () => byId("keys").showModal(),
      Escape: () => openList(false),
      ArrowRight: () => (event.shiftKey ? stepSection : step)(1), ArrowLeft: () => (event.shiftKey ? stepSection : step)(-1),
    };
    if (inList) Object.assign(actions, { ArrowDown: () => stepInList(1), ArrowUp: () => stepInList(-1) });
    const action = actions[event.key];
    if (!action || (radio && event.key.startsWith("Arrow")) || (event.key === " " && onButton && !inList)) return;
    event.preventDefault();
    action();
  }

  function stepInList(by) {
    step(by);
    buttonOf(place.key)?.focus();
  }

  function showFirst() {
    if (!listed.length) return;
    openList(false);
    byId("search").blur();
    go(listed[0]);
  }

  function clearSearch() {
    byId("search").value = "";
    fillList();
  }

  function setNight(on) {
    document.documentElement.classList.toggle("night", on);
    byId("night").setAttribute("aria-pressed", String(on));
    remember("night", on ? "1" : "");
    show(true);
  }

  function setWidth(name) {
    document.querySelector(`[name=width][value=${name}]`).checked = true;
    remember("width", name);
    show(true);
  }

  function openList(open) {
    byId("list").classList.toggle("open", open);
    byId("open-list").setAttribute("aria-expanded", String(open));
  }

  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => { if (event.target.matches(".place")) copyPlace(event.target); });
  byId("reveal").addEventListener("click", turn);
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("night").addEventListener("click", () => setNight(!night()));
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("widths").addEventListener("change", (event) => setWidth(event.target.value));
  byId("search").addEventListener("input", fillList);
  byId("which").addEventListener("change", fillList);
  byId("open-list").addEventListener("click", () => openList(!byId("list").classList.contains("open")));
  byId("cards").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) { openList(false); go(button.dataset.key); }
  });
  byId("to-phone").addEventListener("click", () => {
    byId("qr").src = deck.head.phone.code;
    byId("address").href = byId("address").textContent = deck.head.phone.address;
    byId("phone").showModal();
  });
  byId("close-list").addEventListener("click", () => openList(false));
  new ResizeObserver(fit).observe(byId("slot"));
  addEventListener("hashchange", () => {
    const key = named();
    if (key && key !== place.key) go(key);
  });

  // --- start -----------------------------------------------------------------------------------

  if (remembered("night") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "1" : "")) {
    document.documentElement.classList.add("night");
    byId("night").setAttribute("aria-pressed", "true");
  }
  if (sizes[remembered("width")]) document.querySelector(`[name=width][value=${remembered("width")}]`).checked = true;
  function begin() {
    if (window.studydeck) { take(window.studydeck); return; }
    listen();
    document.addEventListener("visibilitychange", listen);
  }
  // A browser allows six connections to a server, so hidden tabs close theirs.
  let events;
  function listen() {
    events?.close();
    if (document.hidden) return;
    events = new EventSource("events");
    events.addEventListener("message", (event) => take(JSON.parse(event.data)));
    events.addEventListener("open", () => { byId("lost").hidden = true; });
    events.addEventListener("error", () => { byId("lost").hidden = false; });
  }
  if (frame.contentDocument?.title) begin();
  else frame.addEventListener("load", begin, { once: true });
}
