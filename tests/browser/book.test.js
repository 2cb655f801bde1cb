import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bookText, checkPage, openPage, startBrowser, startMaster } from "./scene.js";

let master, browser;
before(async () => {
  [master, browser] = await Promise.all([startMaster(), startBrowser()]);
  // Books are beeped: no voice is needed, and every test is quick.
  await master.call("PATCH", "/settings", { engine: "tone" });
});
after(async () => {
  await browser?.close();
  await master?.remove();
});

const saved = (page) => page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();

const jobOf = (page) => new URL(page.url()).pathname.split("/").pop();

/** Starts the job of the page. Answers it when it is done. */
async function started(page) {
  await page.getByRole("button", { name: "Start speaking" }).click();
  await page.waitForURL(/\/listen\//);
  return finished(jobOf(page));
}

async function finished(id) {
  const heard = new AbortController();
  // Listening first and looking then, so that nothing is missed between the two.
  const events = await fetch(`${master.url}/events?kinds=job&job=${id}`, { signal: heard.signal });
  const reader = events.body.getReader();
  for (;;) {
    const job = await master.call("GET", `/jobs/${id}`);
    if (["done", "failed"].includes(job.state)) {
      heard.abort();
      return job;
    }
    await reader.read();
  }
}

const keysOf = async (job) => new Set((await master.call("GET", `/jobs/${job.id}/segments?limit=1000`)).segments.map(({ key }) => key));

test("a title is changed, a chapter dropped, and the audiobook is like that", async () => {
  const book = await master.upload("a.md", bookText({ title: "First Title" }));
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  await page.getByText("About the book").click();
  await page.getByLabel("Title", { exact: true }).fill("Another Title");
  await page.getByRole("switch", { name: "The chapter of number 2" }).uncheck();
  await saved(page);
  await page.getByText(/2 chapters/).waitFor();

  // Nothing is lost by a reload.
  await page.reload();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Another Title");
  assert.equal(await page.getByRole("switch", { name: "The chapter of number 2" }).isChecked(), false);
  const job = await started(page);
  assert.equal(job.state, "done");
  assert.equal(job.title, "Another Title");
  const { chapters } = await master.call("GET", `/jobs/${job.id}/chapters`);
  assert.deepEqual(chapters.map(({ title }) => title), ["The chapter of number 1", "The chapter of number 3"]);
  assert.deepEqual(page.faults, []);

  await page.goto(`${master.url}/book/${book.id}`);
  assert.match(await page.getByRole("link", { name: "Listen" }).getAttribute("href"), new RegExp(job.id));
});

test("a sentence is changed, and only that is another", async () => {
  const book = await master.upload("b.md", bookText({ title: "Sentences" }));
  const before = await keysOf(await finished((await master.call("POST", "/jobs", { book: book.id })).id));
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  await page.getByRole("button", { name: "Text of The chapter of number 1" }).click();
  const text = page.getByLabel("What is read");
  const words = await text.inputValue();
  assert.match(words, /^# The chapter of number 1\n\nThis is sentence 1/);
  await text.fill(words.replace("sentence 2 of paragraph 3", "sentence two of the third paragraph"));
  await saved(page);
  await page.locator(".mark").first().waitFor();
  await checkPage(page);
  const after = await keysOf(await started(page));
  assert.equal([...after].filter((key) => !before.has(key)).length, 1);
  assert.equal(after.size, before.size);

  await page.goto(`${master.url}/book/${book.id}`);
  await page.getByRole("button", { name: "Text of The chapter of number 1" }).click();
  await page.getByRole("button", { name: "As in the book" }).click();
  await page.locator(".mark").first().waitFor({ state: "hidden" });
  await page.waitForFunction((words) => document.querySelector("#chapters textarea").value === words, words);
  assert.equal(await page.getByLabel("What is read").inputValue(), words);
});

test("the beginning is heard at once, in the voice and at the speed that were chosen", async () => {
  const book = await master.upload("c.md", bookText({ title: "Samples" }));
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  await page.locator("#speed").fill("1.5");
  await page.getByRole("button", { name: "Hear the beginning" }).click();
  await page.waitForFunction(() => document.getElementById("sound").currentTime > 0.3);
  const seconds = async (wishes) => {
    const body = JSON.stringify({ sentences: 1, ...wishes });
    const answer = await fetch(`${master.url}/books/${book.id}/sample`, { method: "POST", body, headers: { "content-type": "application/json" } });
    const wav = new DataView(await answer.arrayBuffer());
    return wav.getUint32(40, true) / wav.getUint32(28, true); // bytes of sound, bytes of a second
  };
  const [kept, asked] = [await seconds({}), await seconds({ speed: 1.5 })];
  assert.ok(kept === asked && kept < (await seconds({ speed: 1 })), "at the speed that was chosen");
  await page.getByRole("button", { name: "Stop" }).click();
  assert.equal(await page.evaluate(() => document.getElementById("sound").paused), true);
  assert.deepEqual(page.faults, []);
});

test("a name is heard, said otherwise, and only its sentences are others", async () => {
  const text = `${bookText({ title: "Names", chapters: 1 })}\nThen old Ermengarde came. We saw Ermengarde there, and left.\n`;
  const book = await master.upload("names.md", text);
  const before = await keysOf(await finished((await master.call("POST", "/jobs", { book: book.id })).id));
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  await page.getByText("Names and how they are said").click();
  await page.getByText("2 times").waitFor();
  const field = page.getByLabel("Ermengarde is said as");
  await field.fill("air-men-guard");
  const asked = page.waitForRequest((request) => request.url().endsWith("/v1/audio/speech"));
  await page.getByRole("button", { name: "Hear Ermengarde" }).click();
  assert.equal((await asked).postDataJSON().input, "air-men-guard");
  await saved(page);
  await checkPage(page);
  const kept = async () => (await master.call("GET", `/books/${book.id}`)).lexicon;
  assert.equal(await kept(), "Ermengarde -> air-men-guard\n");

  const job = await started(page);
  const said = (await master.call("GET", `/jobs/${job.id}/segments?limit=1000`)).segments.map(({ text }) => text);
  assert.equal(said.filter((text) => text.includes("air-men-guard")).length, 2);
  const after = await keysOf(job);
  assert.equal([...after].filter((key) => !before.has(key)).length, 2);

  // The rules as a whole, with one that can't be read.
  await page.goto(`${master.url}/book/${book.id}`);
  await page.getByText("Names and how they are said").click();
  const rules = page.getByLabel("All rules for this book");
  await rules.fill("/(/ -> what");
  await page.getByText(/Not saved: .*line 1/).waitFor();
  await rules.fill("");
  await saved(page);
  assert.equal(await kept(), "");
  assert.equal(await page.getByLabel("Ermengarde is said as").inputValue(), "");
});

test("from the library to the start without a mouse", async () => {
  const book = await master.upload("d.md", bookText({ title: "Keyboard" }));
  const page = await openPage(browser);
  await page.goto(`${master.url}/?search=Keyboard`);
  const reach = async (find) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(find)) return;
    }
    assert.fail("it can't be reached");
  };
  await reach(() => document.activeElement.matches('.card a'));
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/book/${book.id}`));
  await page.locator("#estimate[aria-busy=false]").waitFor();
  await reach(() => document.activeElement.id === "start");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/listen\//);
  assert.equal((await finished(jobOf(page))).state, "done");
});

test("parts that are left out are named and can be switched on", async () => {
  const text = `${bookText({ title: "Notes" })}\nA note is here.[^1]\n\n[^1]: What the note says in some words.\n`;
  const book = await master.upload("e.md", text);
  const page = await openPage(browser, { locale: "fr-FR" });
  await page.goto(`${master.url}/book/${book.id}`);
  const notes = page.getByRole("switch", { name: "Notes" });
  await notes.check();
  await page.getByText("Enregistré", { exact: true }).waitFor();
  const { left_out, job } = await master.call("GET", `/books/${book.id}`);
  assert.deepEqual([left_out, job.include], [[], ["notes"]]);
  // The chapters and switches of the page are new ones, and work.
  await page.getByRole("switch", { name: "The chapter of number 3" }).uncheck();
  await notes.uncheck();
  await page.getByText("Enregistré", { exact: true }).waitFor();
  await page.getByText("Enregistrement…").waitFor({ state: "hidden" });
  const after = await master.call("GET", `/books/${book.id}`);
  assert.deepEqual([after.chapters[2].read, after.job.include], [false, []]);
  await checkPage(page);
});

test("what is usually read, rules, and who reads what can be chosen", async () => {
  const rows = "\n| Thing | Price |\n| --- | --- |\n| Lamp | 5 km |\n";
  const text = `${bookText({ title: "Choices" })}\nDr. Watson walked 5 km.\n${rows}`;
  const book = await master.upload("choices.md", text);
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  const choose = async (panel, name) => {
    await page.getByText(panel, { exact: true }).click();
    await page.getByRole("switch", { name }).uncheck();
    await saved(page);
  };
  await choose("More that can be left out", "Tables");
  await page.locator("#sample").click();
  await page.locator("#sample", { hasText: "Stop" }).waitFor();
  await choose("How the text is read", /^Abbreviations in full/);
  assert.ok(await page.locator("#sound").evaluate((sound) => sound.paused), "what is heard now would be read otherwise");
  await page.getByRole("switch", { name: /^Read passages in another language/ }).check();
  await saved(page);
  await page.getByText("Several voices").click();
  const lines = page.getByLabel("Who reads which chapter or speaker");
  await lines.fill("2 = nobody-has-this-voice");
  await page.locator("#reader.wrong", { hasText: "nobody-has-this-voice" }).waitFor();
  await lines.fill("2 =");
  await page.getByText(/Not saved: /).waitFor();
  await lines.fill("2 = espeak:en-us");
  await saved(page);
  await checkPage(page);

  await page.reload();
  const { job } = await master.call("GET", `/books/${book.id}`);
  const { skip, no_rules: rules, foreign, voices } = job;
  assert.deepEqual({ skip, rules, foreign, voices }, { skip: ["tables"], rules: ["abbreviations"], foreign: true, voices: "2 = espeak:en-us" });
  for (const name of ["Tables", /^Abbreviations in full/]) {
    assert.equal(await page.getByRole("switch", { name, includeHidden: true }).isChecked(), false);
  }
  assert.equal(await lines.inputValue(), "2 = espeak:en-us");
  const made = await started(page);
  assert.equal(made.state, "done");
  const said = (await master.call("GET", `/jobs/${made.id}/segments?limit=1000`)).segments.map(({ text }) => text);
  assert.ok(said.includes("Dr. Watson walked five kilometers."), said.at(-1));
  assert.ok(!said.some((text) => text.includes("Lamp")), "the table is left out");
  assert.deepEqual(page.faults, []);
});

test("what is skipped in other ways stays skipped, and says so", async () => {
  const book = await master.upload("skips.md", bookText({ title: "Skips" }));
  await master.call("PATCH", `/books/${book.id}`, { job: { skip: ["frontmatter", "notes"], voices: "Nobody = no-such-voice" } });
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  await page.locator("#estimate[aria-busy=false]").waitFor();
  assert.equal(await page.locator("#reader").innerText(), "tone", "who says nothing needs no voice");
  await page.getByText("More that can be left out").click();
  const front = page.getByRole("switch", { name: "In front of the text" });
  const dedication = page.getByRole("switch", { name: "Dedication" });
  assert.equal(await front.isChecked(), false);
  assert.ok(await dedication.isDisabled(), "it is left out with what stands in front");
  await front.check();
  assert.ok(await dedication.isEnabled());
  await front.uncheck();
  assert.ok(await dedication.isDisabled());
  await page.getByRole("switch", { name: "Tables" }).uncheck();
  await saved(page);
  const { skip } = (await master.call("GET", `/books/${book.id}`)).job;
  assert.deepEqual(skip.sort(), ["front-matter", "notes", "tables"]);
  await checkPage(page);
});

test("a book is deleted once it is sure", async () => {
  const book = await master.upload("f.md", bookText({ title: "Unwanted" }));
  const page = await openPage(browser);
  await page.goto(`${master.url}/book/${book.id}`);
  const button = page.getByRole("button", { name: "Delete this book" });
  await button.click();
  await page.getByRole("button", { name: "Keep it" }).click();
  await button.click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete this book" }).click();
  await page.waitForURL(`${master.url}/`);
  await assert.rejects(master.call("GET", `/books/${book.id}`), /404/);
});

test("a book that is not there is told in words", async () => {
  const page = await openPage(browser);
  const answer = await page.goto(`${master.url}/book/0000000000000000`);
  assert.equal(answer.status(), 404);
  await page.getByRole("link", { name: "To the library" }).waitFor();
});

test("words that are markup are words, in every light and width", async () => {
  const evil = `<img src=x onerror=alert(1)></script><script>alert(2)</script>"'>\u202Eeman`;
  const text = bookText({ title: evil, author: evil }).replace("# The chapter of number 2", `# \\<b onclick=alert(3)>two\\</b> ${"very ".repeat(300)}long`);
  const book = await master.upload("g.md", text);
  await master.call("PATCH", `/books/${book.id}`, { metadata: { description: evil, series: evil }, chapters: { 1: { title: evil, text: `${evil}\n\n${"a".repeat(10_000)}` } } });
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 360, height: 700 } }]) {
    const page = await openPage(browser, options);
    page.on("dialog", () => page.faults.push("a dialog"));
    await page.goto(`${master.url}/book/${book.id}`);
    for (const title of ["About the book", "Files"]) await page.getByText(title, { exact: true }).click();
    await page.getByRole("button", { name: /^Text of <img/ }).click();
    await page.getByLabel("What is read").waitFor();
    await page.locator("#estimate[aria-busy=false]").waitFor();
    assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /^<img src=x onerror/);
    assert.match(await page.getByLabel("What is read").inputValue(), /^<img src=x onerror/);
    await checkPage(page);
    await page.context().close();
  }
});
