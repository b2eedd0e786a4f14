"""lamps.py FOLDER [--raw]: 30 good and 8 defective pictures as TIFFs of two pages, or as raw files (Mono12p, 160 x 160).
The first page (another lamp) is alike for all; the second shows a disc, and of the defective ones a scratch."""
import os
import random
import struct
import sys

SIDE = 160


def disc(number, defective):
    noise = random.Random(number)
    pixels = bytearray(noise.choice(range(36, 45)) for _ in range(SIDE * SIDE))
    for y in range(SIDE):
        for x in range(SIDE):
            if (x - 80) ** 2 + (y - 80) ** 2 < 60 ** 2:
                pixels[y * SIDE + x] += 90 + (x + y) % 7
    if defective:
        for i in range(40):
            for width in range(4):
                pixels[(60 + i) * SIDE + 55 + i + width + number % 5] = 245
    return bytes(pixels)


def lamp(number):
    noise = random.Random(1000 + number)
    return bytes(noise.choice(range(100, 104)) for _ in range(SIDE * SIDE))


def tiff(pages):
    out = b"II*\0" + struct.pack("<I", 8)
    for i, pixels in enumerate(pages):
        entries = [(256, 4, SIDE), (257, 4, SIDE), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, len(out) + 2 + 9 * 12 + 4),
                   (277, 3, 1), (278, 4, SIDE), (279, 4, len(pixels))]
        after = len(out) + 2 + 9 * 12 + 4 + len(pixels)
        out += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        out += struct.pack("<I", after if i + 1 < len(pages) else 0) + pixels
    return out


def mono12p(pixels):
    out = bytearray()
    for a, b in zip(pixels[::2], pixels[1::2]):
        a, b = a * 16, b * 16
        out += bytes((a & 255, a >> 8 | (b & 15) << 4, b >> 4))
    return bytes(out)


folder = sys.argv[1]
for number in range(38):
    kind = "good" if number < 30 else "defective"
    os.makedirs(f"{folder}/{kind}", exist_ok=True)
    seen = disc(number, kind == "defective")
    raw = "--raw" in sys.argv
    with open(f"{folder}/{kind}/part{number:02}.{'raw' if raw else 'tif'}", "wb") as file:
        file.write(mono12p(seen) if raw else tiff([lamp(number), seen]))
