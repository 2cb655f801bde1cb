// The cluster: who says what, how fast, and what a person can do about it.

import { attempt, call, duration, listen, refreshUnless, say, tell } from "./app.js";

const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const jobRow = (id) => document.querySelector(`.job[data-job="${CSS.escape(id)}"]`);
const workerCard = (name) => document.querySelector(`.worker[data-worker="${CSS.escape(name)}"]`);

// Curves of speed.

const POINTS = 60;
/** Rates of each worker: what the page came with, and what was told since. */
const rates = new Map();

function curve(card) {
  const [svg, known] = [card.querySelector(".spark"), rates.get(card.dataset.worker) ?? []];
  const top = Math.max(...known, 1);
  const points = known.map((rate, i) => [(POINTS - known.length + i) * 2, 31 - (30 * rate) / top]);
  const line = points.map(([x, y]) => `${x},${y.toFixed(1)}`).join(" ");
  svg.querySelector(".line").setAttribute("points", line);
  svg.querySelector(".area").setAttribute("d", points.length > 1 ? `M${points[0][0]},32 L${line.replaceAll(" ", " L")} L${points.at(-1)[0]},32 Z` : "");
}

function readCurves() {
  for (const card of all(".worker")) {
    const text = card.querySelector(".spark").dataset.rates;
    rates.set(card.dataset.worker, text ? text.split(",").map(Number) : []);
    curve(card);
  }
}

/** What has changed about workers; the curves of those that were not named go on as they were. */
function beat({ data }) {
  const told = new Map(data.workers.map((worker) => [worker.name, worker]));
  for (const card of all(".worker:not([data-queue])")) {
    const known = rates.get(card.dataset.worker);
    const worker = told.get(card.dataset.worker);
    if (worker) show(card, worker);
    known?.push(worker ? worker.characters_per_second_now : known.at(-1) ?? 0);
    if (known?.length > POINTS) known.shift();
    curve(card);
  }
  if (data.workers.some((worker) => !workerCard(worker.name))) again("workers");
  foresee();
}

function show(card, worker) {
  const text = (selector, text) => (card.querySelector(selector).textContent = text);
  card.dataset.state = worker.state;
  text(".badge", say(`cluster.${worker.state}`));
  text(".rate", number.format(worker.characters_per_second_now));
  text(".reason", worker.reason ?? "");
  card.querySelector(".reason").hidden = !worker.reason;
  if (worker.requests) text(".slots", say("cluster.slots", { x: `${worker.busy} / ${worker.requests}` }));
  text(".spoken", say("cluster.spoken", { x: number.format(worker.segments) }));
  text(".failures", say("cluster.failures", { x: number.format(worker.failures) }));
  card.querySelector(".failures").hidden = !worker.failures;
  if (!worker.busy) {
    saying.delete(worker.name);
    soon();
  }
}

// What each says right now.

/** Worker → segment (`job/index`) → what to show. */
const saying = new Map();
/** Workers of which something has changed since they were drawn. */
const stale = new Set();

function readSaying() {
  for (const item of all(".worker:not([data-queue]) .saying li")) {
    const name = item.closest(".worker").dataset.worker;
    if (!saying.has(name)) saying.set(name, new Map());
    saying.get(name).set(item.dataset.key, { text: item.querySelector("bdi").textContent, about: item.querySelector("small")?.textContent ?? "" });
  }
}

function segment({ job, data }) {
  const key = `${job}/${data.segment}`;
  if (data.event === "speaking") {
    const { title = "", narrator = "" } = jobRow(job)?.dataset ?? {};
    if (!saying.has(data.worker)) saying.set(data.worker, new Map());
    saying.get(data.worker).set(key, { text: data.text, about: [title, narrator].filter(Boolean).join(" · ") });
    stale.add(data.worker);
  } else if (data.event !== "hedged") {
    for (const [name, said] of saying) if (said.delete(key)) stale.add(name);
  }
  soon();
}

let drawing;
function soon() {
  drawing ??= setTimeout(() => {
    drawing = undefined;
    for (const name of stale) draw(name);
    stale.clear();
  }, 250);
}

function draw(name) {
  const list = workerCard(name)?.querySelector(".saying");
  if (!list) return;
  // A worker that is through stays readable until it says something else.
  const said = [...(saying.get(name) ?? [])];
  if (!said.length && workerCard(name).dataset.state === "well") return;
  const items = said.slice(-4).map(([key, { text, about }]) => {
    const [item, words, small] = ["li", "bdi", "small"].map((tag) => document.createElement(tag));
    item.dataset.key = key;
    [words.dir, words.textContent] = ["auto", text];
    [small.dir, small.textContent] = ["auto", about];
    item.append(words, small);
    return item;
  });
  list.replaceChildren(...items);
}

// Jobs, and when they are done.

function advance({ job, data }) {
  const row = jobRow(job);
  if (!row) return again("jobs");
  const settled = data.segments_done + data.segments_dead + data.segments_speaking;
  Object.assign(row.dataset, {
    waiting: data.segments - settled, speaking: data.segments_speaking,
    left: data.characters - data.characters_done, rate: data.characters_per_second,
  });
  row.querySelector("progress").value = data.percent;
  row.querySelector(".percent").textContent = `${number.format(data.percent)} %`;
  const words = data.waiting_for ?? (data.eta_seconds === null ? undefined : say("left", { x: duration(data.eta_seconds) }));
  if (words) row.querySelector(".words").textContent = words;
  foresee();
}

function foresee() {
  const running = all(".job[data-state=running]");
  const sum = (name) => running.reduce((sum, row) => sum + Number(row.dataset[name]), 0);
  const outlook = document.getElementById("outlook");
  outlook.hidden = !running.length;
  if (!running.length) return;
  const put = (id, text) => (document.getElementById(id).textContent = text);
  put("depth", say("cluster.depth", { waiting: number.format(sum("waiting")), speaking: number.format(sum("speaking")) }));
  const [left, rate, fastest] = [sum("left"), sum("rate"), fastestWorker()];
  const at = (rate) => clock.format(Date.now() + (left / rate) * 1000);
  put("done", left && rate ? say("cluster.done", { then: at(rate) }) : "");
  const helps = left && rate && fastest && at(rate) !== at(rate + fastest.rate);
  put("more", helps ? say("cluster.more", { name: fastest.name, sooner: at(rate + fastest.rate) }) : "");
}

/** Whoever spoke most in the last ten seconds. */
function fastestWorker() {
  const cards = all(".worker[data-state=well]").map((card) => ({ name: card.querySelector("h3").textContent, rate: rates.get(card.dataset.worker)?.at(-1) ?? 0 }));
  cards.sort((a, b) => b.rate - a.rate);
  return cards[0]?.rate ? cards[0] : undefined;
}

// Parts of the page that are asked for again.

const wanted = new Set();
let asking;
/** Many events come at once: the page asks once. What somebody is writing stays. */
function again(...ids) {
  for (const id of ids) wanted.add(id);
  asking ??= setTimeout(async () => {
    asking = undefined;
    const ids = [...wanted];
    wanted.clear();
    await refreshUnless(beingWritten, ...ids);
    readCurves();
    readSaying();
    foresee();
  }, 150);
}

const beingWritten = (id) => all("textarea, input", document.getElementById(id) ?? undefined).some((field) => field.value !== field.defaultValue);

// What a person does.

const confirmed = (name, places) => confirm(say(name, places));
const tries = {
  async drain(card, name) {
    const queue = "queue" in card.dataset ? "/queue" : "";
    await call("POST", `${queue}/workers/${encodeURIComponent(name)}/drain`);
    again("workers");
    return say("cluster.left", { name });
  },
  async remove(card, name) {
    if (!confirmed("cluster.remove", { name })) return;
    await call("DELETE", `/workers/${encodeURIComponent(name)}`);
    again("workers");
  },
  pause: (row) => call("POST", `/jobs/${row.dataset.job}/pause`).then(() => {}),
  resume: (row) => call("POST", `/jobs/${row.dataset.job}/resume`).then(() => {}),
  retry: (row) => call("POST", `/jobs/${row.dataset.job}/retry`).then(() => {}),
  async cancel(row) {
    if (confirmed("cluster.cancel", { title: row.dataset.title })) await call("POST", `/jobs/${row.dataset.job}/cancel`);
  },
  async edit(letter) {
    const field = letter.querySelector("textarea");
    await call("PATCH", letterPath(letter), { text: field.value });
    field.defaultValue = field.value;
    again("letters");
    return say("cluster.saved");
  },
  async skip(letter) {
    await call("POST", `${letterPath(letter)}/skip`);
    const field = letter.querySelector("textarea");
    field.value = field.defaultValue;
    again("letters");
    return say("cluster.skipped");
  },
};
const letterPath = (letter) => `/jobs/${letter.closest("[data-job]").dataset.job}/dead-letters/${letter.dataset.key}`;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  const about = button?.closest(".worker, .letter, [data-job]");
  if (about) attempt(async () => report(await tries[button.dataset.do](about, about.dataset.worker)), button);
});
document.addEventListener("change", (event) => {
  if (event.target.dataset.do !== "priority") return;
  const field = event.target;
  attempt(async () => {
    await call("PATCH", `/jobs/${field.closest(".job").dataset.job}`, { priority: Number(field.value) });
    field.defaultValue = field.value;
  });
});
document.getElementById("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  attempt(async () => {
    const { name } = await call("POST", "/workers", { address: form.address.value.trim() });
    form.reset();
    again("workers");
    report(say("cluster.added", { name }));
  }, form.querySelector("button"));
});

function report(text) {
  if (text) tell(text);
}

readCurves();
readSaying();
foresee();
const anew = () => again("jobs", "letters", "workers", "queue");

listen({ pulse: beat, progress: advance, segment, job: () => again("jobs", "letters"), worker: () => again("workers") }, anew);
if (document.getElementById("queue")) setInterval(() => document.hidden || again("queue", "workers"), 3_000);
