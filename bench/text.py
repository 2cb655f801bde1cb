"""Compares what audiotome reads of books with what is expected of it and with what others read: see text.sh."""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile

KINDS = "cover title-page copyright contents index bibliography notes non-linear boilerplate".split()
# Words per thousand that may be missing or too many.
TARGETS = {"epub": 1, "docx": 1, "fb2": 1, "mobi": 1, "azw3": 1, "odt": 1, "rtf": 1, "pdf": 10, "txt": 1, "html": 1, "md": 10}


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, timeout=600).stdout.decode(errors="replace")


def inspect(audiotome, book, *options):
    return json.loads(output(audiotome, "inspect", "--json", *options, book))


def text_of(found):
    return "\n".join(block["text"] for chapter in found["chapters"] for block in chapter["blocks"])


def reference(book):
    """The book's text as the best other reader of its format has it, and that reader's name."""
    kind = book.suffix[1:]
    with tempfile.TemporaryDirectory() as folder:
        if kind == "pdf":
            return "pdftotext", without_furniture(output("pdftotext", "-enc", "UTF-8", book, "-"))
        if kind == "txt":
            data = book.read_bytes()
            try:
                return "the file", data.decode()
            except UnicodeDecodeError:
                return "the file", data.decode("latin-1")
        if kind in ("docx", "odt", "html", "md"):
            # Code is left out of Markdown.
            code = pathlib.Path(folder, "code.lua")
            code.write_text("function CodeBlock() return {} end")
            options = ["-f", "markdown", "--lua-filter", code] if kind == "md" else []
            return "pandoc", output("pandoc", *options, "-t", "plain", "--wrap=none", book)
        text = pathlib.Path(folder, "book.txt")
        # It would write a table of contents of its own.
        options = ["--no-inline-fb2-toc"] if kind == "fb2" else []
        output("ebook-convert", body_of(book, folder), text, "--txt-output-encoding", "utf-8", "--max-line-length", "0", *options)
        return "ebook-convert", text.read_text()


def body_of(book, folder):
    """The book without what Calibre reads and we never do: the readings above ideographs, a FictionBook's annotation."""
    copy = pathlib.Path(folder, book.name)
    if book.suffix == ".fb2":
        copy.write_bytes(re.sub(rb"<annotation.*?</annotation>", b"", book.read_bytes(), flags=re.DOTALL))
        return copy
    if book.suffix != ".epub":
        return book
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"<r[tp]\b[^>]*>.*?</r[tp]>", b"", old.read(name), flags=re.DOTALL) if is_page(name) else old.read(name))
    return copy


def is_page(name):
    return name.endswith((".html", ".xhtml", ".htm"))


def headers(book):
    """Words of an EPUB's table headers: we say them again in each row."""
    if book.suffix != ".epub":
        return set()
    with zipfile.ZipFile(book) as pages:
        cells = [cell for name in pages.namelist() if is_page(name) for cell in re.findall(r"<th\b[^>]*>(.*?)</th>", pages.read(name).decode(errors="replace"), re.DOTALL)]
    return {word for cell in cells for word in words(re.sub(r"<[^>]*>", "", cell))}


def without_furniture(text):
    """A PDF's text without the lines that stand at the edges of three pages or more but for their numbers."""
    pages = [page.strip("\n").split("\n") for page in text.split("\f")]
    edges = [{0, 1, 2, len(page) - 1, len(page) - 2, len(page) - 3} for page in pages]
    key = lambda line: re.sub(r"\b([ivxl]+|\d+)\b", "#", line.strip().lower())
    counts = collections.Counter(key(line) for page, edge in zip(pages, edges) for at, line in enumerate(page) if at in edge)
    return "\n".join(line for page, edge in zip(pages, edges) for at, line in enumerate(page) if at not in edge or counts[key(line)] < 3)


def words(text):
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("\u200b", "").replace("\u2060", "").lower()
    text = re.sub(r"(\w)['’](\w)", r"\1\2", text.replace("_", " "))
    # Marks of notes: numbers alone, or behind a word.
    text = re.sub(r"([^\W\d]{2,})\d{1,3}\b", r"\1", text)
    found = [word for word in re.findall(r"\w+", text) if not re.fullmatch(r"\d{1,3}", word)]
    # Ideographs stand without spaces: each counts.
    return [part for word in found for part in re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\u3040-\u30ff\u3400-\u9fff]+", word)]


def difference(ours, theirs):
    """Words of `theirs` that `ours` lacks in this order, and the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, name) for name in ("ours", "theirs")]
        for path, text in zip(paths, (ours, theirs)):
            path.write_text("\n".join(text) + "\n")
        # `diff` says 1 where the files differ.
        lines = subprocess.run(["diff", *paths], stdout=subprocess.PIPE).stdout.decode().splitlines()
    return [l[2:] for l in lines if l.startswith("> ")], [l[2:] for l in lines if l.startswith("< ")]


def faults(expected, found, text, tolerable):
    metadata = found["metadata"]
    flat = " ".join(text.split())
    result = []
    if expected.get("title") and metadata["title"] != expected["title"]:
        result.append(f"title `{metadata['title']}`, not `{expected['title']}`")
    if expected.get("author") and expected["author"] not in "; ".join(metadata["authors"]):
        result.append(f"authors {metadata['authors']}, not `{expected['author']}`")
    # `ja-JP` is `ja`, but `en` is not `en-GB`.
    if expected.get("language") and not (found["language"] + "-").startswith(expected["language"] + "-"):
        result.append(f"language {found['language']}, not {expected['language']}")
    if expected.get("chapters") and len(found["chapters"]) not in {expected["chapters"], *tolerable}:
        result.append(f"{len(found['chapters'])} chapters, not {expected['chapters']}")
    at = 0
    for part in expected.get("must_contain_in_order", []):
        place = flat.find(" ".join(part.split()), at)
        if place < 0:
            result.append(f"lacks, or has out of order: {part}")
        at = max(at, place)
    result += [f"lacks: {part}" for part in expected.get("must_contain", []) if " ".join(part.split()) not in flat]
    return result + [f"has: {part}" for part in expected.get("must_not_contain", []) if part in flat]


def tolerances(folder):
    """Numbers of chapters that the manifest calls tolerable, by file."""
    manifest = pathlib.Path(folder, "MANIFEST.tsv")
    found = {}
    for line in manifest.read_text().splitlines() if manifest.exists() else []:
        for first, last in re.findall(r"\b(\d+)(?:-(\d+))? tolerable", line):
            found.setdefault(line.split("\t")[0], set()).update(range(int(first), int(last or first) + 1))
    return found


def exceptions():
    """What is otherwise on purpose, and why: by file and what is said of it."""
    found = {}
    for line in pathlib.Path(__file__).with_name("text-exceptions.tsv").read_text().splitlines()[1:]:
        file, what, why = line.split("\t")
        found[file, what] = why
    return found


def main(audiotome, folder, *only):
    known = exceptions()
    expectations = {}
    for line in pathlib.Path(folder, "expect.jsonl").read_text().splitlines():
        expected = json.loads(line)
        expectations[expected["file"]] = expected
    tolerated = tolerances(folder)
    unmet = 0
    for book in sorted(pathlib.Path(folder).iterdir()):
        if book.suffix[1:] not in TARGETS or only and not any(part in book.name for part in only):
            continue
        found = inspect(audiotome, book)
        body = text_of(found)
        everything = text_of(inspect(audiotome, book, *(o for kind in KINDS for o in ("--include", kind))))
        wrong = faults(expectations.get(book.name, {}), found, body, tolerated.get(book.name, ()))
        reader, theirs = reference(book)
        theirs = words(theirs)
        missing, _ = difference(words(everything), theirs)
        ours = words(body)
        _, extra = difference(ours, theirs)
        again = headers(book)
        extra = [word for word in extra if word not in again]
        per_thousand = [1000 * len(part) / max(len(theirs), 1) for part in (missing, extra)]
        far = max(per_thousand) >= TARGETS[book.suffix[1:]]
        wrong += ["over the target"] * far
        unknown = [fault for fault in wrong if (book.name, fault) not in known]
        print(f"{'!' if unknown else ' '} {book.name}: {len(ours)} words read, missing {per_thousand[0]:.2f} ‰, extra {per_thousand[1]:.2f} ‰ ({reader}: {len(theirs)})")
        if far:
            print(f"    missing: {' '.join(missing[:40])}\n    extra:   {' '.join(extra[:40])}")
        for part in found["left_out"]:
            print(f"    left out: {part['kind']} {part['label']} ({part['characters']} characters)")
        for fault in wrong:
            print(f"    on purpose: {fault}: {known[book.name, fault]}" if fault not in unknown else f"    WRONG: {fault}")
        gone = [what for file, what in known if file == book.name and what not in wrong]
        for what in gone:
            print(f"    WRONG: no exception any more: {what}")
        unmet += len(unknown) + len(gone)
    print(f"{unmet} expectations unmet")


main(*sys.argv[1:])
