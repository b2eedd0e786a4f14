#!/usr/bin/env python3
"""raw_pixels.py URL PICTURE.png: exits 1 unless the server at URL gives pixels, alone, padded and in a form, the score of the same picture as PNG.
Writes the picture: 8-bit gray noise with a gradient, 150 x 110."""
import json
import random
import struct
import subprocess
import sys
import zlib

WIDTH, HEIGHT, PADDING = 150, 110, 10


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(rows):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def ask(url, *arguments):
    return json.loads(subprocess.run(["curl", "-sS", *arguments, url], check=True, capture_output=True).stdout)


def main(url, picture):
    noise = random.Random(7)
    rows = [bytes(min(255, x + noise.randrange(60)) for x in range(WIDTH)) for _ in range(HEIGHT)]
    write(picture, png_of(rows))
    write("frame.raw", b"".join(rows))
    write("padded.raw", b"".join(row + bytes(PADDING) for row in rows))
    kind = f"application/vnd.lineguard.pixels; width={WIDTH}; height={HEIGHT}; channels=1; bits=8"
    png = ask(url, "--data-binary", "@" + picture)
    answers = {
        "pixels": ask(url, "--data-binary", "@frame.raw", "-H", "Content-Type: " + kind),
        "padded": ask(url, "--data-binary", "@padded.raw", "-H", f"Content-Type: {kind}; row_bytes={WIDTH + PADDING}"),
        "a form": ask(url, "-F", f"image=@frame.raw;type={kind}"),
    }
    wrong = [f"{name}: {answer}" for name, answer in answers.items() if answer.get("score") != png["score"]]
    print("\n".join(wrong) or f"pixels have the score of the PNG: {png['score']}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
