"use strict";
// Asks the engine now and then how the jobs are and writes it into the page. Text goes in as text only.

const PAUSE = 1500;
const WORDS = {
  queued: "waits", running: "at work", finished: "finished", failed: "failed", cancelled: "cancelled",
};
const rows = new Map();
const find = (selector, within = document) => within.querySelector(selector);

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

function newRow(job) {
  const row = find("#job").content.firstElementChild.cloneNode(true);
  for (const act of ["cancel", "resume"]) {
    find("." + act, row).addEventListener("click", (event) => perform(job.job, act, event.currentTarget));
  }
  return row;
}

async function perform(job, act, button) {
  button.disabled = true;
  try {
    const answer = await fetch(`/pages/jobs/${job}/${act}`, { method: "POST" });
    if (answer.ok) fill(rows.get(job), await answer.json());
    else tellEngine((await answer.json()).error.message, true);
  } catch {
    tellEngine("The engine does not answer.", true);
  }
  button.disabled = false;
}

function fill(row, job) {
  row.className = "job " + job.state;
  const name = [job.shot, job.operation].filter(Boolean).join(" · ") || job.job.slice(0, 8);
  say(find(".name", row), job.take_label || name);
  say(find(".state", row), WORDS[job.state] || job.state);
  say(find(".from", row), [job.host, job.node, job.script, submitted(job)].filter(Boolean).join(" · "));
  fillBar(find("progress", row), job);
  const count = job.done || (job.frames && job.state !== "running") ? `${job.done} of ${job.frames} frames` : "";
  say(find(".note", row), [count, job.state === "running" ? job.note : ""].filter(Boolean).join(", "));
  fillWarnings(find(".warnings", row), job.warnings);
  fillError(find(".error", row), job.error);
  say(find(".place", row), job.take_folder);
  fillSheet(find(".sheet", row), job);
  find(".cancel", row).hidden = !["queued", "running"].includes(job.state);
  find(".resume", row).hidden = !["failed", "cancelled"].includes(job.state);
}

// When the job was handed in, in the clock of whoever looks; the day only if it was another one.
function submitted(job) {
  const when = new Date(job.submitted);
  if (Number.isNaN(when.getTime())) return "";
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday ? when.toLocaleTimeString([], { timeStyle: "short" })
    : when.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

// Before the first frame is finished the bar shows how far the analysis is, as its note tells it: "motion 12 of 192".
function fillBar(bar, job) {
  bar.hidden = job.state !== "running" && (!job.done || job.state === "finished");
  const told = job.state === "running" && !job.done && /(\d+) of (\d+)/.exec(job.note);
  const [done, of] = told ? [Number(told[1]), Number(told[2])] : [job.done, job.frames];
  if (done && of) { bar.max = of; bar.value = done; } else bar.removeAttribute("value");
}

function fillWarnings(list, warnings) {
  if (list.childElementCount === warnings.length) return;
  list.replaceChildren(...warnings.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function fillError(box, error) {
  box.hidden = !error;
  if (!error) return;
  for (const part of ["title", "message", "fix"]) say(find("." + part, box), error[part]);
  find("details", box).hidden = !error.detail;
  find("pre", box).textContent = error.detail;
}

function fillSheet(link, job) {
  const picture = job.pictures[0];
  find("img", link).hidden = !picture;
  if (!picture) return;
  const address = `/pages/jobs/${job.job}/pictures/${encodeURIComponent(picture)}`;
  if (link.getAttribute("href") === address) return;
  link.href = address;
  find("img", link).src = address;
  find("img", link).alt = "Pictures of " + (job.take_label || job.job);
}

function tellEngine(text, isGone) {
  const line = find("#engine");
  say(line, text);
  line.classList.toggle("gone", isGone);
}

function show(state) {
  const list = find("#jobs");
  const known = new Set(state.jobs.map((job) => job.job));
  for (const [ident, row] of rows) {
    if (!known.has(ident)) { row.remove(); rows.delete(ident); }
  }
  state.jobs.forEach((job, place) => {
    if (!rows.has(job.job)) rows.set(job.job, newRow(job));
    const row = rows.get(job.job);
    fill(row, job);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] || null);
  });
  find("#empty").hidden = state.jobs.length > 0;
  say(find("#more"), state.more ? `${state.more} older jobs are not shown.` : "");
  const free = state.memory.available_bytes ? `, ${(state.memory.available_bytes / 2 ** 30).toFixed(1)} GB of memory free` : "";
  const workers = state.workers.length;
  tellEngine(`${workers ? `${workers} ${workers === 1 ? "worker" : "workers"}` : "nothing to do"}${free}`, false);
}

async function look() {
  try {
    const answer = await fetch("/pages/state/jobs");
    if (answer.ok) show(await answer.json());
    else tellEngine("This page has expired. Open it again from your program.", true);
  } catch {
    tellEngine("The engine does not answer. It starts again with the next job; then open this page anew.", true);
  }
  setTimeout(look, document.hidden ? 4 * PAUSE : PAUSE);
}

look();
