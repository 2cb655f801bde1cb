// How long it takes from dropping a novel to hearing it: printed, since it depends on the machine.

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bookText, checkPage, dropFiles, openPage, startBrowser, startMaster } from "./scene.js";

/** 200,000 words: as long as the longest novels that people know by heart. */
const NOVEL = bookText({ title: "A Long Novel", chapters: 50, paragraphs: 50, sentences: 8 });
const voices = process.env.AUDIOTOME_TEST_VOICES;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser?.close());

for (const engine of ["espeak", "hibari"]) {
  test(`from the drop to the first sound, with ${engine}`, { skip: engine === "hibari" && !voices }, async (of) => {
    const master = await startMaster({ of });
    if (engine === "hibari") await cp(voices, join(master.folder, "data", "voices"), { recursive: true });
    await master.call("PATCH", "/settings", { engine });
    const page = await openPage(browser);
    await page.goto(master.url);
    const begin = Date.now();
    await dropFiles(page, [{ name: "novel.md", text: NOVEL }]);
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForFunction(() => document.getElementById("audio")?.currentTime > 0);
    of.diagnostic(`${engine}: ${((Date.now() - begin) / 1000).toFixed(1)} s from the drop to the first sound`);
    const [job] = (await master.call("GET", "/jobs")).jobs;
    assert.notEqual(job.state, "done");
    assert.ok(job.narrator.startsWith(engine), job.narrator);
    assert.ok(job.progress.segments >= 20_000);
    await checkPage(page);
    await page.context().close();
    await master.remove();
  });
}
