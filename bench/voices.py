"""Compares our engines with the programs that they come from: sound, words understood, quality, speed.

Usage: voices.py SPEAK VOICES. SPEAK is the example of crates/speech. Prints one table.

- distance: mean over 10 ms frames of the root mean square difference of 80 log mel bands (dB) to the
  program's clips, over the sentences that are equally long (others were given other phonemes, or a
  length that was rounded the other way); in brackets that of the program to itself with other noise.
- words wrong: word error rate of pocketsphinx with its own model.
- DNSMOS: the model's overall score, mean over the sentences.
- CPU: seconds per second of sound on one core, loading not counted.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# One core before any library counts them: CPU seconds are then seconds of work, without spinning.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import pocketsphinx  # noqa: E402
from hibari import Hibari  # noqa: E402
from piper import PiperVoice, SynthesisConfig  # noqa: E402
from speechmos import dnsmos  # noqa: E402

PASSAGE = """\
The last ferry of the season left the harbour a little before dawn.
Nobody had thought to ask the old man why he carried two suitcases and a birdcage.
“Is there room for one more?” he called from the end of the pier.
There was, of course; there always is in a story like this.
The captain laughed, shook his head, and pointed at the empty bench beside the engine.
By noon the fog had lifted, and they could see the white cliffs of the northern shore.
“You will not find her there,” said a voice behind him, quite calmly.
He turned around so quickly that the cage fell from his knees and the bird began to sing!
Forty years of silence, two letters, and one photograph: that was all he had left.
She had promised to wait until the spring, but the spring had come and gone many times.
What would you have done in his place?
When the bell rang for supper he was still standing at the rail, watching the water turn from green to black.
""".splitlines()
RATE = 16_000
PIPER_VOICE = "en_US-joe-medium"
# With noise every run of Piper has other lengths; without it two runs can be compared.
STILL = "en_US-joe-still"

speak, voices = sys.argv[1], pathlib.Path(sys.argv[2])


class Spoken:
    """The clips of a speaker: lists of samples at 16 kHz, and what they cost."""

    def __init__(self, clips, rate, cpu):
        self.rate, self.raw = rate, clips
        self.seconds = sum(len(clip) for clip in clips) / rate
        self.clips = [resampled(clip, rate) for clip in clips]
        self.cpu = cpu / self.seconds


def resampled(clip, rate):
    """The clip at 16 kHz by a Fourier transform of the whole."""
    length = round(len(clip) * RATE / rate)
    spectrum = np.fft.rfft(clip)[: length // 2 + 1]
    return np.fft.irfft(spectrum, length) * (length / len(clip))


def ours(engine, voice, folder=voices):
    """Our engine: the clips and, for hibari, the phonemes."""
    with tempfile.TemporaryDirectory() as out:
        lines = "\n".join(PASSAGE)
        command = [speak, str(folder), engine, voice, out]
        told = subprocess.run(command, input=lines, check=True, capture_output=True, text=True).stdout
        told = [json.loads(line) for line in told.splitlines()]
        clips = [np.fromfile(f"{out}/{number}.pcm", "<i2") / 32767 for number in range(len(told))]
    spoken = Spoken(clips, told[0]["rate"], sum(line["cpu_s"] for line in told))
    return spoken, [line["phonemes"] for line in told]


def theirs(say, rate):
    """A Python package, sentence by sentence."""
    say(0)
    started = os.times()
    clips = [say(number) for number in range(len(PASSAGE))]
    # User and system, of this process and of the programs that it called.
    return Spoken(clips, rate, sum(os.times()[:4]) - sum(started[:4]))


def espeak(number):
    """The bare program, as ours calls it."""
    command = ["espeak-ng", "-v", "en-us", "-b", "1", "--stdin", "--stdout"]
    answer = subprocess.run(command, input=PASSAGE[number].encode(), check=True, capture_output=True).stdout
    return np.frombuffer(answer[44:], "<i2") / 32767


def piper(voice, noise):
    """The Python package; without noise for comparisons."""
    config = SynthesisConfig(normalize_audio=False, **({} if noise else {"noise_scale": 0.0, "noise_w_scale": 0.0}))
    silence = np.zeros(int(voice.config.sample_rate * 0.2))

    def say(number):
        parts = [chunk.audio_float_array for chunk in voice.synthesize(PASSAGE[number], config)]
        return np.concatenate([part for pair in zip(parts, [silence] * len(parts), strict=True) for part in pair][:-1])

    return say


def still_voices(folder):
    """A folder with the Piper voice that draws no noise."""
    source, target = voices / "piper" / PIPER_VOICE, folder / "piper" / STILL
    target.mkdir(parents=True)
    shutil.copy(source / f"{PIPER_VOICE}.onnx", target / f"{STILL}.onnx")
    config = json.loads((source / f"{PIPER_VOICE}.onnx.json").read_text())
    config["inference"] |= {"noise_scale": 0.0, "noise_w": 0.0}
    (target / f"{STILL}.onnx.json").write_text(json.dumps(config))
    return folder


def mel_filters(bands=80, size=512):
    def hz(mel):
        return 700 * (10 ** (mel / 2595) - 1)

    edges = hz(np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), bands + 2))
    bins = np.arange(size // 2 + 1) * RATE / size
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling))


FILTERS = mel_filters()


def mels(clip, size=512, window=400, hop=160):
    """Log mel bands (dB), one row for every 10 ms; what is 70 dB below the loudest counts as silence."""
    clip = np.pad(clip, (0, max(0, window - len(clip))))
    frames = np.lib.stride_tricks.sliding_window_view(clip, window)[::hop] * np.hanning(window)
    power = np.abs(np.fft.rfft(frames, size)) ** 2 @ FILTERS.T
    decibels = 10 * np.log10(power + 1e-12)
    return np.maximum(decibels, decibels.max() - 70)


def distances(a, b):
    """The distance (dB) of each pair of clips that are equally long, sentence by sentence."""
    pairs = [pair for pair in zip(a.clips, b.clips, strict=True) if len(pair[0]) == len(pair[1])]
    return [np.sqrt(((mels(x) - mels(y)) ** 2).mean(axis=1)).mean() for x, y in pairs]


def words(text):
    return re.findall(r"[a-z']+", text.lower().replace("’", "'"))


def edits(a, b):
    """Insertions, deletions and changes that make `b` of `a`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def words_wrong(spoken):
    wrong = count = 0
    for text, clip in zip(PASSAGE, spoken.clips, strict=True):
        decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL")
        decoder.start_utt()
        pcm = np.clip(np.pad(clip, 4000) * 32767, -32768, 32767).astype("<i2")
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        heard = decoder.hyp()
        wrong += edits(words(text), words(heard.hypstr if heard else ""))
        count += len(words(text))
    return wrong / count


def quality(spoken):
    scores = [dnsmos.run(np.clip(clip, -1, 1).astype(np.float32), RATE)["ovrl_mos"] for clip in spoken.clips]
    return float(np.mean(scores))


def row(name, spoken, compared=""):
    figures = f"{spoken.seconds:7.1f} {words_wrong(spoken):12.2f} {quality(spoken):8.2f} {spoken.cpu:8.4f}"
    print(f"{name:<22} {figures}   {compared}", flush=True)


def compared(to, spoken, floor=None):
    of = distances(spoken, to)
    own = f" ({np.mean(distances(floor, to)):.2f})" if floor else ""
    other = f"; {len(PASSAGE) - len(of)} of {len(PASSAGE)} of another length" if len(of) < len(PASSAGE) else ""
    return f"{np.mean(of):.2f} dB{own}{other}" if of else "no sentence is equally long"


def main():
    print(f"{'':<22} {'seconds':>7} {'words wrong':>12} {'DNSMOS':>8} {'CPU':>8}   distance")
    mine, _ = ours("espeak", "en-us")
    bare = theirs(espeak, mine.rate)
    row("espeak: ours", mine, compared(bare, mine))
    row("espeak: the program", bare)

    mine, phonemes = ours("hibari", "hibari")
    package = Hibari(threads=1)

    def same(seed):
        """The package speaking our phonemes."""
        return lambda n: np.concatenate([package.from_phonemes(p, seed=seed) for p in phonemes[n]])

    row("hibari: ours", mine, compared(theirs(same(0), mine.rate), mine, theirs(same(1), mine.rate)))
    row("hibari: Python", theirs(lambda n: package(PASSAGE[n], seed=0), mine.rate))
    wanted = [package.phonemize(text) for text in PASSAGE]
    flat = ["".join(of) for of in phonemes], ["".join(of) for of in wanted]
    share = sum(map(edits, *flat)) / sum(map(len, flat[1]))
    print(f"{'':<22} {share:.1%} of the phonemes differ")

    mine, _ = ours("piper", PIPER_VOICE)
    package = PiperVoice.load(voices / "piper" / PIPER_VOICE / f"{PIPER_VOICE}.onnx")
    with tempfile.TemporaryDirectory() as folder:
        still, _ = ours("piper", STILL, still_voices(pathlib.Path(folder)))
    row("piper: ours", mine, "without noise: " + compared(theirs(piper(package, noise=False), still.rate), still))
    row("piper: Python", theirs(piper(package, noise=True), mine.rate))


main()
