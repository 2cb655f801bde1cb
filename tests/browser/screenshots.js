// Pictures of every page, light and dark, on a desktop and on a phone: node screenshots.js FOLDER BOOK…
// The first book is played while it is spoken, the second is only looked at, the others are done.

import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { openPage, startBrowser, startMaster } from "./scene.js";

const [folder, ...paths] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const [master, browser] = await Promise.all([startMaster({ args: ["--jobs", "3"] }), startBrowser()]);

const books = [];
for (const path of paths) books.push(await master.upload(basename(path), await readFile(path)));
const jobs = [];
for (const book of books.slice(2)) jobs.push(await master.call("POST", "/jobs", { book: book.id, engine: "tone" }));
const done = async (job) => (await master.call("GET", `/jobs/${job.id}`)).state === "done";
for (const job of jobs) while (!(await done(job))) await new Promise((resolve) => setTimeout(resolve, 200));
const heard = await master.call("POST", "/jobs", { book: books[0].id, engine: "espeak" });

const pages = { library: "/", book: `/book/${books[1]?.id}`, listen: `/listen/${heard.id}`, cluster: "/cluster", settings: "/preferences" };
for (const [name, path] of Object.entries(pages)) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, viewport] of Object.entries({ desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 780 } })) {
      const page = await openPage(browser, { viewport, colorScheme });
      await page.goto(master.url + path, { waitUntil: "networkidle", timeout: 5_000 }).catch(() => {}); // The events never end.
      if (name === "listen") {
        await page.locator("#play").click();
        await page.waitForFunction(() => document.getElementById("audio").currentTime > 3);
      }
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${device}.png`) });
      await page.context().close();
    }
  }
}
await browser.close();
await master.remove();
