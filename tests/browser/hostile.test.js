// A book is data, wherever it is shown; and pages of others are nobody.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { bookText, checkPage, openPage, startBrowser, startMaster } from "./scene.js";

const MARKUP = `<img src=x onerror=alert(1)></script><script>alert(2)</script>"'{{7*7}} \u202Eeman `;
/** Ten thousand characters, among them the longest word of the world. */
const LONG = MARKUP + "endless".repeat(700) + " and on".repeat(1_000);

let master, browser;
before(async () => {
  [master, browser] = await Promise.all([startMaster({ env: { AUDIOTOME_TONE: "fail=unspeakable" } }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await master?.remove();
});

test("a book that is markup and endless does no harm on any page", async () => {
  const text = bookText({ title: LONG, author: LONG, chapters: 2, paragraphs: 1 }).replace("# The chapter", `# ${LONG} chapter`);
  const name = `${MARKUP.replaceAll("/", "")}.md`;
  const book = await master.upload(name, `${text}\n\n${MARKUP}\n\n${"unspeakable ".repeat(20)}\n\n${LONG}\n`);
  const job = await master.call("POST", "/jobs", { book: book.id, engine: "tone" });
  const page = await openPage(browser, { viewport: { width: 360, height: 700 } });
  page.on("dialog", () => page.faults.push("a dialog"));
  await page.goto(`${master.url}/listen/${job.id}`);
  await page.locator('#state[data-state="failed"]').waitFor();
  for (const path of ["/", `/book/${book.id}`, `/listen/${job.id}`, "/cluster", "/preferences", `/?search=${encodeURIComponent(MARKUP)}`]) {
    await page.goto(master.url + path);
    await checkPage(page).catch((error) => Promise.reject(new Error(`${path}: ${error.message}`)));
    assert.equal(await page.locator("img[src=x]").count(), 0, path);
  }
  await page.goto(`${master.url}/book/${book.id}`);
  await page.getByRole("button", { name: /^Text of/ }).first().click();
  await page.locator("#chapters textarea").waitFor();
  await checkPage(page);
});

test("a page of another site starts nothing", async (of) => {
  const book = await master.upload("plain.md", bookText({ title: "Plain" }));
  const before = (await master.call("GET", "/jobs")).jobs.length;
  const foreign = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>Another site</p>")).listen(0, "127.0.0.1");
  await once(foreign, "listening");
  of.after(() => foreign.close());
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${foreign.address().port}/`);
  const read = await page.evaluate(async ({ url, book }) => {
    const order = JSON.stringify({ book, engine: "tone" });
    for (const type of ["text/plain", "application/json"])
      await fetch(`${url}/jobs`, { method: "POST", mode: "no-cors", body: order, headers: { "content-type": type } }).catch(() => {});
    await fetch(`${url}/books/${book}`, { method: "DELETE" }).catch(() => {});
    return fetch(`${url}/jobs`).then((answer) => answer.text(), () => "nothing");
  }, { url: master.url, book: book.id });
  assert.equal(read, "nothing", "it can't even read");
  // A form takes the whole page along, as a click on a trap would.
  const form = page.evaluate(({ url, book }) => {
    document.body.innerHTML = `<form method="post" enctype="text/plain" action="${url}/jobs"><input></form>`;
    document.querySelector("input").name = `{"book":"${book}","engine":"tone","x":"`;
    document.querySelector("form").submit();
  }, { url: master.url, book: book.id });
  await Promise.all([page.waitForURL(`${master.url}/**`), form]);
  assert.equal((await master.call("GET", "/jobs")).jobs.length, before);
  assert.equal((await master.call("GET", `/books/${book.id}`)).title, "Plain");
  await page.context().close();
});
