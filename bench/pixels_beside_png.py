#!/usr/bin/env python3
"""pixels_beside_png.py HOST:PORT MODEL [N]: one picture of 1000 x 1000 pixels over loopback as PNG and as raw pixels, turn by turn, on one kept
connection. Says p50 and p10 to p90 of request to answer in ms, and what encoding the PNG takes in the client (zlib, level 1)."""
import http.client
import json
import random
import statistics
import struct
import sys
import time
import zlib

SIDE = 1000


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(pixels):
    rows = b"".join(b"\0" + pixels[y * SIDE : (y + 1) * SIDE] for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def spread(times_ms):
    tenths = statistics.quantiles(times_ms, n=10)
    return f"p50 {statistics.median(times_ms):.1f} ms (p10 {tenths[0]:.1f}, p90 {tenths[-1]:.1f})"


def main(address, model, count=100):
    noise = random.Random(3)
    pixels = bytes(min(255, (x + y) // 10 + noise.randrange(12)) for y in range(SIDE) for x in range(SIDE))
    png = png_of(pixels)
    kinds = {
        "png": (png, "image/png"),
        "pixels": (pixels, f"application/vnd.lineguard.pixels; width={SIDE}; height={SIDE}; channels=1; bits=8"),
    }
    client = http.client.HTTPConnection(address)
    client.connect()
    times, decode, scores = {kind: [] for kind in kinds}, {kind: [] for kind in kinds}, set()
    for _ in range(int(count) + 1):
        for kind, (body, media_type) in kinds.items():
            start = time.perf_counter()
            client.request("POST", f"/v1/inspect/{model}", body, {"Content-Type": media_type})
            answer = json.loads(client.getresponse().read())
            times[kind].append((time.perf_counter() - start) * 1000)
            decode[kind].append(answer["timings_ms"]["decode"])
            scores.add(answer["score"])
    encode = []
    for _ in range(20):
        start = time.perf_counter()
        png_of(pixels)
        encode.append((time.perf_counter() - start) * 1000)
    assert len(scores) == 1, scores
    for kind, (body, _) in kinds.items():
        print(f"{kind:7} {len(body):8} bytes, n {count}: {spread(times[kind][1:])}, decode p50 {statistics.median(decode[kind][1:]):.1f} ms")
    print(f"encoding the PNG: {spread(encode)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
