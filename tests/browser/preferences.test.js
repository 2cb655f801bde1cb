import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readdir, readFile, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bookText, checkPage, openPage, startBrowser, startMaster } from "./scene.js";

const TOKEN = "a token of some length";
const VOICES = process.env.AUDIOTOME_TEST_VOICES ?? fileURLToPath(new URL("../../target/test-data/voices", import.meta.url));

/** Stands in for the site of the voices: it has one of Piper's, and nothing else. */
const site = createServer(async (request, response) => {
  const [voice, name] = request.url.split("/").slice(-2);
  if (voice !== "medium" || !name.startsWith("en_US-joe-medium") && name !== "MODEL_CARD") return response.writeHead(404).end();
  try {
    response.end(await readFile(join(VOICES, "piper/en_US-joe-medium", name)));
  } catch {
    response.writeHead(404).end();
  }
});

let master, guarded, browser;
before(async () => {
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const mirror = `http://127.0.0.1:${site.address().port}`;
  [master, guarded, browser] = await Promise.all([
    startMaster({ env: { AUDIOTOME_VOICES_MIRROR: mirror } }),
    startMaster({ env: { AUDIOTOME_TOKEN: TOKEN } }),
    startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all([master?.remove(), guarded?.remove()]);
  site.close();
});

test("a token opens the pages, a wrong one does not, and logging out closes them", async () => {
  const page = await openPage(browser);
  await page.goto(`${guarded.url}/preferences`);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await checkPage(page);
  await page.getByLabel("Token").fill("something else");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("That is not the token.").waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  await page.getByLabel("Token").fill(TOKEN);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();

  const [pass] = await page.context().cookies();
  assert.deepEqual([pass.httpOnly, pass.sameSite, pass.path], [true, "Lax", "/"]);
  assert.ok(!pass.value.includes(TOKEN));
  const cookie = `${pass.name}=${pass.value}`;
  const change = (headers) => fetch(`${guarded.url}/settings`, { method: "PATCH", body: "{}", headers: { "content-type": "application/json", ...headers } });
  assert.equal((await change({ cookie })).status, 200);
  assert.equal((await change({ cookie, origin: "https://elsewhere.example" })).status, 403, "a page of another site");
  assert.equal((await change({})).status, 401);
  assert.equal((await change({ cookie: `${pass.name}=${"0".repeat(pass.value.length)}` })).status, 401);

  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goto(`${guarded.url}/cluster`);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  assert.deepEqual(page.faults, []);
});

test("the pages speak the language that was chosen", async () => {
  const page = await openPage(browser, { viewport: { width: 400, height: 800 }, colorScheme: "dark" });
  await page.goto(`${master.url}/preferences`);
  await page.getByRole("combobox", { name: "Language of these pages" }).selectOption("fr");
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("heading", { name: "Réglages" }).waitFor();
  await page.getByText(/octets?|o dans/).first().waitFor();
  await checkPage(page);
  await page.goto(`${master.url}/cluster`);
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.goto(`${master.url}/preferences`);
  await page.getByRole("combobox", { name: "Langue de ces pages" }).selectOption("en");
  await page.getByRole("button", { name: "Changer" }).click();
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
});

test("new books start with what was said here", async () => {
  const page = await openPage(browser);
  await page.goto(`${master.url}/preferences`);
  await page.getByLabel("Format").selectOption("mp3");
  await page.getByLabel("Speed").fill("1.25");
  await page.getByLabel("Pauses").fill("1.5");
  await page.getByLabel("How words are said").fill("lieu -> loo");
  await page.getByLabel("One file for each chapter").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await checkPage(page);
  const book = await master.upload("defaults.md", bookText({ title: "Defaults" }));
  const job = await master.call("POST", "/jobs", { book: book.id, engine: "tone" });
  assert.deepEqual([job.order.format, job.order.per_chapter, job.order.voice.speed, job.order.voice.pauses], ["mp3", true, 125, 150]);

  await page.reload();
  assert.equal(await page.getByLabel("Format").inputValue(), "mp3");
  await page.getByLabel("Speed").fill("1");
  await page.getByLabel("Pauses").fill("1");
  await page.getByLabel("How words are said").fill("");
  await page.getByLabel("Format").selectOption("m4b");
  await page.getByLabel("One file for each chapter").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  const settings = Object.values(await master.call("GET", "/settings"));
  assert.ok(settings.every((value) => value === null));
});

test("a voice is tried, installed from its site and removed; one that the site lacks says so", async () => {
  const page = await openPage(browser);
  await page.goto(`${master.url}/preferences`);
  await page.getByText(/Simple voices/).click();
  const spoken = page.waitForResponse("**/v1/audio/speech");
  await page.getByRole("button", { name: "Try en-gb", exact: true }).click();
  assert.equal((await spoken).status(), 200);

  await page.getByText(/Install more voices/).click();
  await page.getByPlaceholder("Find a language or a name").fill("siwis-medium");
  await page.getByRole("button", { name: "Install fr_FR-siwis-medium" }).click();
  await page.getByRole("alert").filter({ hasText: "fr_FR-siwis-medium is not installed" }).waitFor();
  await checkPage(page);

  await page.getByPlaceholder("Find a language or a name").fill("joe");
  await page.getByRole("button", { name: "Install en_US-joe-medium" }).click();
  await page.getByRole("button", { name: "Remove en_US-joe-medium" }).waitFor();
  // The site lacks its card, and the voice speaks without it.
  assert.equal(await page.getByRole("link", { name: "Licence en_US-joe-medium" }).count(), 0);
  await checkPage(page);
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Remove en_US-joe-medium" }).click();
  await page.getByText("There is no neural voice yet.").waitFor();
});

test("clips that no job needs are deleted, those of a paused job are not", async (of) => {
  // Slow enough that a job is surely paused before it is done.
  const own = await startMaster({ of, env: { AUDIOTOME_TONE: "delay=300ms" } });
  const folder = join(own.folder, "data/clips");
  const clips = async () => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".flac")).sort();
  const start = async (title, sizes, speed) => {
    const book = await own.upload(`${title}.md`, bookText({ title, ...sizes }));
    return (await own.call("POST", "/jobs", { book: book.id, engine: "tone", speed })).id;
  };
  const until = async (holds) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const state = async (job) => (await own.call("GET", `/jobs/${job}`)).state;
  const finished = await start("Finished", { chapters: 1, paragraphs: 1 });
  await until(async () => (await state(finished)) === "done");
  const spoken = (await clips()).length;
  // The same words at another speed are other clips.
  const paused = await start("Paused", { chapters: 2 }, 1.5);
  await until(async () => (await clips()).length > spoken);
  await own.call("POST", `/jobs/${paused}/pause`);
  await until(async () => (await state(paused)) === "paused");
  const { segments } = await own.call("GET", `/jobs/${paused}/segments?limit=1000`);
  const needed = new Set(segments.map(({ key }) => `${key}.flac`));
  const all = await clips();
  const kept = all.filter((name) => needed.has(basename(name)));
  assert.equal(all.length - kept.length, spoken);
  assert.ok(kept.length > 0 && kept.length < segments.length, `${kept.length} of ${segments.length}`);
  for (const name of all) await utimes(join(folder, name), 1, 1);

  const page = await openPage(browser);
  await page.goto(`${own.url}/preferences`);
  await page.getByText(/are not needed by any book/).waitFor();
  await checkPage(page);
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Clean up" }).click();
  await page.getByText("are free again.").waitFor();
  assert.deepEqual(await clips(), kept);
  // What was kept is not spoken again.
  await own.call("POST", `/jobs/${paused}/resume`);
  await until(async () => (await state(paused)) === "done");
  assert.equal((await clips()).length, new Set(needed).size);
  await own.remove();
});

test("what is not there says so to people and to programs", async () => {
  const french = await openPage(browser, { locale: "fr-FR" });
  await french.goto(`${master.url}/no/such/page`);
  assert.match(await french.getByRole("alert").innerText(), /rien à cette adresse/);
  const page = await openPage(browser);
  const answer = await page.goto(`${master.url}/no/such/page`);
  assert.equal(answer.status(), 404);
  await page.getByRole("link", { name: "To the library" }).waitFor();
  await checkPage(page);
  const program = await fetch(`${master.url}/no/such/page`);
  assert.equal((await program.json()).error.type, "not_found");
  await page.goto(`${master.url}/licences`);
  await page.getByText("fdk-aac").first().waitFor();
  await checkPage(page);
});
