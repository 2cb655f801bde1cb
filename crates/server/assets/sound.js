// The sound of a chapter from one of its segments on, while it is being made, and where each sentence is in it.

import Hls from "./hls.light.min.mjs";
import { call } from "./app.js";

/** How long to wait before a master that does not answer is asked again, milliseconds. */
const PATIENCE = 1_500;

export class Sound {
  /** `chapter` is its number, `from` a segment of it. Events: `timeline` (more has a place), `trouble` (in words). */
  constructor(audio, job, chapter, from) {
    Object.assign(this, { audio, job, chapter, from, sentences: [], complete: false, closed: false });
    this.base = `/jobs/${job}/listen/${chapter}/${from}`;
    this.events = new EventTarget();
  }

  on(kind, hear) {
    this.events.addEventListener(kind, hear);
    return this;
  }

  /** Waits until something can be heard, then lets the element have it. */
  async open() {
    if (Hls.isSupported()) this.attach();
    while (!this.closed && !(await this.sounds())) {}
    if (this.closed) return;
    const playlist = `${this.base}/index.m3u8`;
    if (this.hls) this.hls.loadSource(playlist);
    else this.audio.src = playlist;
    await this.look();
  }

  /** Whether the playlist has something; the master holds its answer back until it does, for a while. */
  async sounds() {
    try {
      const answer = await fetch(`${this.base}/index.m3u8`);
      if (answer.ok) return (await answer.text()).includes("#EXTINF");
      if (!this.troubled) this.tell("trouble", (await answer.json()).error?.message);
      this.troubled = true;
    } catch {
      // The master is away.
    }
    await pause(PATIENCE);
    return false;
  }

  /** Readies the element, which takes a browser a while. */
  attach() {
    const { audio } = this;
    const hls = new Hls({ startPosition: 0, enableWorker: false, maxBufferLength: 40, backBufferLength: 120, liveDurationInfinity: false });
    this.hls = hls;
    hls.on(Hls.Events.FRAG_BUFFERED, () => this.look());
    hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
      if (!fatal || this.closed) return;
      // The master may be away for a while: go on where it was.
      if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else pause(PATIENCE).then(() => !this.closed && (hls.loadSource(`${this.base}/index.m3u8`), hls.startLoad(audio.currentTime)));
    });
    hls.attachMedia(audio);
  }

  /** Learns where sentences are that it does not know yet. */
  async look() {
    if (this.complete || this.closed || this.looking) return;
    this.looking = true;
    const after = this.sentences.at(-1)?.index;
    const query = after === undefined ? "" : `?after=${after}`;
    const more = await this.ask(() => call("GET", `${this.base}/timeline${query}`));
    this.looking = false;
    if (!more || this.closed) return;
    this.sentences.push(...more.segments);
    this.complete = more.complete;
    this.tell("timeline");
    if (more.segments.length === 1_000) await this.look();
  }

  /** The sentence that is heard at a time. */
  at(time) {
    let [low, high] = [0, this.sentences.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sentences[middle].start <= time) low = middle + 1;
      else high = middle;
    }
    return this.sentences[Math.max(low - 1, 0)];
  }

  /** A segment of the plan, if it has a place in this sound. */
  find(segment) {
    return this.sentences[segment - (this.sentences[0]?.segment ?? Infinity)];
  }

  close() {
    this.closed = true;
    this.hls?.destroy();
  }

  tell(kind, detail) {
    this.events.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  async ask(work) {
    try {
      return await work();
    } catch {
      return undefined;
    }
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
