#!/usr/bin/env bash
# Builds the sample book: sample/build.sh OUTPUT.epub (needs ffmpeg for the cover, and zip)
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 OUTPUT.epub" >&2; exit 2; }
source_folder=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$1")"
output=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$source_folder/OEBPS" "$work/"
mkdir "$work/META-INF"
printf 'application/epub+zip' > "$work/mimetype"
cat > "$work/META-INF/container.xml" <<'XML'
<?xml version="1.0" encoding="utf-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="OEBPS/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
XML
# The cover: a night sky, the sea, a tower and its beam.
ffmpeg -nostdin -v error -f lavfi -i "color=c=0x101c3a:s=600x900,drawbox=x=0:y=640:w=600:h=260:color=0x0a3a4a:t=fill,drawbox=x=270:y=300:w=60:h=380:color=0xe8e0d0:t=fill,drawbox=x=270:y=400:w=60:h=60:color=0xb03030:t=fill,drawbox=x=270:y=540:w=60:h=60:color=0xb03030:t=fill,drawbox=x=260:y=250:w=80:h=50:color=0xffd060:t=fill,drawbox=x=340:y=262:w=260:h=26:color=0xffd060@0.5:t=fill,drawbox=x=90:y=120:w=6:h=6:color=white:t=fill,drawbox=x=430:y=90:w=5:h=5:color=white:t=fill,drawbox=x=190:y=200:w=4:h=4:color=white:t=fill" -frames:v 1 -q:v 3 "$work/OEBPS/cover.jpg"
cd "$work"
zip -q -X0 book.epub mimetype
zip -q -Xr9D book.epub META-INF OEBPS
mv book.epub "$output"
echo "$output"
