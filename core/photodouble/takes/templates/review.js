"use strict";
// Shows the pictures that lie inside this page. Text goes in as text only; nothing is fetched from outside.

const story = JSON.parse(document.getElementById("story").textContent);
const frames = story.frames;
const find = (selector) => document.querySelector(selector);
const stage = find("#stage");
const line = find("#line");
const brush = stage.getContext("2d");
const pictures = new Map();
const state = { place: 0, view: "wipe", wipe: story.middle, matte: false, playing: null, before: "wipe" };
const WORDS = {
  result: ["", "result"], plate: ["plate", ""], wipe: ["plate", "result"],
  difference: ["", "difference between plate and result, ×" + story.gain], origin: ["", "origin of every pixel"],
  confidence: ["", "confidence"],
};

function picture(place, layer) {
  const key = place + "/" + layer;
  if (!pictures.has(key)) {
    const address = frames[place].pictures[layer];
    if (!address) return null;
    const image = new Image();
    image.onload = () => { if (place === state.place) draw(); };
    image.src = address;
    pictures.set(key, image);
  }
  const image = pictures.get(key);
  return image.complete && image.naturalWidth ? image : null;
}

function put(layer, options = {}) {
  const image = picture(state.place, layer);
  if (!image) return;
  brush.save();
  if (options.grey) brush.filter = "grayscale(1) brightness(.55)";
  if (options.right !== undefined) { brush.beginPath(); brush.rect(0, 0, options.right, stage.height); brush.clip(); }
  brush.drawImage(image, 0, 0, stage.width, stage.height);
  brush.restore();
}

function draw() {
  const [height, width] = frames[state.place].size;
  if (stage.width !== width || stage.height !== height) { stage.width = width; stage.height = height; }
  brush.fillStyle = "#161616";
  brush.fillRect(0, 0, width, height);
  if (state.view === "wipe") {
    const across = Math.round(state.wipe * width);
    put("result"); put("plate", { right: across });
  } else if (state.view === "origin" || state.view === "confidence") {
    put("result", { grey: true }); put(state.view);
  } else put(state.view);
  if (state.matte) put("matte");
  placeLine();
}

// Where the picture is seen: the canvas keeps its shape inside its box, so there may be room beside it.
function seen() {
  const scale = Math.min(stage.clientWidth / stage.width, stage.clientHeight / stage.height);
  const beside = (box, size) => (box - size * scale) / 2;
  return {
    scale, left: beside(stage.clientWidth, stage.width), top: beside(stage.clientHeight, stage.height),
  };
}

// The line has the width of the screen's pixels, however much a small picture is enlarged.
function placeLine() {
  const { scale, left, top } = seen();
  line.hidden = state.view !== "wipe";
  const across = left + Math.round(state.wipe * stage.width) * scale;
  line.style.left = `${stage.offsetLeft + Math.min(Math.max(across - 1, left), left + stage.width * scale - 2)}px`;
  line.style.top = `${stage.offsetTop + top}px`;
  line.style.height = `${stage.height * scale}px`;
}

function tell() {
  const here = frames[state.place];
  const [left, right] = WORDS[state.view];
  for (const [selector, text] of [["#left", left], ["#right", right]]) {
    find(selector).textContent = text; find(selector).hidden = !text;
  }
  find("#frame").textContent = `frame ${here.frame} (${state.place + 1} of ${frames.length})`;
  find("#scrub").value = state.place;
  for (const button of document.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  }
  find("#matte").setAttribute("aria-pressed", String(state.matte));
  find("#play").firstChild.textContent = state.playing ? "Pause" : "Play";
  for (const legend of document.querySelectorAll("[data-for]")) {
    legend.hidden = !(legend.dataset.for === state.view || (legend.dataset.for === "matte" && state.matte));
  }
  const strip = find("#strip");
  strip.querySelectorAll("button").forEach((button, place) => {
    if (place !== state.place) { button.removeAttribute("aria-current"); return; }
    button.setAttribute("aria-current", "true");
    const before = button.offsetLeft - strip.offsetLeft;
    if (before < strip.scrollLeft || before + button.offsetWidth > strip.scrollLeft + strip.clientWidth) {
      strip.scrollLeft = before - strip.clientWidth / 2;
    }
  });
}

function show(change) {
  Object.assign(state, change);
  state.place = (state.place + frames.length) % frames.length;
  draw(); tell();
}

function look(view) { if (find(`[data-view="${view}"]`)) show({ view }); }

function play() {
  if (state.playing) { clearInterval(state.playing); show({ playing: null }); return; }
  show({ playing: setInterval(() => show({ place: state.place + 1 }), 1000 / story.rate) });
}

function flip() {
  if (state.view === "plate") { look("result"); return; }
  look(state.view === "result" ? "plate" : "plate");
}

function full() {
  const view = find(".view");
  if (document.fullscreenElement) document.exitFullscreen(); else if (view.requestFullscreen) view.requestFullscreen();
}

const KEYS = {
  ArrowLeft: () => show({ place: state.place - 1 }), ArrowRight: () => show({ place: state.place + 1 }),
  Home: () => show({ place: 0 }), End: () => show({ place: frames.length - 1 }), " ": play,
  1: () => look("wipe"), 2: () => look("result"), 3: () => look("plate"), 4: () => look("difference"),
  5: () => look("origin"), 6: () => look("confidence"), a: flip, m: () => show({ matte: !state.matte }),
  "[": () => show({ view: "wipe", wipe: Math.max(0, state.wipe - 0.05) }),
  "]": () => show({ view: "wipe", wipe: Math.min(1, state.wipe + 0.05) }),
  f: full, z: () => find(".view").classList.toggle("full"),
  "?": () => { find("#keys").hidden = !find("#keys").hidden; }, Escape: () => { find("#keys").hidden = true; },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), textarea, select")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act) { event.preventDefault(); act(); }
});

function wipeTo(event) {
  const box = stage.getBoundingClientRect();
  const { scale, left } = seen();
  const across = (event.clientX - box.left - left) / (stage.width * scale);
  show({ view: "wipe", wipe: Math.min(1, Math.max(0, across)) });
}
new ResizeObserver(placeLine).observe(stage);
stage.addEventListener("pointerdown", (event) => { stage.setPointerCapture(event.pointerId); wipeTo(event); });
stage.addEventListener("pointermove", (event) => { if (event.buttons & 1) wipeTo(event); });

for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => look(button.dataset.view));
for (const button of document.querySelectorAll("[data-jump]")) {
  const away = (place) => Math.abs(frames[place].frame - Number(button.dataset.jump));
  button.addEventListener("click", () => {
    const place = frames.map((_, each) => each).reduce((best, each) => (away(each) < away(best) ? each : best), 0);
    show({ place }); look(button.dataset.layer);
    stage.scrollIntoView({ block: "center" });
  });
}
find("#matte").addEventListener("click", KEYS.m);
find("#play").addEventListener("click", play);
find("#help").addEventListener("click", KEYS["?"]);
find("#zoom").addEventListener("click", KEYS.z);
find("#keys").addEventListener("click", KEYS.Escape);
find("#scrub").addEventListener("input", (event) => show({ place: Number(event.target.value) }));

function buildStrip() {
  frames.forEach((each, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = `frame ${each.frame}`;
    const small = document.createElement("canvas");
    const [height, width] = each.size;
    small.width = 224; small.height = Math.max(1, Math.round(224 * height / width));
    const image = new Image();
    image.onload = () => small.getContext("2d").drawImage(image, 0, 0, small.width, small.height);
    image.src = each.pictures.result;
    pictures.set(place + "/result", image);
    const bar = document.createElement("span");
    bar.className = "bar";
    for (const [share, colour] of each.shares) {
      const part = document.createElement("i");
      part.style.width = share * 100 + "%"; part.style.background = colour;
      bar.append(part);
    }
    const word = document.createElement("span");
    word.textContent = each.frame;
    button.append(small, bar, word);
    button.addEventListener("click", () => show({ place }));
    const item = document.createElement("li");
    item.append(button);
    find("#strip").append(item);
  });
}

const form = find("#decide");
if (form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = find("#said");
    const wanted = Object.fromEntries(new FormData(form));
    wanted.word = event.submitter ? event.submitter.value : "note";
    said.className = ""; said.textContent = "…";
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    try {
      const answer = await fetch(location.pathname + "/decide", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted),
      });
      const told = await answer.json();
      if (answer.ok) {
        said.className = "good"; said.textContent = told.message;
        form.passphrase.value = ""; form.reason.value = "";
        decided(told);
      } else { said.className = "bad"; said.textContent = told.error.message + " " + told.error.fix; }
    } catch { said.className = "bad"; said.textContent = "The engine does not answer. Open this page again from your program."; }
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  });
}

function decided(told) {
  const status = find(".status");
  status.textContent = told.status_text; status.className = "status " + told.state;
  find("#mark").textContent = told.state === "approved" ? "" : "NOT APPROVED";
  find("#mark").hidden = told.state === "approved";
  const line = document.createElement("li");
  for (const [kind, text] of [["word", told.decision.word], ["by", " " + told.decision.by], ["reason", told.decision.reason]]) {
    const part = document.createElement(kind === "reason" ? "p" : "span");
    part.className = kind; part.textContent = text; line.append(part);
  }
  find("#none").hidden = true;
  find(".decisions").prepend(line);
}

buildStrip();
const asked = new URLSearchParams(location.hash.slice(1));
const first = frames.findIndex((each) => String(each.frame) === asked.get("frame"));
show({ place: first >= 0 ? first : story.first, view: find(`[data-view="${asked.get("view")}"]`) ? asked.get("view") : "wipe", matte: asked.get("matte") === "1" });
