// Figures of the web app with a large library and a long book: node figures.js. Prints them; asserts nothing.

import { readFile } from "node:fs/promises";
import { once } from "node:events";
import { get } from "node:http";
import { bookText, openPage, startBrowser, startMaster } from "./scene.js";

const BOOKS = 500;
const STREAMS = 200;
const TIMES = 20;

const master = await startMaster();
const resident = async () => {
  const status = await readFile(`/proc/${master.pid}/status`, "utf8");
  return Math.round(Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024);
};
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const jobWhen = async (id, holds) => {
  for (;;) {
    const job = await master.call("GET", `/jobs/${id}`);
    if (holds(job)) return job;
    await wait(0.1);
  }
};

console.log(`a library of ${BOOKS} books, one of them with 20,000 segments`);
for (let i = 1; i < BOOKS; i++) {
  const title = `Volume ${i} of a Long Shelf`;
  const book = await master.upload(`volume-${i}.md`, bookText({ title, author: `Writer ${i % 97}`, chapters: 2, paragraphs: 1 }));
  if (i % 10 === 0) await master.call("POST", "/jobs", { book: book.id, engine: "tone" });
}
const novel = await master.upload("novel.md", bookText({ title: "A Long Novel", chapters: 50, paragraphs: 50, sentences: 8 }));

/** Milliseconds from asking to the whole answer, the median and the longest of some. */
async function timed(path) {
  const times = [];
  for (let i = 0; i < TIMES; i++) {
    const begin = performance.now();
    const answer = await fetch(master.url + path, { headers: { accept: "text/html,application/json" } });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return `${times[TIMES / 2].toFixed(1)} ms (longest ${times.at(-1).toFixed(1)})`;
}

const job = await master.call("POST", "/jobs", { book: novel.id, engine: "tone" });
const begun = await jobWhen(job.id, ({ progress }) => progress.segments > 0 && progress.segments_done > 100);
console.log(`${begun.progress.segments} segments`);
const pages = [
  "/", "/?page=8", "/?search=Volume+4", `/book/${novel.id}`, `/listen/${job.id}`, `/listen/${job.id}/text/25`,
  "/cluster", "/preferences", `/jobs/${job.id}`, `/jobs/${job.id}/strip`, `/books/${novel.id}`, "/jobs", "/feeds/open/opds",
];
for (const state of ["while it is spoken", "when it is done"]) {
  if (state === "when it is done") await jobWhen(job.id, ({ state }) => state === "done");
  console.log(state);
  for (const path of pages) {
    const shown = path.replace(novel.id, "BOOK").replace(job.id, "JOB");
    console.log(`  ${shown.padEnd(26)}${await timed(path).catch((error) => error.message)}`);
  }
}

const browser = await startBrowser();
for (const [name, path] of Object.entries({ library: "/", "a book": `/book/${novel.id}`, player: `/listen/${job.id}` })) {
  const page = await openPage(browser);
  const sizes = [];
  page.on("requestfinished", (request) => {
    if (["document", "stylesheet", "script"].includes(request.resourceType())) sizes.push(request.sizes());
  });
  await page.goto(master.url + path, { waitUntil: "load" });
  const usable = await page.evaluate(() => {
    const [timing] = performance.getEntriesByType("navigation");
    return timing.domContentLoadedEventEnd;
  });
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size.responseBodySize, 0);
  console.log(`${name}: usable after ${usable.toFixed(0)} ms, ${(bytes / 1024).toFixed(0)} KiB in ${sizes.length} answers without covers and media`);
  await page.context().close();
}
await browser.close();

const quiet = await resident();
let bytes = 0;
const streams = await Promise.all(
  Array.from({ length: STREAMS }, async () => {
    const request = get(`${master.url}/events`, { agent: false });
    const [answer] = await once(request, "response");
    answer.on("data", (chunk) => (bytes += chunk.length));
    answer.on("error", () => {});
    return request;
  }),
);
const open = await resident();
const again = await master.upload("again.md", bookText({ title: "Another Novel", chapters: 10, paragraphs: 50, sentences: 8 }));
const heard = await master.call("POST", "/jobs", { book: again.id, engine: "tone" });
const done = await jobWhen(heard.id, ({ state }) => state === "done");
const after = await resident();
console.log(
  `${STREAMS} event streams: ${quiet} MiB before, ${open} MiB with them, ${after} MiB after a job of ${done.progress.segments} segments, ` +
    `${(bytes / STREAMS / done.progress.segments).toFixed(0)} bytes for a segment and stream`,
);
for (const stream of streams) stream.destroy();
await master.remove();
