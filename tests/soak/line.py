"""One line of a soak: prediction server, station and PLC as processes, a proxy on each of the two connections."""
import contextlib
import http.client
import json
import os
import queue
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from processes import NotStarted, Process
from proxy import HttpProxy, ModbusProxy

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE_MS, TRAVEL_S, RATE, MAX_GAP = 600, 1.2, 14, 40
RECORD = "disk/record.db"
DISK_MB = 24
RESTART_PAUSE_S = 0.5  # a supervisor does not start again at once


class Line:
    def __init__(self, options, folder, seed, script):
        self.options, self.folder, self.seed = options, folder, seed
        self.random = random.Random(seed * 7919 + 1)
        self.events = queue.Queue()      # what the PLC said
        self.plc_log, self.triggers = [], 0
        self.problems, self.notes = [], []
        self.seen_events = {}            # sequence -> hash of events that once were durable
        self.disturbed = {}              # fault -> since when; what is over is in `disturbances`
        self.disturbances = []           # (from, to, fault)
        self.everyone = []
        self.station = self.server = self.plc = None
        self.holds = {"station": 0, "server": 0}  # faults that keep it down
        self.others = []                 # second stations
        self.max_gap = MAX_GAP
        self.harmed = []                 # [from, to]: the record was not where it should be
        self.station_options, self.station_config = {}, "station.toml"
        self.next_start = {"station": 0.0, "server": 0.0}
        self.station_starts = []         # (time, record's newest sequence before)
        self.script = script
        self.in_process = seed % 4 == 0  # the station predicts itself; the server runs beside it all the same
        self.prepare()

    # ---- files

    def path(self, name):
        return os.path.join(self.folder, name)

    def prepare(self):
        os.makedirs(self.folder, exist_ok=True)
        shutil.copytree(self.options.models, self.path("models"))
        self.package = self.path(os.path.join("models", os.listdir(self.path("models"))[0]))
        self.read_facts()
        self.choose_pictures()
        self.make_disk()
        self.make_key()
        self.server_link, self.plc_link = HttpProxy(self.seed + 1), ModbusProxy(self.seed + 2)
        self.write_station("station.toml", RECORD, "station 1")

    def make_disk(self):
        """The record's own disk, small enough to be filled; a plain folder where this user may not mount one."""
        disk = self.path("disk")
        os.makedirs(disk)
        self.has_own_disk = "SOAK_OWN_MOUNTS" in os.environ and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", disk], capture_output=True, check=False).returncode == 0

    def make_key(self):
        done = subprocess.run([self.options.lineguard, "keys", "new", "--out", "station.key", "--name", "station 1"], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotStarted("keys new: " + done.stderr)

    def give_back_disk(self):
        """What is on it stays, for who looks for a fault's cause."""
        if self.has_own_disk:
            self.has_own_disk = False
            shutil.copytree(self.path("disk"), self.path("disk.kept"), dirs_exist_ok=True)
            subprocess.run(["umount", "-l", self.path("disk")], capture_output=True, check=False)

    def read_facts(self):
        value = lambda text, key: re.search(rf'^{key} = "?([^"\n]+)', text, re.M).group(1)
        with open(os.path.join(self.package, "manifest.toml"), encoding="utf-8") as text:
            manifest = text.read()
        with open(os.path.join(self.package, "operating_points", "default.toml"), encoding="utf-8") as text:
            point = text.read()
        self.model, self.digest = value(manifest, "name"), value(manifest, "digest")
        self.threshold = float(value(point, "threshold"))
        self.band = float(value(manifest, "golden_spread")) * float(value(manifest, "tolerance_same_cpu"))

    def choose_pictures(self):
        """Part n sees pictures[(n - 1) % len]: two in three are good; copies, so that faults may remove them."""
        done = subprocess.run([self.options.lineguard, "inspect", self.package, self.options.pictures + "/good",
                               self.options.pictures + "/defective", "--jsonl",
                               self.path("reference.jsonl")], capture_output=True, check=False, timeout=300)
        if done.returncode != 0:
            raise NotStarted("inspect: " + done.stderr.decode(errors="replace"))
        os.makedirs(self.path("pictures"))
        good, defective, self.scores = [], [], {}
        with open(self.path("reference.jsonl"), encoding="utf-8") as lines:
            for line in map(json.loads, lines):
                copy = self.path("pictures/" + os.path.basename(line["image"]))
                shutil.copy(os.path.join(self.options.pictures, line["image"]), copy)
                self.scores[copy] = line["score"]
                (good if line["score"] < self.threshold - self.band else defective).append(copy)
        if not good or not defective:
            raise NotStarted("the pictures need good and defective ones")
        self.pictures = [self.random.choice(good if self.random.random() < 0.66 else defective) for _ in range(211)]
        self.write_pictures()

    def write_pictures(self):
        with open(self.path("pictures.txt"), "w", encoding="utf-8") as out:
            out.write("\n".join(self.pictures) + "\n")

    def picture_of(self, part):
        return self.pictures[(part - 1) % len(self.pictures)]

    def may_pass(self, picture):
        return self.scores[picture] < self.threshold - self.band

    def write_station(self, config, record, name):
        predictor = f'package = "{self.package}"' if self.in_process else f'url = "http://{self.server_link.address}"'
        text = f"""name = "{name}"
http = "127.0.0.1:0"
[recipe]
id = "{self.model}"
model = "{self.model}"
package_digest = "{self.digest}"
operating_point = "default"
threshold = {self.threshold!r}
unknown_band = {self.band!r}
deadline_ms = {DEADLINE_MS}
[predictor]
{predictor}
[camera]
list = "pictures.txt"
[plc]
modbus = "{self.plc_link.address}"
response_timeout_ms = 100
[record]
file = "{record}"
reserve_mb = 4
key = "station.key"
[cycle]
max_in_flight = 8
poll_interval_us = 4000
max_gap = {MAX_GAP}
"""
        with open(self.path(config), "w", encoding="utf-8") as out:
            out.write(text)

    # ---- processes

    def start_process(self, name, arguments, **options):
        process = Process(name, [self.options.lineguard] + arguments, self.path(name + ".log"), cwd=self.folder, **options)
        self.everyone.append(process)
        return process

    def start_server(self):
        self.server = self.start_process("server", ["serve", "--models", "models", "--http", "127.0.0.1:0", "--workers", "2"])
        address = self.server.wait_for(r"listening on http://(\S+)\n")
        host, port = address.rsplit(":", 1)
        self.server_address = address
        self.server_link.target = (host, int(port))

    def start_station(self):
        self.station_starts.append((time.time(), self.newest_sequence()))
        options = dict(self.station_options)
        log_unread = options.pop("log_unread", False)
        if log_unread:
            self.unread = os.pipe()
            options["stderr"] = self.unread[1]
        self.station = self.start_process("station", ["station", "--config", self.station_config], **options)
        self.station_address = None
        if log_unread:
            os.close(self.unread[1])

    def find_status(self):
        """The address of the station's status, as soon as its log names it."""
        if not self.station.alive():
            return None
        if self.station_address is None:
            found = re.search(r"status on http://(\S+)/v1/status", self.station.log_text())
            self.station_address = found.group(1) if found else None
        return self.station_address

    def start_plc(self, **retained):
        command = [sys.executable, os.path.join(HERE, "plc.py"), "--registers", self.options.registers, "--rate", str(RATE),
                   "--travel", str(TRAVEL_S), "--seed", str(self.seed), "--recipe", self.model, "--script", json.dumps(self.script)]
        for name, value in retained.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        self.plc = Process("plc", command, self.path("plc.err"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.everyone.append(self.plc)
        self.follower = threading.Thread(target=self.follow_plc, args=(self.plc,), daemon=True)
        self.follower.start()
        port = self.wait_event("listening")["port"]
        self.plc_link.target = ("127.0.0.1", port)

    def follow_plc(self, plc):
        for line in plc.process.stdout:
            try:
                self.events.put(json.loads(line))
            except ValueError:
                pass  # cut by its death

    def take_event(self, wait_s):
        try:
            event = self.events.get(timeout=wait_s)
        except queue.Empty:
            return None
        event["at"] = len(self.plc_log)
        self.plc_log.append(event)
        if event["e"] == "trigger":
            self.triggers = event["ordinal"]
        return event

    def wait_event(self, kind, wait_s=30):
        end = time.monotonic() + wait_s
        while time.monotonic() < end:
            event = self.take_event(0.1)
            if event and event["e"] == kind:
                return event
        raise NotStarted(f"the PLC did not say \"{kind}\"")

    def tell_plc(self, text):
        try:
            self.plc.process.stdin.write(text.encode() + b"\n")
            self.plc.process.stdin.flush()
        except OSError:
            pass

    def restart_plc(self):
        """After kill -9: what is retained comes from its own log, as from a battery."""
        self.follower.join()
        while self.events.qsize():
            self.take_event(0)
        triggered = [event for event in self.plc_log if event["e"] == "trigger"]
        gated = {event["ordinal"] for event in self.plc_log if event["e"] == "gate"}
        counts = [event for event in self.plc_log if event["e"] == "gate" or (event["e"] == "restart" and event["anew"])]
        last = counts[-1] if counts and counts[-1]["e"] == "gate" else {"passes": 0, "diverts": 0}
        newest = triggered[-1] if triggered else {"ordinal": 0, "part": 0, "epoch": 0, "count": 0}
        anew = [event for event in self.plc_log if event["e"] == "restart" and event["anew"]]
        if anew and anew[-1]["epoch"] > newest["epoch"]:
            newest = {"ordinal": newest["ordinal"], "part": 0, "epoch": anew[-1]["epoch"], "count": 0}
        left = [[event["ordinal"], event["part"]] for event in triggered
                if event["ordinal"] not in gated and event["epoch"] == newest["epoch"]]
        self.start_plc(ordinal=newest["ordinal"], epoch=newest["epoch"], first_number=newest["part"] + 1, count=newest["count"],
                       passes=last["passes"], diverts=last["diverts"], left_on_belt=json.dumps(left))

    def supervise(self):
        """Starts again what ended and is wanted, as a plant's service manager does."""
        now = time.monotonic()
        for name, holds in self.holds.items():
            process = getattr(self, name)
            if holds or (process and process.alive()) or now < self.next_start[name]:
                continue
            self.note_crash(process)
            self.next_start[name] = now + RESTART_PAUSE_S
            try:
                self.start_server() if name == "server" else self.start_station()
            except NotStarted as error:
                self.notes.append(str(error))

    def note_crash(self, process):
        if process and process.crashed() and not getattr(process, "reported", False):
            process.reported = True
            self.problems.append(f"{process.name} was ended by signal {-process.process.returncode}: see {process.log}")

    # ---- faults

    @contextlib.contextmanager
    def disturbing(self, what):
        self.disturbed[what] = self.disturbed.get(what, [])
        self.disturbed[what].append(time.time())
        try:
            yield
        finally:
            self.disturbances.append((self.disturbed[what].pop(), time.time(), what))

    @contextlib.contextmanager
    def held(self, name):
        """Not started again by the supervisor meanwhile."""
        self.holds[name] += 1
        try:
            with self.disturbing(name):
                yield
        finally:
            self.holds[name] -= 1

    def predictor(self):
        return self.station if self.in_process else self.server

    def stop_station_in_order(self):
        if self.station.alive() and self.station.terminate(15) is None:
            self.notes.append("the station did not stop in order within 15 s")

    def record_harmed(self):
        self.harmed.append([time.time(), None])

    def record_whole(self):
        self.harmed[-1][1] = time.time()

    # ---- what may be looked at from outside

    def read_record(self, name=RECORD):
        """All events, read with SQLite alone."""
        connection = sqlite3.connect(f"file:{self.path(name)}?mode=ro", uri=True, timeout=5)
        try:
            rows = connection.execute("SELECT sequence, utc, kind, part, payload, previous, hash FROM events ORDER BY sequence")
            keys = ("sequence", "utc", "kind", "part", "payload", "previous", "hash")
            return [dict(zip(keys, row)) for row in rows]
        finally:
            connection.close()

    def newest_sequence(self):
        try:
            events = self.read_record()
            return events[-1]["sequence"] if events else 0
        except (sqlite3.Error, OSError):
            return 0

    def observe_record(self):
        """What a reader sees now is durable: it must be there at the end."""
        if self.disturbed.get("record"):
            return
        try:
            for event in self.read_record():
                known = self.seen_events.setdefault(event["sequence"], event["hash"])
                if known != event["hash"]:
                    self.problems.append(f"event {event['sequence']} changed after it was durable")
        except (sqlite3.Error, OSError):
            pass

    def get(self, address, target, wait_s=10):
        host, port = address.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=wait_s)
        try:
            connection.request("GET", target)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def status(self):
        return json.loads(self.get(self.find_status(), "/v1/status"))

    def end_all(self):
        for process in self.everyone:
            if process.alive():
                process.go_on()
                process.kill()
        self.server_link.close()
        self.plc_link.close()
        self.give_back_disk()
