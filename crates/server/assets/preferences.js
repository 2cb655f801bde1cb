// Settings: voices that come and go and can be heard, what new books start with, room on the disk.

import { attempt, call, listen, refresh, say, speak, tell } from "./app.js";

const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language);
const all = (selector) => [...document.querySelectorAll(selector)];

// Languages by their names.

const names = new Intl.DisplayNames([language], { type: "language" });
function nameLanguages() {
  for (const tag of all(".tag[data-tag]")) {
    try {
      tag.textContent = names.of(tag.dataset.tag.replace("_", "-"));
    } catch {
      // A tag that no browser knows stays as it is.
    }
  }
}

// Voices.

/** What a voice says to be heard, in its own language. */
const SAMPLES = {
  de: "Guten Abend. So klinge ich, wenn ich Ihnen ein Buch vorlese.",
  en: "Good evening. This is how I sound when I read a book to you.",
  es: "Buenas noches. Así sueno cuando le leo un libro.",
  fr: "Bonsoir. Voici ma voix quand je vous lis un livre.",
  it: "Buonasera. Ecco la mia voce quando leggo un libro per voi.",
  nl: "Goedenavond. Zo klink ik als ik u een boek voorlees.",
  pl: "Dobry wieczór. Tak brzmi mój głos, gdy czytam książkę.",
  pt: "Boa noite. É assim que eu soo quando leio um livro.",
  ru: "Добрый вечер. Так звучит мой голос, когда я читаю книгу.",
  uk: "Добрий вечір. Так звучить мій голос, коли я читаю книгу.",
};

let player;
async function hear({ engine, voice, language }) {
  const input = SAMPLES[language.slice(0, 2)] ?? SAMPLES.en;
  const sound = await speak({ model: engine, voice, input });
  player?.pause();
  if (player) URL.revokeObjectURL(player.src);
  player = new Audio(URL.createObjectURL(sound));
  await player.play();
}

const path = (voice) => `/voices/${encodeURIComponent(voice)}`;
const row = (name) => all("#catalogue li").find((item) => item.dataset.voice === name);

const tries = {
  try: (item) => hear(item.dataset),
  async remove(item) {
    const name = item.dataset.voice;
    if (confirm(say("preferences.remove", { name }))) await call("DELETE", path(name));
  },
  async install(item) {
    await call("POST", path(item.dataset.voice));
    item.querySelector("progress").hidden = false;
    item.querySelector("progress").removeAttribute("value");
  },
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button) attempt(() => tries[button.dataset.do](button.closest("li")), button);
});

async function voice({ data: { name, state, done, total, error } }) {
  const item = row(name);
  const bar = item?.querySelector("progress");
  if (state === "installing") {
    if (!bar) return;
    bar.hidden = false;
    if (total) bar.value = done / total;
    item.querySelector("button").disabled = true;
  } else if (state === "failed") {
    if (bar) bar.hidden = true;
    if (item) item.querySelector("button").disabled = false;
    tell(say("preferences.failed", { name, error }), true);
  } else {
    if (state === "installed") tell(say("preferences.installed", { name }));
    await again();
  }
}

async function again() {
  await refresh("voices", "catalogue", "voice");
  nameLanguages();
}

document.getElementById("find").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const item of all("#catalogue li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
});

// What new books start with.

document.getElementById("defaults").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const cut = form.voice.value.indexOf("/");
  const ticked = (name) => form[name].checked || null;
  attempt(async () => {
    await call("PATCH", "/settings", {
      engine: cut > 0 ? form.voice.value.slice(0, cut) : null,
      voice: cut > 0 ? form.voice.value.slice(cut + 1) : null,
      speed: Number(form.speed.value) === 1 ? null : Number(form.speed.value),
      format: form.format.value === "m4b" ? null : form.format.value,
      loudness: form.loudness.value === "audiobook" ? null : form.loudness.value,
      per_chapter: ticked("per_chapter"), alt_text: ticked("alt_text"), ocr: ticked("ocr"), skip_failed: ticked("skip_failed"),
    });
    tell(say("preferences.saved"));
  }, form.querySelector("button"));
});

// Feeds.

document.getElementById("copy").addEventListener("click", () => attempt(async () => {
  const field = document.getElementById("opds");
  field.select();
  // Browsers give the clipboard only to pages on this machine, or with TLS.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  tell(say("preferences.copied"));
}));

// Room on the disk.

function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const form = { style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(language, form).format(count / 1000 ** power);
}
const room = ({ files, bytes: count }) => ({ files: number.format(files), bytes: bytes(count) });

let unneeded;
async function measure() {
  const parts = await call("GET", "/storage");
  for (const cell of all("#storage dd")) cell.textContent = say("preferences.room", room(parts[cell.dataset.part]));
  unneeded = parts.unneeded;
  document.getElementById("unneeded").textContent = !unneeded ? parts.reason : unneeded.files ? say("preferences.unneeded", room(unneeded)) : say("preferences.needed");
  document.getElementById("clean").disabled = !unneeded?.files;
}
document.getElementById("clean").addEventListener("click", () => attempt(async () => {
  if (!confirm(say("preferences.clean", room(unneeded)))) return;
  const freed = await call("POST", "/storage/clean");
  tell(say("preferences.cleaned", room(freed)));
  await measure();
}));

nameLanguages();
attempt(measure);
listen({ voice }, again);
