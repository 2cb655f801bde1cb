// The library: uploads, and rings that fill.

import { attempt, listen, refresh, say, duration, send } from "./app.js";

const uploads = document.getElementById("uploads");

/** Sends books one after another; a single new one is opened. */
async function take(files) {
  const taken = [];
  for (const file of files) taken.push(await upload(file));
  const books = taken.filter(Boolean);
  if (files.length === 1 && books.length === 1) location.assign(`/book/${books[0].id}`);
  else await refresh("cards");
}

async function upload(file) {
  const line = document.createElement("li");
  const [name, state, bar] = ["bdi", "span", "progress"].map((tag) => document.createElement(tag));
  name.textContent = file.name;
  state.textContent = say("sending");
  bar.setAttribute("aria-label", file.name);
  bar.max = 1;
  bar.value = 0;
  line.append(name, state, bar);
  uploads.append(line);
  try {
    const { book, isNew } = await send(file, (share) => {
      bar.value = share;
      if (share === 1) state.textContent = say("reading");
    });
    if (isNew) line.remove();
    else {
      state.textContent = say("duplicate");
      bar.remove();
    }
    return book;
  } catch (error) {
    line.classList.add("wrong");
    line.setAttribute("role", "alert");
    state.textContent = error.message;
    bar.remove();
    const close = document.createElement("button");
    close.textContent = say("dismiss");
    close.onclick = () => line.remove();
    line.append(close);
  }
}

function advance({ job, data }) {
  const card = document.querySelector(`[data-job="${job}"]`);
  if (!card) return;
  card.querySelector(".arc")?.setAttribute("stroke-dasharray", `${data.percent} 100`);
  if (data.waiting_for) card.querySelector(".state").textContent = say("waiting");
  else if (data.eta_seconds !== null) card.querySelector(".state").textContent = say("left", { x: duration(data.eta_seconds) });
}

let pending;
/** Many events come at once: the page asks once. */
function soon() {
  pending ??= setTimeout(() => {
    pending = undefined;
    refresh("cards");
  }, 200);
}

document.getElementById("files").addEventListener("change", (event) => {
  attempt(() => take([...event.target.files]));
  event.target.value = "";
});
document.getElementById("sort").addEventListener("change", (event) => event.target.form.submit());
addEventListener("books", (event) => attempt(() => take(event.detail)));
listen({ progress: advance, job: soon, book: soon }, () => refresh("cards"));
