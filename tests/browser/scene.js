// What browser tests stand on: a master of their own, a browser, books, and what holds on every page.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const program = process.env.AUDIOTOME ?? "audiotome";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Starts a master with a data folder of its own (or that of an earlier one) and waits until it listens. It ends with
 * the test `of`, if one is named.
 */
export async function startMaster({ of, folder, port = 0, args = [], env = {} } = {}) {
  folder ??= await mkdtemp(join(tmpdir(), "audiotome-browser-"));
  const child = spawn(program, ["serve", "--listen", `127.0.0.1:${port}`, ...args], {
    env: { ...process.env, AUDIOTOME_DATA: join(folder, "data"), AUDIOTOME_LIBRARY: join(folder, "library"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  of?.after(() => child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let errors = "";
  child.stderr.on("data", (text) => (errors += text));
  const url = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (text) => {
      out += text;
      const found = out.match(/listening on (http:\S+)/);
      if (found) resolve(found[1]);
    });
    ended.then(() => reject(new Error(`the master ended: ${errors}`)));
  });
  const stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };
  return {
    url, folder, pid: child.pid, kill: () => stop("SIGKILL"), stop,
    port: Number(new URL(url).port),
    errors: () => errors,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
    call: async (method, path, body) => {
      const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
      const answer = await fetch(url + path, { method, ...json });
      const text = await answer.text();
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
    upload: async (name, text) => {
      const answer = await fetch(`${url}/books?name=${encodeURIComponent(name)}`, { method: "POST", body: text });
      assert.ok(answer.ok, await answer.clone().text());
      return answer.json();
    },
  };
}

/** Starts a worker with a data folder of its own and waits until it listens. */
export async function startWorker({ args = [], env = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "audiotome-browser-"));
  const child = spawn(program, ["worker", "--listen", "127.0.0.1:0", ...args], {
    env: { ...process.env, AUDIOTOME_DATA: folder, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const address = await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => {
      const found = String(text).match(/listening on http:\/\/([^\s,]+)/);
      if (found) resolve(found[1]);
    });
    ended.then(() => reject(new Error("the worker ended")));
  });
  return {
    address,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts Chromium. */
export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
      "--disable-background-networking", "--disable-component-update", "--autoplay-policy=no-user-gesture-required",
    ],
  });

/** Opens a page on which an error of a program, or a breach of the policy, is a failure. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (line) => line.type() === "error" && !/Failed to load resource/.test(line.text()) && page.faults.push(line.text()));
  return page;
}

/** A book in Markdown: `chapters` of `paragraphs` of some sentences, no two alike. */
export function bookText({ title = "A Book of Tests", author = "Ada Writer", chapters = 3, paragraphs = 4, sentences = 4 } = {}) {
  const lines = ["---", `title: ${JSON.stringify(title)}`, `author: ${JSON.stringify(author)}`, "lang: en", "---", ""];
  for (let chapter = 1; chapter <= chapters; chapter++) {
    lines.push(`# The chapter of number ${chapter}`, "");
    for (let paragraph = 1; paragraph <= paragraphs; paragraph++) {
      const texts = Array.from({ length: sentences }, (_, i) => `This is sentence ${i + 1} of paragraph ${paragraph} in chapter ${chapter}.`);
      lines.push(texts.join(" "), "");
    }
  }
  return lines.join("\n");
}

/** Drops files on the page, as from a file manager. */
export async function dropFiles(page, files) {
  const data = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const { name, text } of files) data.items.add(new File([text], name));
    return data;
  }, files);
  for (const kind of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("body", kind, { dataTransfer: data });
}

/** Holds what must hold on every page: no serious issue for people with assistive technology, no fault, no sideways scrolling. */
export async function checkPage(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  const serious = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
  assert.deepEqual(page.faults, []);
}

