import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { bookText, openPage, startBrowser, startMaster } from "./scene.js";

const TOKEN = "a token of some length";
const HOSTILE = `<script>alert(1)</script> & Émile \u202E]]>`;
let master, guarded, browser;
before(async () => {
  [master, guarded, browser] = await Promise.all([startMaster(), startMaster({ env: { AUDIOTOME_TOKEN: TOKEN } }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await Promise.all([master?.remove(), guarded?.remove()]);
});

async function make(title, more = {}) {
  const book = await master.upload(`${title.length}.md`, bookText({ title, chapters: 3 }));
  const { id } = await master.call("POST", "/jobs", { book: book.id, engine: "tone", ...more });
  for (;;) {
    const { state, error } = await master.call("GET", `/jobs/${id}`);
    if (state === "done") return id;
    assert.notEqual(state, "failed", error);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const seconds = (url) => Number(execFileSync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", url]));

/** Reads strict XML; answers what the feed says. */
async function read(url, headers = {}) {
  const answer = await fetch(url, { headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  const page = await openPage(browser);
  const found = await page.evaluate((text) => {
    const feed = new DOMParser().parseFromString(text, "application/xml");
    const fault = feed.querySelector("parsererror")?.textContent;
    const of = (item, name) => item.getElementsByTagName(name)[0]?.textContent;
    const attributes = (element) => Object.fromEntries([...(element?.attributes ?? [])].map(({ name, value }) => [name, value]));
    return {
      fault,
      title: of(feed, "title"),
      items: [...feed.querySelectorAll("item")].map((item) => ({
        title: of(item, "title"), date: of(item, "pubDate"), seconds: Number(of(item, "itunes:duration")), number: Number(of(item, "itunes:episode")),
        ...attributes(item.getElementsByTagName("enclosure")[0]), chapters: attributes(item.getElementsByTagName("podcast:chapters")[0]).url,
      })),
      entries: [...feed.querySelectorAll("entry")].map((entry) => ({
        id: of(entry, "id"), title: of(entry, "title"), author: of(entry, "name"), links: [...entry.querySelectorAll("link")].map(attributes),
      })),
    };
  }, await answer.text());
  assert.equal(found.fault, undefined);
  await page.context().close();
  return { ...found, kind: answer.headers.get("content-type") };
}

test("a finished book is a podcast with an episode for each chapter", async () => {
  const job = await make(HOSTILE);
  const { title, items, kind } = await read(`${master.url}/feeds/open/books/${job}/podcast.xml`);
  assert.match(kind, /^application\/rss\+xml/);
  assert.equal(title, HOSTILE);
  const chapters = (await master.call("GET", `/jobs/${job}/chapters`)).chapters;
  assert.deepEqual(items.map((item) => item.title), chapters.map((chapter) => chapter.title));
  assert.deepEqual(items.map((item) => item.number), [1, 2, 3]);
  const dates = items.map((item) => Date.parse(item.date));
  assert.deepEqual(dates, [...dates].sort((a, b) => a - b));
  for (const item of items) {
    assert.equal(item.type, "audio/mp4");
    const all = await fetch(item.url);
    const bytes = new Uint8Array(await all.arrayBuffer());
    assert.deepEqual([all.headers.get("content-type"), bytes.length], ["audio/mp4", Number(item.length)]);
    assert.ok(Math.abs(seconds(item.url) - item.seconds) < 0.6);
    const part = await fetch(item.url, { headers: { range: "bytes=100-199", "accept-encoding": "gzip" } });
    assert.equal(part.status, 206);
    assert.deepEqual(new Uint8Array(await part.arrayBuffer()), bytes.slice(100, 200));
  }
});

test("an audiobook of one file tells its chapters, one of many files has an episode for each", async () => {
  const whole = await read(`${master.url}/feeds/open/books/${await make("Whole", { format: "mp3" })}/podcast.xml`);
  assert.equal(whole.items.length, 1);
  assert.equal(whole.items[0].type, "audio/mpeg");
  const { chapters } = await (await fetch(whole.items[0].chapters)).json();
  assert.deepEqual([chapters.length, chapters[0].startTime], [3, 0]);
  assert.ok(Math.abs(seconds(whole.items[0].url) - whole.items[0].seconds) < 1);
  const many = await read(`${master.url}/feeds/open/books/${await make("Many", { format: "mp3", per_chapter: true })}/podcast.xml`);
  assert.deepEqual(many.items.map((item) => item.type), ["audio/mpeg", "audio/mpeg", "audio/mpeg"]);
  for (const item of many.items) assert.equal((await fetch(item.url, { method: "HEAD" })).headers.get("content-length"), item.length);
});

test("the catalogue leads to every finished book, as the asker sees the master", async () => {
  const job = await make("In the Catalogue");
  const proxied = { "x-forwarded-proto": "https", "x-forwarded-host": "books.example" };
  const { entries, kind } = await read(`${master.url}/feeds/open/opds`, proxied);
  assert.equal(kind, "application/atom+xml;profile=opds-catalog;kind=acquisition");
  const entry = entries.find((entry) => entry.id === `urn:uuid:${job}`);
  assert.deepEqual([entry.title, entry.author], ["In the Catalogue", "Ada Writer"]);
  const acquired = (entry) => entry.links.filter((link) => link.rel === "http://opds-spec.org/acquisition");
  const [link] = acquired(entry);
  assert.ok(link.href.startsWith("https://books.example/feeds/open/"), link.href);
  const audio = await fetch(link.href.replace("https://books.example", master.url), { method: "HEAD" });
  assert.deepEqual([audio.status, audio.headers.get("content-type"), audio.headers.get("content-length")], [200, link.type, link.length]);
  const parts = await make("In Parts", { format: "mp3", per_chapter: true });
  const found = (await read(`${master.url}/feeds/open/opds`)).entries.find((entry) => entry.id === `urn:uuid:${parts}`);
  assert.equal(acquired(found).length, 3);
  for (const { href, length } of acquired(found)) assert.equal((await fetch(href, { method: "HEAD" })).headers.get("content-length"), length);
  const json = await (await fetch(`${master.url}/feeds/open/opds.json`)).json();
  assert.equal(json.publications.length, json.metadata.numberOfItems);
  assert.ok(json.publications.some((publication) => publication.metadata.title === "In the Catalogue"));
});

test("with a token, only the address from the settings opens the feeds, and nothing but the feeds", async () => {
  const page = await openPage(browser);
  await page.goto(`${guarded.url}/preferences`);
  await page.getByLabel("Token").fill(TOKEN);
  await page.getByRole("button", { name: "Log in" }).click();
  const address = await page.getByLabel("Address of the catalogue").inputValue();
  assert.equal((await fetch(address)).status, 200);
  const secret = address.split("/").at(-2);
  const wrong = secret.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
  for (const other of ["open", wrong, TOKEN]) {
    assert.equal((await fetch(address.replace(secret, encodeURIComponent(other)))).status, 404, other);
  }
  assert.equal((await fetch(`${guarded.url}/jobs`, { headers: { authorization: `Bearer ${secret}` } })).status, 401);
  assert.equal((await fetch(`${guarded.url}/jobs`, { headers: { cookie: `audiotome=${secret}` } })).status, 401);
});
