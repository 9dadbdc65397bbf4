// Draws, moves and names the parts of a picture, with a mouse, a finger or the keyboard. What comes of it is YAML, to
// paste into the card; the page that the preview opened can save it there.
"use strict";
{
  const byId = (id) => document.getElementById(id);
  const board = byId("board");
  const key = new URLSearchParams(location.search).get("key");
  let parts = [];
  let note; // the id of the card's note
  let before; // the parts in the file
  let drag;

  window.editParts = (card) => {
    note = card.id;
    before = card.parts;
    parts = copied(before);
    byId("part-picture").src = `media/${encodeURIComponent(card.picture)}`;
    draw();
    byId("parts").showModal();
  };

  const copied = (list) => list.map(({ id, name, shape, at }) => ({ id, name, shape, at: [...at] }));

  // --- places ----------------------------------------------------------------------------------

  const round = (number) => Math.round(number * 10) / 10;
  const within = (number, least, most) => Math.min(Math.max(number, least), Math.max(least, most));

  // The left, top, width and height of what a part covers, in per cent.
  function boxOf({ shape, at }) {
    if (shape !== "polygon") return at;
    const [xs, ys] = [0, 1].map((axis) => at.filter((_, place) => place % 2 === axis));
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
  }

  function place(part, left, top, width, height) {
    const old = boxOf(part);
    [width, height] = [within(width, 1, 100), within(height, 1, 100)];
    [left, top] = [within(left, 0, 100 - width), within(top, 0, 100 - height)];
    part.at = (part.shape === "polygon"
      ? part.at.map((number, at) => at % 2
        ? top + (number - old[1]) * height / (old[3] || 1)
        : left + (number - old[0]) * width / (old[2] || 1))
      : [left, top, width, height]).map(round);
  }

  function pointed(event) {
    const box = board.getBoundingClientRect();
    return [100 * (event.clientX - box.left) / box.width, 100 * (event.clientY - box.top) / box.height];
  }

  // --- what is shown ---------------------------------------------------------------------------

  function draw() {
    board.querySelectorAll(".part").forEach((each) => each.remove());
    parts.forEach((part, number) => {
      const element = document.createElement("button");
      element.type = "button";
      element.className = `part ${part.shape}`;
      element.dataset.part = number;
      const handle = document.createElement("span");
      handle.className = "handle";
      element.append(document.createElement("i"), document.createElement("b"), handle);
      board.append(element);
    });
    byId("part-rows").replaceChildren(...parts.map(row));
    refresh();
  }

  function refresh() {
    for (const element of board.querySelectorAll(".part")) {
      const part = parts[element.dataset.part];
      const [left, top, width, height] = boxOf(part);
      Object.assign(element.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
      const name = part.name || part.id || `part ${Number(element.dataset.part) + 1}`;
      element.querySelector("b").textContent = name;
      element.setAttribute("aria-label", `${name}: left ${left}, top ${top}, width ${round(width)}, height ${round(height)} per cent`);
      const corners = part.at.map((number, at) => `${at % 2 ? 100 * (number - top) / height : 100 * (number - left) / width}%`);
      const shape = corners.reduce((pairs, each, at) => `${pairs}${at && at % 2 === 0 ? "," : ""} ${each}`, "");
      element.querySelector("i").style.clipPath = part.shape === "polygon" ? `polygon(${shape})` : "";
    }
    byId("part-yaml").value = yaml();
  }

  function row(part, number) {
    const item = document.createElement("li");
    const name = Object.assign(document.createElement("input"), { value: part.name, placeholder: "Name" });
    name.setAttribute("aria-label", `Name of part ${number + 1}`);
    const id = document.createElement("code");
    id.textContent = part.id;
    const shape = document.createElement("select");
    shape.setAttribute("aria-label", `Shape of part ${number + 1}`);
    for (const each of part.shape === "polygon" ? ["polygon"] : ["rect", "ellipse"]) shape.append(new Option(each));
    shape.value = part.shape;
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "Remove" });
    name.addEventListener("input", () => {
      part.name = name.value;
      if (part.isNew) id.textContent = part.id = freeId(part);
      refresh();
    });
    shape.addEventListener("change", () => {
      part.shape = shape.value;
      draw();
      byId("part-rows").children[number].querySelector("select").focus();
    });
    remove.addEventListener("click", () => drop(number));
    item.append(name, id, shape, remove);
    return item;
  }

  // --- changes ---------------------------------------------------------------------------------

  function add(at) {
    const part = { id: "", name: "", shape: "rect", at, isNew: true };
    parts.push(part);
    part.id = freeId(part);
    draw();
    return parts.length - 1;
  }

  function drop(number) {
    parts.splice(number, 1);
    draw();
    byId("add-part").focus();
  }

  // An id of the name's letters that no other part has.
  function freeId(part) {
    const plain = part.name.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    const taken = new Set(parts.filter((each) => each !== part).map((each) => each.id));
    const name = plain || "part";
    for (let number = 1; ; number++) {
      const id = number === 1 && plain ? name : `${name}-${number}`;
      if (!taken.has(id)) return id;
    }
  }

  function yaml() {
    const text = (word) => /^[A-Za-z][\w -]*\w$/.test(word) && !/^(true|false|yes|no|on|off|null)$/i.test(word) ? word : JSON.stringify(word);
    const lines = parts.map(({ id, name, shape, at }) => `  - {${[
      `id: ${text(id)}`, ...(name ? [`name: ${text(name)}`] : []), `at: [${at.join(", ")}]`, ...(shape === "rect" ? [] : [`shape: ${shape}`]),
    ].join(", ")}}`);
    return ["parts:", ...lines, ""].join("\n");
  }

  // --- input -----------------------------------------------------------------------------------

  byId("part-picture").addEventListener("load", ({ target }) => {
    board.style.width = `min(100%, ${60 * target.naturalWidth / target.naturalHeight}vh)`;
  });
  board.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const element = event.target.closest(".part");
    const start = pointed(event);
    const number = element ? Number(element.dataset.part) : add([...start.map(round), 0, 0]);
    const how = !element ? "new" : event.target.closest(".handle") ? "resize" : "move";
    board.querySelector(`[data-part="${number}"]`).focus();
    drag = { number, how, start, box: [...boxOf(parts[number])] };
    board.setPointerCapture(event.pointerId);
  });
  board.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = pointed(event).map((each) => within(each, 0, 100));
    const { how, start, box: [left, top, width, height] } = drag;
    const part = parts[drag.number];
    const [across, down] = [x - start[0], y - start[1]];
    if (how === "new") place(part, Math.min(x, start[0]), Math.min(y, start[1]), Math.abs(across), Math.abs(down));
    else if (how === "move") place(part, left + across, top + down, width, height);
    else place(part, left, top, within(width + across, 1, 100 - left), within(height + down, 1, 100 - top));
    refresh();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    board.addEventListener(end, () => {
      if (!drag) return;
      const { number, how } = drag;
      drag = undefined;
      if (how !== "new") return;
      if (end === "pointercancel" || parts[number].at[2] < 2 || parts[number].at[3] < 2) drop(number); // a tap draws nothing
      else byId("part-rows").children[number].querySelector("input").focus();
    });
  }
  board.addEventListener("keydown", (event) => {
    const element = event.target.closest(".part");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!element) return;
    const number = Number(element.dataset.part);
    const [left, top, width, height] = boxOf(parts[number]);
    if (step && event.shiftKey) place(parts[number], left, top, Math.min(width + step[0], 100 - left), Math.min(height + step[1], 100 - top));
    else if (step) place(parts[number], left + step[0], top + step[1], width, height);
    else if (event.key === "Enter") byId("part-rows").children[number].querySelector("input").focus();
    else if (event.key === "Delete" || event.key === "Backspace") drop(number);
    else return;
    event.preventDefault();
    refresh();
  });
  byId("add-part").addEventListener("click", () => byId("part-rows").children[add([40, 40, 20, 20])].querySelector("input").focus());
  byId("copy-parts").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(yaml());
      byId("said").textContent = byId("copied").textContent = "Copied.";
    } catch { // a page that isn't served by this computer may not copy, but can select
      byId("part-yaml").select();
    }
  });
  byId("save-parts").hidden = !key;
  byId("copy-parts").classList.toggle("main", !key);
  byId("save-parts").addEventListener("click", async () => {
    const drawn = copied(parts);
    let said;
    try {
      const headers = { "Content-Type": "application/json", "X-Studydeck-Key": key };
      const answer = await fetch("parts", { method: "POST", headers, body: JSON.stringify({ note, before, parts: drawn }) });
      said = await answer.text();
      if (answer.ok) {
        before = drawn;
        for (const part of parts) part.isNew = false; // its id is in the file now
      }
    } catch {
      said = "The preview has stopped, so nothing was saved; copy the parts.";
    }
    byId("said").textContent = byId("copied").textContent = said;
  });
  byId("parts").addEventListener("close", () => { byId("copied").textContent = ""; });
}
