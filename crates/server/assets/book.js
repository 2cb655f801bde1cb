// A book before it is spoken: every change is kept at once, and the estimate follows.

import { attempt, call, duration, refreshUnless, say, sound, tell } from "./app.js";
import { names } from "./names.js";

const $ = (id) => document.getElementById(id);
const path = `/books/${$("book").dataset.id}`;
const languages = new Intl.DisplayNames([document.documentElement.lang], { type: "language", fallback: "code" });

// --- Changes: gathered for a moment, then sent one after another ---

let waiting = {};
let timer;
let sending = Promise.resolve();
let refused = false;
let changes = 0;

/** Keeps a change (a merge patch of the book) soon. */
function keep(change, delay = 500) {
  waiting = merged(waiting, change);
  changes++;
  $("saved").textContent = say("book.saving");
  $("saved").classList.remove("wrong");
  clearTimeout(timer);
  timer = setTimeout(flush, delay);
}

function merged(into, change) {
  const all = { ...into };
  for (const [name, value] of Object.entries(change)) {
    const object = value && typeof value === "object" && !Array.isArray(value);
    all[name] = object ? merged(all[name] ?? {}, value) : value;
  }
  return all;
}

/** Sends what waits. Answers whether the master has taken everything. */
function flush() {
  clearTimeout(timer);
  sending = sending.then(async () => {
    if (!Object.keys(waiting).length) return !refused;
    const change = waiting;
    waiting = {};
    try {
      show(await call("PATCH", path, change));
      refused = false;
      if (!Object.keys(waiting).length) $("saved").textContent = say("book.saved");
      estimate();
      return true;
    } catch (error) {
      refused = true;
      // It is sent again with the next change, so that nothing on the page is lost; what was typed since
      // counts for more.
      waiting = merged(change, waiting);
      $("saved").textContent = `${say("book.unsaved")}: ${error.message}`;
      $("saved").classList.add("wrong");
      return false;
    }
  });
  return sending;
}

/** Makes parts of the page what the master would now send; what is changed meanwhile is sent first. */
async function renew(...ids) {
  let before;
  do {
    if (!(await flush())) return;
    before = changes;
    await refreshUnless(() => changes !== before, ...ids);
  } while (changes !== before);
}

addEventListener("pagehide", () => {
  if (!Object.keys(waiting).length) return;
  const [body, headers] = [JSON.stringify(waiting), { "content-type": "application/json" }];
  fetch(path, { method: "PATCH", body, headers, keepalive: body.length < 60_000 });
});

/** Shows what the master made of a change. */
function show(book) {
  $("name").textContent = book.title;
  $("by").textContent = book.authors.join(", ");
  document.title = `${book.title} – audiotome`;
  for (const chapter of book.chapters) {
    const item = document.querySelector(`[data-chapter="${chapter.number}"]`);
    if (!item) continue;
    item.querySelector("bdi").textContent = chapter.title;
    item.querySelector(".size").textContent = `${say("book.words", { n: chapter.words })} · ${duration(chapter.seconds)}`;
    item.querySelector(".mark").hidden = !chapter.edited;
  }
}

// --- The estimate ---

let asked = 0;
/** Who reads the book, as the estimate has it. */
let narrator = {};
const best = $("voice").options[0].textContent;
async function estimate() {
  const mine = ++asked;
  $("estimate").setAttribute("aria-busy", "true");
  try {
    const found = await call("GET", `${path}/estimate`);
    if (mine !== asked) return;
    narrator = { engine: found.engine, voice: found.voice };
    $("length").textContent = duration(found.audio_seconds);
    $("making").textContent = found.making_seconds === null ? say("book.nobody") : duration(found.making_seconds);
    $("reader").textContent = found.voice === found.engine ? found.engine : `${found.voice} (${found.engine})`;
    $("reader").classList.remove("wrong");
    if (!$("voice").value) $("voice").options[0].textContent = `${best} (${$("reader").textContent})`;
    $("count").textContent = `${say("book.chapters", { n: found.chapters })}, ${say("book.words", { n: found.words })}`;
  } catch (error) {
    if (mine !== asked) return;
    $("reader").textContent = error.message;
    $("reader").classList.add("wrong");
  } finally {
    if (mine === asked) $("estimate").setAttribute("aria-busy", "false");
  }
}

// --- Start and delete ---

$("start").addEventListener("click", (event) =>
  attempt(async () => {
    if (!document.querySelector("#chapters [role=switch]:checked")) throw new Error(say("book.nothing"));
    if (!(await flush())) throw new Error($("saved").textContent);
    const job = await call("POST", "/jobs", { book: $("book").dataset.id });
    location.assign(`/listen/${job.id}#play`);
  }, event.currentTarget),
);

$("delete")?.addEventListener("click", () => {
  $("sure").returnValue = "";
  $("sure").showModal();
});
$("sure").addEventListener("close", () => {
  if ($("sure").returnValue !== "yes") return;
  attempt(async () => {
    await call("DELETE", path);
    location.assign("/");
  }, $("delete"));
});

// --- Voice ---

function nameVoices() {
  for (const group of $("voice").querySelectorAll("optgroup")) {
    group.label = `${languageName(group.dataset.language)} – ${group.dataset.engine}`;
  }
}
nameVoices();
function chooseVoice() {
  const [engine, ...voice] = $("voice").value.split(" ");
  keep({ job: engine ? { engine, voice: voice.join(" ") } : { engine: null, voice: null } }, 0);
  quiet();
}

for (const control of document.querySelectorAll("[data-job]")) {
  const name = control.dataset.job;
  const output = control.closest("label").querySelector("output");
  const label = () => output && (output.textContent = `${Number(control.value).toFixed(2).replace(/0$/, "")} ×`);
  label();
  control.addEventListener("input", () => {
    label();
    const value = control.type === "checkbox" ? control.checked : control.value;
    const soon = control.matches("textarea") ? 800 : 500;
    keep({ job: { [name]: control.type === "range" || name === "priority" ? Number(value) : value } }, soon);
    if (["speed", "pauses", "voices", "foreign"].includes(name)) quiet();
  });
}

/** Sentences of a sample. */
const SAMPLE = 3;
let speaking;
/** Ends the sample. */
function quiet() {
  speaking?.abort();
  speaking = undefined;
  $("sound").pause();
  $("sample").classList.remove("playing");
  $("sample").querySelector("span").textContent = say("book.sample");
}

$("sample").addEventListener("click", async () => {
  if (speaking) return quiet();
  speaking = new AbortController();
  const { signal } = speaking;
  $("sample").classList.add("playing");
  $("sample").querySelector("span").textContent = say("book.preparing");
  try {
    if (!(await flush())) throw new Error($("saved").textContent);
    const heard = await sound(`${path}/sample`, { sentences: SAMPLE }, signal);
    if (signal.aborted) return;
    if ($("sound").src) URL.revokeObjectURL($("sound").src);
    $("sound").src = URL.createObjectURL(heard);
    $("sample").querySelector("span").textContent = say("book.stop");
    await $("sound").play();
  } catch (error) {
    if (signal.aborted) return;
    quiet();
    tell(error.message, true);
  }
});
$("sound").addEventListener("ended", quiet);

function languageName(tag) {
  if (tag === "und") return "–";
  try {
    const name = languages.of(tag);
    return name[0].toLocaleUpperCase() + name.slice(1);
  } catch {
    return tag;
  }
}

// --- Chapters ---

const numberOf = (element) => element.closest("[data-chapter]").dataset.chapter;

function switchChapter(control) {
  quiet();
  keep({ chapters: { [numberOf(control)]: { read: control.checked ? null : false } } });
}

function switchAll(on) {
  quiet();
  const chapters = {};
  for (const control of document.querySelectorAll("#chapters [role=switch]")) {
    if (control.checked !== on) chapters[numberOf(control)] = { read: on ? null : false };
    control.checked = on;
  }
  keep({ chapters });
}

/** Shows a chapter's text, or hides it. */
async function unfold(button) {
  const item = button.closest("[data-chapter]");
  const open = item.querySelector(".editor");
  button.setAttribute("aria-expanded", String(!open));
  if (open) return open.remove();
  const editor = $("editor").content.firstElementChild.cloneNode(true);
  const [title, text, reset] = ["input", "textarea", "button"].map((kind) => editor.querySelector(kind));
  const fill = async () => {
    const chapter = await call("GET", `${path}/chapters/${numberOf(item)}/text`);
    title.value = chapter.title;
    text.value = chapter.text;
  };
  try {
    await flush();
    await fill();
  } catch (error) {
    button.setAttribute("aria-expanded", "false");
    throw error;
  }
  const change = (what) => {
    quiet();
    keep({ chapters: { [numberOf(item)]: what } }, 800);
  };
  title.addEventListener("input", () => change({ title: title.value }));
  text.addEventListener("input", () => change({ text: text.value }));
  reset.addEventListener("click", () =>
    attempt(async () => {
      change({ title: null, text: null });
      if (await flush()) await fill();
    }, reset),
  );
  item.append(editor);
  text.setSelectionRange(0, 0);
  text.focus();
  text.scrollTop = 0;
}

// --- Parts that are usually left out, or read: with them, the chapters are others ---

/** What switches of one kind say, of those that are on, or off. */
const switched = (kind, on) =>
  [...document.querySelectorAll(`[data-${kind}]`)].filter(({ checked }) => checked === on).map(({ dataset }) => dataset[kind]);

function switchPart({ dataset, checked }) {
  quiet();
  // What belongs to it is left out with it.
  for (const within of document.querySelectorAll(`[data-within="${dataset.other}"]`)) within.disabled = !checked;
  if (dataset.part) keep({ job: { include: switched("part", true) } });
  else if (dataset.other) keep({ job: { skip: switched("other", false) } });
  else keep({ job: { alt_text: checked } });
  attempt(async () => {
    await renew("chapters", "parts");
    await estimate();
  });
}

function switchRule() {
  quiet();
  keep({ job: { no_rules: switched("rule", false) } });
}

// What a refresh puts in place of these is heard, too.
$("book").addEventListener("change", ({ target }) => {
  if (target.id === "voice") chooseVoice();
  else if (target.matches("#chapters [role=switch]")) switchChapter(target);
  else if (target.matches("#parts [role=switch], #others [role=switch]")) switchPart(target);
  else if (target.matches("#rules [role=switch]")) switchRule();
});
$("book").addEventListener("click", ({ target }) => {
  if (target.dataset.all) switchAll(target.dataset.all === "true");
  else if (target.hasAttribute("aria-expanded")) attempt(() => unfold(target));
});

// --- Names ---

function changeLexicon(lexicon) {
  quiet();
  keep({ lexicon }, 800);
}

names({ path, keep: changeLexicon, reader: () => narrator });

// --- About the book ---

for (const field of document.querySelectorAll(".fields [name]")) {
  const { name } = field;
  if (name === "language") {
    for (const option of field.options) option.textContent = languageName(option.value);
  }
  field.addEventListener("input", () => {
    const lines = () => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    keep({ metadata: { [name]: name === "authors" ? lines() : field.value } });
    // Another language may mean another text, and has other voices.
    if (name === "language") {
      quiet();
      renew("chapters", "voice").then(nameVoices);
    }
  });
}

estimate();
