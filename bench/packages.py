"""Speaks the first sentences of a book with a Python package, on one thread, one sentence at a time.

Usage: packages.py hibari|piper VOICES AUDIOTOME BOOK SENTENCES. Prints one JSON object; loading is not counted.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

# One core before any library counts them: CPU seconds are then seconds of work, without spinning.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

engine, voices, audiotome, book, count = sys.argv[1:]


def sentences():
    text = subprocess.run([audiotome, "inspect", "--spoken", book], check=True, capture_output=True, text=True).stdout
    seen = dict.fromkeys(line for line in text.splitlines() if line and not line.startswith("# "))
    return list(seen)[: int(count)]


def speaker():
    """Returns a function that speaks a text and returns its seconds of sound."""
    if engine == "hibari":
        from hibari import Hibari  # noqa: PLC0415

        tts = Hibari(threads=1)
        return lambda text: len(tts(text)) / 24000
    from piper import PiperVoice  # noqa: PLC0415

    model = next(pathlib.Path(voices, "piper").glob("*/*.onnx"))
    voice = PiperVoice.load(model)
    return lambda text: sum(len(chunk.audio_int16_array) / chunk.sample_rate for chunk in voice.synthesize(text))


lines = sentences()
speak = speaker()
speak("Warm up.")
started = time.process_time()
seconds = sum(speak(line) for line in lines)
print(json.dumps({"engine": engine, "sentences": len(lines), "cpu_s": round(time.process_time() - started, 2), "audio_s": round(seconds, 1)}))
