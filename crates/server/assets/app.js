// What all pages share: words, calls, events, messages, and books that are dropped anywhere.

const strings = JSON.parse(document.getElementById("strings").textContent);
const language = document.documentElement.lang;
const plural = new Intl.PluralRules(language);

/** A text of `strings.json` (its name without `js.`) with its places filled. */
export function say(name, places = {}) {
  const text = strings[name] ?? strings[`${name}.${plural.select(places.n)}`] ?? strings[`${name}.other`] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, place) => {
    const value = places[place] ?? "";
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

/** Seconds as people say them. */
export function duration(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return minutes ? `${minutes} min` : `${Math.round(seconds)} s`;
}

/** A refusal of the master: what went wrong, and what to do about it. The API says both in English; in other languages the kind of refusal goes before. */
export class Refusal extends Error {
  constructor(status, detail) {
    const words = [detail?.message, detail?.hint].filter(Boolean).join(" – ");
    super(words ? say(`refused.${detail.type}`, { x: words }) || words : say("unreachable"));
    this.status = status;
  }
}

/** Calls the REST API. Answers the body; throws a `Refusal`. */
export async function call(method, path, body) {
  let answer;
  try {
    const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    answer = await fetch(path, { method, ...json });
  } catch {
    throw new Refusal(0);
  }
  if (answer.status === 401) location.assign(`/login?to=${encodeURIComponent(location.pathname)}`);
  const read = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
  if (!answer.ok) throw new Refusal(answer.status, read?.error);
  return read;
}

/** Has a text spoken by the cluster (`body` as the speech call takes it). Answers the sound; throws a `Refusal`. */
export const speak = (body) => sound("/v1/audio/speech", { ...body, response_format: "wav" });

/** Asks for a sound. Answers it; throws a `Refusal`. */
export async function sound(path, body, signal) {
  const json = { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const answer = await fetch(path, { method: "POST", signal, ...json });
  if (answer.ok) return answer.blob();
  throw new Refusal(answer.status, (await answer.json().catch(() => null))?.error);
}

/** Shows a message for a while; errors stay longer and are read at once. */
export function tell(text, wrong = false) {
  const line = document.createElement("p");
  line.textContent = text;
  if (wrong) {
    line.className = "wrong";
    line.setAttribute("role", "alert");
  }
  document.getElementById("messages").append(line);
  setTimeout(() => line.remove(), wrong ? 12_000 : 5_000);
}

/** Runs what a button does; tells what goes wrong. */
export async function attempt(work, button) {
  if (button) button.disabled = true;
  try {
    return await work();
  } catch (error) {
    tell(error.message, true);
  } finally {
    if (button) button.disabled = false;
  }
}

/** Makes parts of the page (by id) what the master would now send. */
export const refresh = (...ids) => refreshUnless(() => false, ...ids);

/** The same but for parts that stay as they are by then: somebody has begun to change them. */
export async function refreshUnless(stays, ...ids) {
  const answer = await fetch(location, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ids) {
    const [now, then] = [document.getElementById(id), fresh.getElementById(id)];
    if (!now || !then || now.outerHTML === then.outerHTML || stays(id)) continue;
    const focused = now.contains(document.activeElement) && (document.activeElement.getAttribute("href") || document.activeElement.id);
    now.replaceWith(then);
    if (focused) (document.getElementById(focused) ?? then.querySelector(`[href="${CSS.escape(focused)}"]`))?.focus();
  }
}

/**
 * Listens to the master's events. `on` has a function for each kind; `anew` is called when the page may
 * have missed some. The stream ends while nobody looks, so that a browser's few connections are not used up.
 */
export function listen(on, anew, query = {}) {
  const banner = document.getElementById("connection");
  const kinds = Object.keys(on).join(",");
  // What happened since the master wrote the page counts as well.
  const after = document.documentElement.dataset.event;
  let source, last, retry;
  const open = () => {
    clearTimeout(retry);
    source = new EventSource(`/events?${new URLSearchParams({ kinds, after, ...query })}`);
    source.onopen = () => {
      if (banner && !banner.hidden) anew();
      banner.hidden = true;
    };
    source.onerror = () => {
      banner.hidden = false;
      // A browser gives up when a proxy answers for a master that is away.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, 2_000);
    };
    source.addEventListener("reset", () => anew());
    for (const [kind, hear] of Object.entries(on)) {
      source.addEventListener(kind, (event) => hear(JSON.parse(event.data)));
    }
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(last);
    if (document.hidden) last = setTimeout(close, 30_000);
    else if (!source) {
      open();
      anew();
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && (open(), anew()));
  open();
}

/** Sends a book; `progress` hears of the share that is sent. Answers the book and whether it is new. */
export function send(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/books?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onerror = () => reject(new Refusal(0));
    request.onload = () => {
      if (request.status < 300) resolve({ book: request.response, isNew: request.status === 201 });
      else reject(new Refusal(request.status, request.response?.error));
    };
    request.send(file);
  });
}

/** Files that are dropped on any page go to the library. */
function takeDrops() {
  const veil = document.getElementById("drop");
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  addEventListener("dragenter", (event) => hasFiles(event) && ++depth && (veil.hidden = false));
  addEventListener("dragleave", (event) => hasFiles(event) && --depth <= 0 && (veil.hidden = true));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    dispatchEvent(new CustomEvent("books", { detail: [...event.dataTransfer.files] }));
  });
}

// Covers that are missing show the initials beneath.
document.addEventListener("error", (event) => event.target.closest?.(".cover") && event.target.remove(), true);
takeDrops();
