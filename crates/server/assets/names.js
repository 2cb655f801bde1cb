// How a book's names are said: its lexicon, and the unusual names in it, each to be heard and changed.

import { attempt, call, say, speak } from "./app.js";

const $ = (id) => document.getElementById(id);
/** Names that are shown. */
const MOST = 60;

const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const ruleOf = (name) => new RegExp(`^${escaped(name)}[ \\t]*->[ \\t]*(.*)$`, "m");

/** What the lexicon says of a name; nothing where it has no rule of its own. */
const formOf = (lexicon, name) => lexicon.match(ruleOf(name))?.[1].trim() ?? "";

/** The lexicon with another rule for a name, or none. */
function withRule(lexicon, name, form) {
  const rule = ruleOf(name);
  if (!form) return lexicon.replace(new RegExp(`${rule.source}\\n?`, "m"), "");
  const line = `${name} -> ${form}`;
  if (rule.test(lexicon)) return lexicon.replace(rule, () => line);
  // In front: what follows a line such as `[fr]` counts only for that language.
  return `${line}\n${lexicon}`;
}

/** What a speech server is asked to say for a name: `[IPA]` is a sound. */
function spoken(name, form) {
  const sound = form.match(/^\[([^\]]+)\]/);
  return sound ? `[${name}](/${sound[1]}/)` : form || name;
}

/**
 * Fills the panel when it is opened first. `keep` takes the lexicon when it has changed, `reader` answers who reads
 * the book now: `{ engine, voice }`.
 */
export function names({ path, keep, reader }) {
  const rules = $("lexicon");
  const rows = $("names").querySelector("ul");
  let player;

  const hear = async (name, form) => {
    const { engine, voice } = reader();
    const sound = await speak({ model: engine, voice, input: spoken(name, form) });
    player?.pause();
    if (player) URL.revokeObjectURL(player.src);
    player = new Audio(URL.createObjectURL(sound));
    await player.play();
  };

  const row = ({ name, count, example }) => {
    const item = $("name-row").content.firstElementChild.cloneNode(true);
    const [field, button] = [item.querySelector("input"), item.querySelector("button")];
    item.querySelector("bdi").textContent = name;
    item.querySelector(".size").textContent = say("book.names.count", { n: count });
    item.title = example;
    item.dataset.name = name;
    field.value = formOf(rules.value, name);
    field.setAttribute("aria-label", say("book.names.said", { name }));
    button.setAttribute("aria-label", say("book.names.hear", { name }));
    field.addEventListener("input", () => {
      rules.value = withRule(rules.value, name, field.value.trim());
      keep(rules.value);
    });
    button.addEventListener("click", () => attempt(() => hear(name, field.value.trim()), button));
    return item;
  };

  $("names").addEventListener("toggle", () => {
    if (!$("names").open || rows.childElementCount) return;
    attempt(async () => {
      const found = await call("GET", `${path}/names`);
      rows.append(...found.names.slice(0, MOST).map(row));
      $("no-names").hidden = found.names.length > 0;
    });
  });
  rules.addEventListener("input", () => {
    for (const item of rows.children) item.querySelector("input").value = formOf(rules.value, item.dataset.name);
    keep(rules.value);
  });
}
