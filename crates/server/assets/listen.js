// The page of one audiobook: plays it while it is made, lights the sentence that is heard, takes corrections.

import { attempt, call, duration, listen, refresh, say, speak, tell } from "./app.js";
import { Sound } from "./sound.js";
import { Strip } from "./strip.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const job = `/jobs/${facts.job}`;
const get = (id) => document.getElementById(id);
const audio = get("audio");
const strip = new Strip(get("strip"), (segment) => start(segment, true));

let chapters = [];
let sound; // what is heard
let here = 0; // the segment at which the listener is
let shown; // number of the chapter whose text is shown
let spokenIn; // language, engine and voice, for trying corrections
let sleepAt; // when to stop
let touched = 0; // when the person scrolled last
let kept = ""; // the bookmark as it was sent last

const chapterOf = (segment) => chapters.findLast((chapter) => chapter.first <= segment) ?? chapters[0];

/** Asks where everything stands. */
async function look() {
  const known = await call("GET", `${job}/strip`);
  chapters = known.chapters;
  strip.take(known.states);
  listChapters();
  paintSentences();
}

/** Puts the listener at a segment: in the sound that there is, or in a new one. */
async function start(segment, play) {
  const chapter = chapterOf(segment);
  if (!chapter) return;
  here = segment;
  showPlace();
  const there = sound?.chapter === chapter.number && sound.find(segment);
  if (there) {
    audio.currentTime = there.start + 0.01;
    if (play) audio.play().catch(() => {});
    return;
  }
  sound?.close();
  call("POST", `${job}/position`, { segment }).catch(() => {});
  get("waiting").hidden = !play;
  // What is made already has its beginning as well; what is not begins where the listener is.
  const from = isMade(chapter) ? 0 : segment - chapter.first;
  const next = new Sound(audio, facts.job, chapter.number, from);
  sound = next;
  next.on("trouble", ({ detail }) => tell(detail, true));
  next.on("timeline", () => {
    if (from === 0 && segment > chapter.first && !next.placed && next.find(segment)) {
      next.placed = true;
      audio.currentTime = next.find(segment).start + 0.01;
    }
  });
  if (play) audio.autoplay = true;
  await next.open();
  if (sound !== next) return;
  audio.autoplay = false;
  audio.playbackRate = Number(get("speed").value);
  if (play) await audio.play().catch(() => {});
}

const isMade = (chapter) => strip.states.slice(chapter.first, chapter.first + chapter.segments).every((state) => state === "d");

/** Shows the chapter, its text and the place in it. */
function showPlace() {
  const chapter = chapterOf(here);
  if (!chapter) return;
  get("chapter").textContent = chapter.title;
  const place = get("place");
  place.max = chapter.segments - 1;
  place.value = here - chapter.first;
  place.setAttribute("aria-valuetext", say("sentence", { n: here - chapter.first + 1, of: chapter.segments }));
  strip.mark(here);
  showPlaceMark();
  if (shown !== chapter.number) showText(chapter);
  else light();
  get("correct").disabled = false;
}

async function showText(chapter) {
  shown = chapter.number;
  const answer = await fetch(`/listen/${facts.job}/text/${chapter.number}`);
  if (!answer.ok || shown !== chapter.number) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  get("text").replaceChildren(...page.body.childNodes);
  paintSentences();
  light(true);
}

const sentence = (segment) => get("text").querySelector(`[data-segment="${segment}"]`);

function paintSentences() {
  for (const line of get("text").querySelectorAll(".sentence")) paint(line);
}

function paint(line) {
  const state = strip.states[line.dataset.segment];
  if (state === "d") delete line.dataset.is;
  else line.dataset.is = state;
}

/** Lights the sentence that is heard, and brings it into view unless the person looks elsewhere. */
function light(force = false) {
  const line = sentence(here);
  const lit = get("text").querySelector(".lit");
  if (lit !== line) {
    lit?.classList.remove("lit");
    lit?.setAttribute("tabindex", "-1");
    line?.classList.add("lit");
    line?.setAttribute("tabindex", "0");
  } else if (!force) return;
  if (!line || Date.now() - touched < 6_000) return;
  const [box, top] = [line.getBoundingClientRect(), document.querySelector(".player").getBoundingClientRect().bottom];
  if (force ? !audio.paused : box.top < top || box.bottom > innerHeight - 40) scrollBy({ top: box.top - top - 60, behavior: "smooth" });
}

/** With each frame, while it plays: which sentence is heard now. */
function follow() {
  if (audio.paused) return;
  const now = sound?.at(audio.currentTime);
  if (now && now.segment !== here && !audio.seeking) {
    here = now.segment;
    showPlace();
  }
  if (sleepAt && Date.now() >= sleepAt) {
    audio.pause();
    get("sleep").value = "";
    sleepAt = undefined;
  }
  showClock();
  requestAnimationFrame(follow);
}

function showClock() {
  if (!sound?.sentences.length) return;
  const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const known = sound.sentences.at(-1).end;
  get("clock").textContent = sound.from ? time(audio.currentTime) : `${time(audio.currentTime)} / ${time(known)}${sound.complete ? "" : " …"}`;
}

/** Keeps where the listener is, for this and other devices. */
function remember() {
  const chapter = chapterOf(here);
  if (!chapter || !sound) return;
  const seconds = Math.max(0, audio.currentTime - (sound.find(here)?.start ?? audio.currentTime));
  const mark = JSON.stringify({ chapter: chapter.number, segment: here - chapter.first, seconds: Math.round(seconds * 10) / 10 });
  if (mark === kept) return;
  kept = mark;
  fetch(`/books/${facts.job}/bookmark`, { method: "PUT", body: mark, headers: { "content-type": "application/json" }, keepalive: true }).catch(() => {});
}

function listChapters() {
  const lines = chapters.map((chapter) => {
    const [line, button, name, state] = ["li", "button", "bdi", "span"].map((tag) => document.createElement(tag));
    line.dataset.number = chapter.number;
    name.dir = "auto";
    name.textContent = chapter.title;
    state.className = "faint";
    button.type = "button";
    button.append(name, state);
    button.onclick = () => start(chapter.first, true);
    line.append(button);
    return line;
  });
  get("chapters").replaceChildren(...lines);
  countChapters();
  showPlaceMark();
}

function showPlaceMark() {
  const chapter = chapterOf(here);
  for (const line of get("chapters").children) {
    if (Number(line.dataset.number) === chapter?.number) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
}

/** How far each chapter is. */
function countChapters() {
  chapters.forEach((chapter, index) => {
    const states = strip.states.slice(chapter.first, chapter.first + chapter.segments);
    const done = states.filter((state) => state === "d").length;
    const text = done === chapter.segments ? "✓" : done ? `${Math.floor((done / chapter.segments) * 100)} %` : "";
    const state = get("chapters").children[index]?.querySelector(".faint");
    if (state && state.textContent !== text) state.textContent = text;
  });
}

/** A segment changed: its place in the strip, its sentence, its chapter. */
function segmentChanged({ data }) {
  const state = { speaking: "s", spoken: "d", retried: "a", died: "x" }[data.event];
  if (!state) return;
  strip.set(data.segment, state);
  const line = sentence(data.segment);
  if (line) paint(line);
}

function advance({ data }) {
  const bar = document.querySelector("#state progress");
  if (bar) bar.value = data.percent;
  const speed = say("speed", { x: Math.round(data.times_real_time) });
  if (data.waiting_for) get("words").textContent = `${say("waiting")}: ${data.waiting_for}`;
  else if (data.eta_seconds !== null) get("words").textContent = `${say("left", { x: duration(data.eta_seconds) })} · ${speed}`;
  countChapters();
}

/** Takes other words for the sentence at which the listener is. */
async function correct() {
  const line = sentence(here);
  if (!line) return;
  const segment = here;
  audio.pause();
  get("printed").textContent = line.textContent;
  get("spoken").value = line.dataset.spoken ?? line.textContent;
  const dialog = get("words-of");
  dialog.returnValue = "";
  dialog.showModal();
  get("spoken").focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "keep") return;
  await attempt(async () => {
    await call("PATCH", `${job}/segments/${segment}`, { text: get("spoken").value });
    tell(say("corrected"));
    sound?.close();
    sound = undefined;
    shown = undefined;
    await look();
    start(segment, true);
  });
}

async function hear(button) {
  await attempt(async () => {
    const order = (spokenIn ??= (await call("GET", job)).order.voice);
    const body = { model: order.engine ?? "best", voice: order.voice ?? "alloy", input: get("spoken").value };
    const url = URL.createObjectURL(await speak(body));
    const once = new Audio(url);
    once.onended = () => URL.revokeObjectURL(url);
    await once.play();
  }, button);
}

function move(seconds) {
  const time = audio.currentTime + seconds;
  if (time >= 0 || !sound?.from) audio.currentTime = Math.max(0, time);
  else start(Math.max(chapterOf(here).first, here - 4), !audio.paused);
}

function turn(by) {
  const index = chapters.indexOf(chapterOf(here)) + by;
  if (chapters[index]) start(chapters[index].first, !audio.paused || by === 1);
}

async function toggle() {
  if (!audio.paused) return audio.pause();
  await ready;
  if (sound?.sentences.length) audio.play().catch(() => {});
  else start(here, true);
}

function wire() {
  get("play").onclick = toggle;
  get("back").onclick = () => move(-15);
  get("forward").onclick = () => move(30);
  get("previous").onclick = () => turn(-1);
  get("next").onclick = () => turn(1);
  get("correct").onclick = correct;
  get("hear").onclick = (event) => hear(event.target);
  get("place").onchange = (event) => start(chapterOf(here).first + Number(event.target.value), true);
  get("speed").onchange = (event) => {
    audio.playbackRate = Number(event.target.value);
    localStorage.setItem("speed", event.target.value);
  };
  get("sleep").onchange = ({ target: { value } }) => (sleepAt = Number(value) ? Date.now() + Number(value) * 60_000 : undefined);
  get("speed").value = localStorage.getItem("speed") ?? "1";
  document.addEventListener("click", (event) => {
    const line = event.target.closest(".sentence");
    if (line && getSelection().isCollapsed) start(Number(line.dataset.segment), true);
    const { step, sure, delete: gone } = event.target.dataset;
    if (step && (!sure || confirm(sure))) attempt(() => call("POST", `${job}/${step}`), event.target);
    if (gone && confirm(gone)) attempt(() => call("DELETE", job).then(() => location.assign("/")), event.target);
  });
  get("text").addEventListener("keydown", (event) => {
    const line = event.target.closest(".sentence");
    if (!line) return;
    if (event.key === "Enter") start(Number(line.dataset.segment), true);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const other = by && sentence(Number(line.dataset.segment) + by);
    if (!other) return;
    event.preventDefault();
    line.tabIndex = -1;
    other.tabIndex = 0;
    other.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, button, a, dialog, .sentence, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = { " ": toggle, j: () => move(-15), l: () => move(30), n: () => turn(1), p: () => turn(-1), e: correct }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  });
  for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => (touched = Date.now()), { passive: true });
  audio.addEventListener("play", () => {
    showPlaying();
    follow();
  });
  audio.addEventListener("pause", () => {
    showPlaying();
    remember();
  });
  audio.addEventListener("playing", () => (get("waiting").hidden = true));
  audio.addEventListener("waiting", () => (get("waiting").hidden = audio.paused));
  audio.addEventListener("seeked", showClock);
  audio.addEventListener("ended", () => {
    if (get("sleep").value === "chapter") get("sleep").value = "";
    else turn(1);
  });
  setInterval(() => audio.paused || remember(), 5_000);
  addEventListener("pagehide", remember);
  tellSystem();
}

function showPlaying() {
  const button = get("play");
  button.classList.toggle("playing", !audio.paused);
  button.setAttribute("aria-label", audio.paused ? button.dataset.play : button.dataset.pause);
}

/** Headphones and lock screens. */
function tellSystem() {
  if (!navigator.mediaSession) return;
  const cover = document.querySelector(".head .cover img");
  navigator.mediaSession.metadata = new MediaMetadata({ title: facts.title, artist: document.querySelector(".head .by").innerText, artwork: cover ? [{ src: cover.src }] : [] });
  const does = { play: toggle, pause: toggle, seekbackward: () => move(-15), seekforward: () => move(30), previoustrack: () => turn(-1), nexttrack: () => turn(1) };
  for (const [action, work] of Object.entries(does)) navigator.mediaSession.setActionHandler(action, work);
}

/** Where the listener was last, on whichever device: `null` for who has not been here. */
async function bookmark() {
  const answer = await fetch(`/books/${facts.job}/bookmark`);
  return answer.ok ? answer.json() : null;
}

async function begin() {
  const [mark] = await Promise.all([bookmark(), attempt(look)]);
  const chapter = chapters.find(({ number }) => number === mark?.chapter);
  here = chapter ? chapter.first + Math.min(mark.segment, chapter.segments - 1) : (chapters[0]?.first ?? 0);
  showPlace();
  // Whoever has just pressed “Start” wants to hear it.
  if (location.hash === "#play") {
    history.replaceState(null, "", location.pathname);
    start(here, true);
  }
}

const again = () => Promise.all([refresh("state"), look()]).catch(() => {});
wire();
const ready = begin();
listen({ segment: segmentChanged, progress: advance, chapter: countChapters, job: again }, again, { job: facts.job });
