#!/usr/bin/env python3
"""Two builds of lineguard side by side, turn by turn in one run: the server's and the station's p50.

usage: side_by_side.py BEFORE AFTER --models FOLDER --pictures FOLDER [--rounds 5] [--requests 100] [--parts 60]

Each round asks both servers in turn, request by request on connections that stay open, and then runs a station and a PLC of each build.
Records lie under --work (default /dev/shm, where fsync costs nothing). Prints the median of the rounds' p50 and their range.
"""
import argparse
import glob
import http.client
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time


def start(command, pattern, folder, log):
    path = os.path.join(folder, log)
    with open(path, "wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with open(path, encoding="utf-8", errors="replace") as text:
            found = re.search(pattern, text.read())
        if found:
            return process, found.group(1)
        time.sleep(0.02)
    raise SystemExit(f"no {pattern} in {path}")


def request_ms(connection, model, picture):
    begun = time.perf_counter()
    connection.request("POST", f"/v1/inspect/{model}", body=picture)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"status {answer.status}")
    return (time.perf_counter() - begun) * 1000


def value(path, key):
    with open(path, encoding="utf-8") as text:
        return re.search(rf'^{key} = "?([^"\n]+)', text.read(), re.M).group(1)


def station_p50(lineguard, package, server, pictures, parts, work):
    folder = tempfile.mkdtemp(dir=work)
    with open(folder + "/pictures.txt", "w", encoding="utf-8") as out:
        out.write("\n".join(pictures) + "\n")
    plc, address = start([lineguard, "simulate", "plc", "--rate", "10", "--parts", str(parts), "--recipe", "r"], r"listening on ([0-9.:]+)",
                         folder, "plc.log")
    key = ""
    if subprocess.run([lineguard, "keys", "new", "--out", folder + "/station.key"], capture_output=True, check=False).returncode == 0:
        key = 'key = "station.key"'  # the older build has none
    with open(folder + "/station.toml", "w", encoding="utf-8") as out:
        out.write(f"""name = "station"
[recipe]
id = "r"
model = "{value(package + '/manifest.toml', 'name')}"
package_digest = "{value(package + '/manifest.toml', 'digest')}"
operating_point = "default"
threshold = {value(package + '/operating_points/default.toml', 'threshold')}
deadline_ms = 2000
[predictor]
url = "http://{server}"
[camera]
list = "pictures.txt"
[plc]
modbus = "{address}"
[record]
file = "record.db"
reserve_mb = 4
{key}
""")
    with open(folder + "/station.log", "wb") as out:
        station = subprocess.Popen([lineguard, "station", "--config", "station.toml"], cwd=folder, stdout=out, stderr=out)
    plc.wait(600)
    station.terminate()
    station.wait(30)
    with open(folder + "/station.log", encoding="utf-8") as text:
        found = re.search(r"decision p50 ([0-9.]+) ms.*\(n (\d+)\)", text.read())
    shutil.rmtree(folder)
    return float(found.group(1)), int(found.group(2))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--models", required=True)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--work", default="/dev/shm")
    for name, count in (("rounds", 5), ("requests", 100), ("parts", 60)):
        parser.add_argument("--" + name, type=int, default=count)
    options = parser.parse_args()
    builds = [os.path.abspath(options.before), os.path.abspath(options.after)]
    models = os.path.abspath(options.models)
    package = sorted(glob.glob(models + "/*/manifest.toml"))[0].rsplit("/", 1)[0]
    model = value(package + "/manifest.toml", "name")
    names = sorted(glob.glob(os.path.abspath(options.pictures) + "/*.*"))
    chosen = random.Random(1).sample(names, min(40, len(names)))
    bodies = [open(name, "rb").read() for name in chosen]
    work = tempfile.mkdtemp(dir=options.work)
    servers = [start([build, "serve", "--models", models, "--http", "127.0.0.1:0", "--workers", "1"], r"listening on http://([0-9.:]+)", work,
                     f"server{i}.log") for i, build in enumerate(builds)]
    request, station, counted = ([], []), ([], []), [0, 0]
    try:
        for turn in range(options.rounds):
            links = [http.client.HTTPConnection(address, timeout=60) for _, address in servers]
            times = ([], [])
            for i in range(options.requests):
                for which in ((0, 1) if i % 2 else (1, 0)):
                    times[which].append(request_ms(links[which], model, bodies[i % len(bodies)]))
            for which in (0, 1):
                request[which].append(statistics.median(times[which]))
            for which in ((0, 1) if turn % 2 else (1, 0)):
                p50, n = station_p50(builds[which], package, servers[which][1], chosen, options.parts, work)
                station[which].append(p50)
                counted[which] += n
            print(f"round {turn + 1}: request {request[0][-1]:.2f} {request[1][-1]:.2f} ms, station {station[0][-1]:.1f} {station[1][-1]:.1f} ms",
                  flush=True)
    finally:
        for process, _ in servers:
            process.kill()
        shutil.rmtree(work)
    for what, of, n in (("request p50", request, options.rounds * options.requests), ("trigger to decision p50", station, min(counted))):
        ratios = [after / before for before, after in zip(*of)]
        print(f"{what}: before {statistics.median(of[0]):.2f} ms ({min(of[0]):.2f} to {max(of[0]):.2f}), after {statistics.median(of[1]):.2f} ms "
              f"({min(of[1]):.2f} to {max(of[1]):.2f}); after / before {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}); n {n} each")


main()
