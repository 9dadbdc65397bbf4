// Shows side after side of cards on a client's page and measures each: returns what a learner would stumble over, in
// words, by the side's name; without `sides`, what is wrong with the side that is shown already (desktop.py).
// Bars: 14 px (12 for a reading above a word), 4.5:1, 44 px, 75 characters a line.
async ([sides, wants]) => {
  const side = document.getElementById("side") ?? document.getElementById("qa");
  if (!sides) return measure();
  document.body.style.fontSize = "";
  if (wants.text !== 1) {
    document.body.style.fontSize = `${wants.text * parseFloat(getComputedStyle(document.body).fontSize)}px`;
  }
  const all = {};
  for (const [name, html] of Object.entries(sides)) {
    side.innerHTML = html;
    for (const image of side.querySelectorAll("img")) await image.decode().catch(() => {});
    if (/\\\(|\\\[/.test(html)) await MathJax.typesetPromise([side]);
    await document.fonts.ready;
    const faults = measure();
    if (faults.length) all[name] = faults;
  }
  return all;

  function measure() {
    const faults = [];
    const shown = (text) => JSON.stringify(text.trim().slice(0, 40));
    const tell = (what) => { if (!faults.includes(what)) faults.push(what); };

    const wide = document.scrollingElement.scrollWidth - innerWidth;
    if (wide > 1) tell(`the page is ${wide} px too wide`);

    // Colours over what is really behind them, alpha and all.
    const colour = (text) => {
      const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
      return { r, g, b, a };
    };
    const over = (top, below) => ({
      r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
      b: top.b * top.a + below.b * (1 - top.a), a: 1,
    });
    const backdrop = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) {
        const back = colour(getComputedStyle(at).backgroundColor);
        layers.push(back);
        if (back.a === 1) break;
      }
      const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
      return layers.reverse().reduce((below, top) => over(top, below), dark ? colour("rgb(18,18,18)") : colour("rgb(255,255,255)"));
    };
    const luminance = ({ r, g, b }) => {
      const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const contrast = (one, other) => {
      const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };

    const scrolls = (element) => {
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
      }
      return false;
    };

    const walker = document.createTreeWalker(side, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest("style, script, mjx-assistive-mml")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width && box.height);
      const style = getComputedStyle(parent);
      if (!boxes.length || style.visibility === "hidden") continue;
      const formula = parent.closest("mjx-container");
      const size = parseFloat(style.fontSize) * (parent.currentCSSZoom || 1);
      if (size < (parent.closest("rt") ? 11.95 : 13.95) && !formula) tell(`${shown(node.data)} has ${size.toFixed(1)} px`);
      const behind = backdrop(parent);
      const ratio = contrast(over(colour(style.color), behind), behind);
      if (ratio < 4.5) tell(`${shown(node.data)} has a contrast of ${ratio.toFixed(2)}`);
      if (!scrolls(parent) && boxes.some((box) => box.right > innerWidth + 1 || box.left < -1)) {
        tell(`${shown(node.data)} runs out of the screen`);
      }
      const raw = /\{\{|\}\}|\\\(|\\\[|\[sound:|\[anki:|\[\[type:|!\[[^\]]*\](\(|\])/;
      if (!parent.closest("code") && raw.test(node.data)) tell(`${shown(node.data)} is left over`);
    }

    if (wants.lines) {
      for (const block of side.querySelectorAll(".q-question, .q-answer, .q-details, p, li")) {
        if (block.querySelector("p, li, pre, table") || block.closest("pre, table")) continue;
        const lines = Math.round(block.getBoundingClientRect().height / parseFloat(getComputedStyle(block).lineHeight));
        const text = block.innerText.trim();
        if (lines > 2 && text.length / lines > 75) tell(`${shown(text)} has lines of ${Math.round(text.length / lines)} characters`);
      }
    }

    for (const target of side.querySelectorAll("a, button, input, summary")) {
      const box = target.getBoundingClientRect();
      if (!box.width || getComputedStyle(target).display === "inline") continue;
      if (box.height < 43.5 || box.width < 43.5) tell(`the tap target ${shown(target.outerHTML)} has ${box.width | 0}×${box.height | 0} px`);
    }
    for (const link of side.querySelectorAll("a")) {
      if (getComputedStyle(link).display === "inline" && !link.parentElement.innerText.trim().replace(link.innerText.trim(), "")) {
        tell(`the link ${shown(link.innerText)} stands alone and is no more than a line high`);
      }
    }
    for (const each of side.querySelectorAll("*")) {
      const style = getComputedStyle(each);
      if (each.closest("mjx-container, svg") || !["hidden", "clip"].includes(style.overflowX)) continue;
      if (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1) tell(`<${each.localName}> is clipped`);
    }
    for (const each of side.querySelectorAll("mjx-container, table, pre")) {
      if (!scrolls(each) || each.scrollWidth <= each.clientWidth + 1) continue;
      const room = each.localName === "mjx-container" ? each.parentElement.clientWidth : innerWidth - 100;
      const needs = each.querySelector("mjx-math")?.getBoundingClientRect().width ?? each.scrollWidth;
      const nested = each.parentElement.closest("li, blockquote");
      if (needs <= room && !nested) tell(`<${each.localName}> scrolls (${each.clientWidth} of ${each.scrollWidth} px), with room for it`);
    }
    for (const link of side.querySelectorAll("a[href*='ankiweb.net/templates/errors']")) tell(`Anki's error: ${shown(link.parentElement.innerText)}`);
    for (const error of side.querySelectorAll("mjx-merror")) tell(`${shown(error.innerText)} is no formula`);
    for (const unknown of side.querySelectorAll('mjx-mtext[style*="color: red"]')) {
      const signs = [...unknown.children].map((each) => String.fromCodePoint(parseInt(each.className.slice(5), 16))); // mjx-c5C
      if (signs[0] === "\\") tell(`${shown(signs.join(""))} is unknown to MathJax`);
    }
    for (const bold of side.querySelectorAll("strong, b")) {
      const [own, around] = [getComputedStyle(bold), getComputedStyle(bold.parentElement)];
      if (bold.parentElement.closest("strong, b, th, h1, h2, h3, h4, h5, h6, .cloze")) continue;
      if (around.fontWeight >= 600 && own.color === around.color) tell(`bold ${shown(bold.innerText)} looks like the text around it`);
    }
    for (const item of side.querySelectorAll("ol > li")) {
      const style = getComputedStyle(item);
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = style.font;
      const number = pen.measureText(`${item.value}. `).width * (item.currentCSSZoom || 1);
      const box = item.getBoundingClientRect();
      const room = style.direction === "rtl" ? innerWidth - box.right : box.left;
      if (number > room) tell(`the number ${item.value} is cut off`);
    }
    for (const image of side.querySelectorAll("img")) {
      if (!image.naturalWidth) tell(`the picture ${image.getAttribute("src")} is lost`);
      if (!image.hasAttribute("alt")) tell(`the picture ${image.getAttribute("src")} has no alt`);
      const mat = backdrop(image);
      if (image.alt === "black lines" && contrast(colour("rgb(0,0,0)"), mat) < 4.5) tell("black lines on nothing can't be seen");
    }
    for (const block of side.querySelectorAll("[dir=auto], #side > *")) {
      const arabic = (block.innerText.match(/[\u0600-\u06ff]/g) || []).length;
      if (arabic > 20 && !block.querySelector(":is([dir=auto], [dir=rtl])") && getComputedStyle(block).direction !== "rtl") tell("Arabic runs from the left");
    }
    for (const code of side.querySelectorAll("pre")) {
      if (!["left", "start"].includes(getComputedStyle(code).textAlign) || getComputedStyle(code).direction !== "ltr") tell("code isn't at the left");
      if (wants.wraps && code.scrollWidth > code.clientWidth + 1) tell("code doesn't wrap");
    }
    return faults;
  }
}
