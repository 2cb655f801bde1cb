// The heat strip: every segment of a book as a line of colour.

const ORDER = "xsawd"; // Where several share a pixel, the one that a person should know of shows.
const TALL = { w: 0.35, a: 0.55, s: 0.8, d: 1, x: 1 }; // States differ in height as well as in colour.
const LATER = 250; // A fast voice changes a hundred segments a second, milliseconds.

export class Strip {
  /** `states` has a letter for each segment; `go` is called with the segment that is clicked. */
  constructor(canvas, go) {
    this.canvas = canvas;
    this.states = [];
    this.at = -1;
    canvas.addEventListener("click", (event) => {
      const share = event.offsetX / canvas.clientWidth;
      if (this.states.length) go(Math.min(Math.floor(share * this.states.length), this.states.length - 1));
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  take(states) {
    this.states = [...states];
    this.draw();
  }

  set(segment, state) {
    if (this.states[segment] === state || this.states[segment] === "d") return;
    this.states[segment] = state;
    this.later ??= setTimeout(() => this.draw(), LATER);
  }

  /** Marks where the listener is. */
  mark(segment) {
    if (this.at === segment) return;
    this.at = segment;
    this.draw();
  }

  /** Draws with the next frame, once, however many segments changed. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      clearTimeout(this.later);
      this.frame = this.later = undefined;
      this.paint();
    });
  }

  paint() {
    const { canvas, states } = this;
    const style = getComputedStyle(canvas);
    const colours = Object.fromEntries([...ORDER].map((state) => [state, style.getPropertyValue(`--strip-${state}`)]));
    const [width, height] = [Math.round(canvas.clientWidth * devicePixelRatio), Math.round(28 * devicePixelRatio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const paint = canvas.getContext("2d");
    paint.clearRect(0, 0, width, height);
    const each = width / states.length;
    const step = Math.max(1, Math.floor(1 / each));
    for (let first = 0; first < states.length; first += step) {
      let rank = ORDER.length;
      for (const state of states.slice(first, first + step)) rank = Math.min(rank, ORDER.indexOf(state));
      const state = ORDER[rank];
      paint.fillStyle = colours[state];
      const tall = TALL[state] * height;
      paint.fillRect(first * each, height - tall, Math.max(each * step, 1) + 0.5, tall);
    }
    if (this.at >= 0) {
      paint.fillStyle = style.color;
      paint.fillRect(Math.min(this.at * each, width - 3), 0, 3 * devicePixelRatio, height);
    }
  }
}
