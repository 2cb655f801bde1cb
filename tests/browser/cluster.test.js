import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bookText, checkPage, openPage, startBrowser, startMaster, startWorker } from "./scene.js";

const REFUSED = "sentence two of paragraph one in chapter two";
let master, worker, browser;
before(async () => {
  [master, worker, browser] = await Promise.all([
    startMaster({ env: { AUDIOTOME_TONE: `delay=150ms,refuse=${REFUSED}` } }),
    startWorker({ env: { AUDIOTOME_TONE: `delay=150ms,refuse=${REFUSED}` } }),
    startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await worker?.stop();
  await master?.remove();
});

const card = (page, name) => page.locator(`.worker[data-worker="${name}"]`);
const start = async (title, more = {}) => {
  const book = await master.upload(`${title}.md`, bookText({ title, ...more }));
  return (await master.call("POST", "/jobs", { book: book.id, engine: "tone" })).id;
};

test("a worker is added by its address, seen speaking, drained, and removed", async () => {
  const page = await openPage(browser);
  await page.goto(`${master.url}/cluster`);
  await page.getByText("Nothing is being spoken.").waitFor();
  await page.getByLabel("Address").fill("no address");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "address" }).waitFor();
  await page.getByLabel("Address").fill(worker.address);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await card(page, worker.address).waitFor();
  await checkPage(page);

  // Everything below comes without a reload.
  await page.evaluate(() => (window.same = true));
  const job = await start("Spoken by Two", { chapters: 20 });
  await page.getByRole("link", { name: "Spoken by Two" }).waitFor();
  await card(page, worker.address).locator(".saying li").first().waitFor();
  assert.match(await card(page, worker.address).locator(".saying bdi").first().innerText(), /chapter/i);
  await page.waitForFunction((name) => document.querySelector(`[data-worker="${name}"] .line`).getAttribute("points"), worker.address);
  await page.getByText(/All that is being spoken is done at/).waitFor();
  await page.getByText(/sentences wait, \d+ are being spoken/).waitFor();
  await checkPage(page);

  await card(page, worker.address).getByRole("button", { name: "Let it finish and leave" }).click();
  await card(page, worker.address).waitFor({ state: "detached" });
  assert.deepEqual((await master.call("GET", "/workers")).workers.map((worker) => worker.name), ["this machine"]);
  await master.call("POST", "/workers", { address: worker.address });
  await card(page, worker.address).waitFor();
  page.once("dialog", (dialog) => dialog.accept());
  await card(page, worker.address).getByRole("button", { name: "Remove" }).click();
  await card(page, worker.address).waitFor({ state: "detached" });

  const row = page.locator(`.job[data-job="${job}"]`);
  await row.getByLabel("Urgency").fill("7");
  await row.getByLabel("Urgency").press("Tab");
  await row.getByRole("button", { name: "Pause" }).click();
  await row.getByRole("button", { name: "Go on" }).waitFor();
  assert.equal((await master.call("GET", `/jobs/${job}`)).priority, 7);
  await row.getByRole("button", { name: "Go on" }).click();
  await row.getByRole("button", { name: "Pause" }).waitFor();
  page.once("dialog", (dialog) => dialog.accept());
  await row.getByRole("button", { name: "Give up" }).click();
  await row.waitFor({ state: "detached" });
  assert.equal((await master.call("GET", `/jobs/${job}`)).state, "cancelled");
  assert.ok(await page.evaluate(() => window.same), "the page was not loaded again");
  await checkPage(page);
});

test("a dead letter is said in other words, and the book becomes an audiobook", async () => {
  const page = await openPage(browser, { colorScheme: "dark" });
  await page.goto(`${master.url}/cluster`);
  const job = await start("One <b>Bad</b> Sentence", { paragraphs: 1, sentences: 3 });
  const letter = page.locator(".letter");
  await letter.waitFor();
  assert.equal(await letter.getByRole("blockquote").innerText(), "This is sentence 2 of paragraph 1 in chapter 2.");
  await page.getByText("One <b>Bad</b> Sentence").first().waitFor();
  await checkPage(page);
  await letter.getByLabel("What is said").fill("This is another sentence.");
  await letter.getByRole("button", { name: "Say it so" }).click();
  await letter.getByText("Other words").waitFor();
  await page.getByRole("button", { name: "Try the book again" }).click();
  await letter.waitFor({ state: "detached" });
  await page.locator(`.job[data-job="${job}"]`).waitFor({ state: "detached" });
  assert.equal((await master.call("GET", `/jobs/${job}`)).state, "done");
});

test("a dead letter is left out from a phone", async () => {
  const page = await openPage(browser, { viewport: { width: 400, height: 800 } });
  const job = await start("Left Out", { paragraphs: 1, sentences: 3 });
  await page.goto(`${master.url}/cluster`);
  await page.getByRole("button", { name: "Leave it out" }).click();
  await page.getByText("Left out", { exact: true }).waitFor();
  await checkPage(page);
  await page.getByRole("button", { name: "Try the book again" }).click();
  await page.locator(`.job[data-job="${job}"]`).waitFor({ state: "detached" });
  assert.equal((await master.call("GET", `/jobs/${job}`)).state, "done");
});

test("what somebody writes survives what happens meanwhile", async () => {
  const page = await openPage(browser);
  await start("In the Middle", { paragraphs: 1, sentences: 3 });
  await page.goto(`${master.url}/cluster`);
  const field = page.getByLabel("What is said");
  await field.fill("Half of a new sen");
  const other = await start("Another", { chapters: 1 });
  await page.locator(`.job[data-job="${other}"]`).waitFor();
  await page.locator(`.job[data-job="${other}"]`).waitFor({ state: "detached" });
  assert.equal(await field.inputValue(), "Half of a new sen");
});
