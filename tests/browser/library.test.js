import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bookText, checkPage, dropFiles, openPage, startBrowser, startMaster } from "./scene.js";

let master, browser;
before(async () => {
  [master, browser] = await Promise.all([startMaster(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await master?.remove();
});

test("an empty library teaches, in the language of the browser", async () => {
  const page = await openPage(browser, { locale: "fr-FR" });
  await page.goto(master.url);
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.getByRole("heading", { name: "Faites d’un livre quelque chose à écouter" }).waitFor();
  await checkPage(page);
  await dropFiles(page, [{ name: "vide.md", text: "" }]);
  await page.getByText("Impossible : ").waitFor();
});

test("books are dropped, and their rings fill without a reload", async () => {
  const page = await openPage(browser);
  await page.goto(master.url);
  const files = ["One", "Two"].map((title) => ({ name: `${title}.md`, text: bookText({ title }) }));
  await dropFiles(page, files);
  await page.getByRole("link", { name: "Two Ada Writer Not started" }).waitFor();
  await checkPage(page);
  await dropFiles(page, files);
  await page.getByText("It was here already.").first().waitFor();

  const { books } = await master.call("GET", "/books");
  assert.equal(books.length, 2);
  await master.call("POST", "/jobs", { book: books[0].id, engine: "tone" });
  await page.locator(".card[data-state=done]").waitFor();
  assert.equal(await page.locator(".card[data-state=new]").count(), 1);
});

test("what is no book is refused in words, and nothing else is lost", async () => {
  const page = await openPage(browser);
  await page.goto(master.url);
  await dropFiles(page, [{ name: "picture.png", text: "\x89PNG\r\n\x1a\n" }, { name: "Three.md", text: bookText({ title: "Three" }) }]);
  await page.getByRole("link", { name: /^Three/ }).waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await checkPage(page);
});

test("a name that is markup is a name", async () => {
  const title = `<img src=x onerror=alert(1)></script><script>alert(2)</script> \u202Eeman`;
  await master.upload("evil.md", bookText({ title }));
  const page = await openPage(browser, { viewport: { width: 360, height: 700 } });
  page.on("dialog", () => page.faults.push("a dialog"));
  await page.goto(`${master.url}/?search=${encodeURIComponent("onerror")}`);
  assert.match(await page.locator(".card .name").innerText(), /^<img src=x onerror/);
  await checkPage(page);
});

test("search and order", async () => {
  const page = await openPage(browser, { colorScheme: "dark" });
  await page.goto(`${master.url}/?sort=title`);
  const names = () => page.locator(".card .name").allInnerTexts();
  const all = await names();
  assert.deepEqual(all, [...all].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), "en")));
  await page.getByRole("searchbox").fill("tWo");
  await page.keyboard.press("Enter");
  await page.waitForURL(/search=tWo/);
  assert.deepEqual(await names(), ["Two"]);
});
