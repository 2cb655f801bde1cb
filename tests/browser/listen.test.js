import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bookText, checkPage, openPage, startBrowser, startMaster } from "./scene.js";

let master, browser;
before(async () => {
  // Slow enough to be watched: a sentence of four seconds takes a fifth of one.
  [master, browser] = await Promise.all([startMaster({ env: { AUDIOTOME_TONE: "delay=200ms" } }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await master?.remove();
});

async function startJob(title, sizes) {
  const book = await master.upload(`${title}.md`, bookText({ title, ...sizes }));
  return master.call("POST", "/jobs", { book: book.id, engine: "tone" });
}
const stateOf = async (job) => (await master.call("GET", `/jobs/${job.id}`)).state;
const time = (page) => page.evaluate(() => document.getElementById("audio").currentTime);
const sounding = (page, from = 0.3) => page.waitForFunction((from) => document.getElementById("audio").currentTime > from, from);
const lit = (page) => page.locator(".lit").innerText();

test("a book plays while it is made, with the sentence lit in step", async () => {
  const job = await startJob("Heard at Once", { chapters: 6, paragraphs: 6 });
  const page = await openPage(browser);
  await page.goto(`${master.url}/listen/${job.id}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await sounding(page);
  assert.notEqual(await stateOf(job), "done", "it plays before the job is done");

  // What is lit is what the timeline says is heard, within a tenth of a second.
  const timeline = await master.call("GET", `/jobs/${job.id}/listen/1/0/timeline`);
  const turn = timeline.segments[1].start;
  await page.waitForFunction((turn) => document.getElementById("audio").currentTime > turn - 0.4, turn);
  const late = await page.evaluate(async ({ turn, segment }) => {
    const audio = document.getElementById("audio");
    while (!document.querySelector(`.lit[data-segment="${segment}"]`)) await new Promise(requestAnimationFrame);
    return audio.currentTime - turn;
  }, { turn, segment: timeline.segments[1].segment });
  assert.ok(Math.abs(late) < 0.1, `lit ${late} s late`);

  const [first, bar] = [await time(page), page.locator("#state progress")];
  const share = Number(await bar.getAttribute("value"));
  await page.waitForFunction((share) => document.querySelector("#state progress").value > share + 2, share);
  assert.ok((await time(page)) > first, "it goes on playing");
  await checkPage(page);
});

test("a chapter that is far ahead is spoken next when somebody goes there", async () => {
  const job = await startJob("Far Ahead", { chapters: 12, paragraphs: 8 });
  const page = await openPage(browser);
  await page.goto(`${master.url}/listen/${job.id}`);
  await page.getByRole("button", { name: "The chapter of number 10", exact: false }).click();
  await page.waitForFunction(() => !document.getElementById("audio").paused && document.getElementById("audio").currentTime > 0.3);
  assert.match(await lit(page), /number 10|chapter 10/);
  const { states, chapters } = await master.call("GET", `/jobs/${job.id}/strip`);
  const ninth = chapters[8];
  assert.match(states.slice(ninth.first, ninth.first + ninth.segments), /w$/, "chapter 9 waits meanwhile");
  await page.getByRole("button", { name: "Give up" }).waitFor();
  await master.call("POST", `/jobs/${job.id}/cancel`);
});

test("one sentence in other words: only that one is spoken again", async () => {
  const job = await startJob("To Be Corrected", { chapters: 2, paragraphs: 1 });
  const page = await openPage(browser);
  await page.goto(`${master.url}/listen/${job.id}`);
  await page.locator('#state[data-state="done"]').waitFor();
  const before = await master.call("GET", `/jobs/${job.id}/segments`);

  await page.locator(".sentence").nth(2).click();
  await page.waitForFunction(() => document.querySelector('.lit[data-segment="2"]'));
  await page.getByRole("button", { name: "Correct this sentence" }).click();
  const words = "Something that is quite another thing, and longer than it was.";
  await page.getByLabel("What is spoken").fill(words);
  await checkPage(page);
  await page.getByRole("button", { name: "Speak it" }).click();
  await page.waitForFunction((words) => document.querySelector('.sentence[data-segment="2"]')?.dataset.spoken === words, words);
  await sounding(page);
  const after = await master.call("GET", `/jobs/${job.id}/segments`);
  assert.equal(after.segments[2].text, words);
  const changed = after.segments.filter(({ key }, index) => key !== before.segments[index].key);
  assert.deepEqual(changed.map(({ index }) => index), [2]);
  while ((await stateOf(job)) !== "done") await new Promise((resolve) => setTimeout(resolve, 50));
  const { segments } = await master.call("GET", `/jobs/${job.id}/timeline`);
  assert.ok(segments, "the audiobook was made anew");
});

test("the place is kept for the next visit", async () => {
  const job = await startJob("Remembered", { chapters: 3, paragraphs: 2 });
  const page = await openPage(browser);
  await page.goto(`${master.url}/listen/${job.id}`);
  await page.locator('#state[data-state="done"]').waitFor();
  await page.getByRole("button", { name: "The chapter of number 2", exact: false }).click();
  await sounding(page, 6);
  const there = await lit(page);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const other = await openPage(browser);
  await page.waitForResponse((answer) => answer.url().endsWith("/bookmark") && answer.request().method() === "PUT").catch(() => {});
  await other.goto(`${master.url}/listen/${job.id}`);
  await other.locator(".lit").waitFor();
  assert.equal(await lit(other), there);
});

test("the master dies and comes back under an open page", async (of) => {
  const own = await startMaster({ of, env: { AUDIOTOME_TONE: "delay=200ms" } });
  const book = await own.upload("Undying.md", bookText({ title: "Undying", chapters: 4, paragraphs: 4 }));
  const job = await own.call("POST", "/jobs", { book: book.id, engine: "tone" });
  const page = await openPage(browser);
  await page.goto(`${own.url}/listen/${job.id}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await sounding(page, 2);
  await own.kill();
  await page.getByText("The master does not answer").waitFor();
  const again = await startMaster({ of, folder: own.folder, port: own.port, env: { AUDIOTOME_TONE: "delay=50ms" } });
  await page.getByText("The master does not answer").waitFor({ state: "hidden" });
  await page.locator('#state[data-state="done"]').waitFor();
  const before = await time(page);
  await sounding(page, before + 1);
  page.faults.length = 0; // Requests fail while nobody answers.
  await again.remove();
});

test("keyboard only, on a phone, in the dark", async () => {
  const job = await startJob("By Hand", { chapters: 2, paragraphs: 2 });
  const page = await openPage(browser, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await page.goto(`${master.url}/listen/${job.id}`);
  await page.locator(".lit").waitFor();
  await page.keyboard.press("Space");
  await sounding(page);
  await page.keyboard.press("n");
  await page.waitForFunction(() => document.getElementById("chapter").textContent.includes("number 2"));
  await checkPage(page);
});

test("two books at once: both are heard while both are spoken", async () => {
  const jobs = await Promise.all(["First of Two", "Second of Two"].map((title) => startJob(title, { chapters: 10, paragraphs: 10 })));
  const pages = await Promise.all(jobs.map(async (job) => {
    const page = await openPage(browser);
    await page.goto(`${master.url}/listen/${job.id}`);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    return page;
  }));
  await Promise.all(pages.map((page) => sounding(page)));
  assert.deepEqual(await Promise.all(jobs.map(stateOf)), ["running", "running"]);
  await Promise.all(pages.map(async (page) => {
    const share = Number(await page.locator("#state progress").getAttribute("value"));
    await page.waitForFunction((share) => document.querySelector("#state progress").value > share, share);
  }));
  for (const [i, page] of pages.entries()) {
    assert.match(await page.title(), i === 0 ? /First/ : /Second/);
    await checkPage(page);
  }
  for (const job of jobs) await master.call("POST", `/jobs/${job.id}/cancel`);
});
