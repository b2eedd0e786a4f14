"""The catalogue of faults. Each is a generator: it does its harm, yields how long that lasts (an int: so many parts; a float: so
many seconds), and makes good what an operator would make good. `random` is its own, from the seed."""
import http.client
import os
import shutil
import socket
import sqlite3
import threading
import time

from line import RECORD
from processes import NotStarted

GROUPS = {}
SCRIPTED = {"plc": ["double", "lose", "rush", "freeze", "forget", "anew"]}  # done by the PLC itself: plc.py


def fault(group):
    def add(function):
        GROUPS.setdefault(group, {})[function.__name__] = function
        return function
    return add


# ---- processes

@fault("processes")
def station_killed(line, random):
    with line.held("station"):
        line.station.kill()
        yield random.randint(1, 25)


@fault("processes")
def station_terminated(line, random):
    with line.held("station"):
        line.stop_station_in_order()
        yield random.randint(1, 10)


@fault("processes")
def station_stopped(line, random):
    with line.disturbing("station"):
        line.station.stop()
        yield random.randint(1, 25)
        line.station.go_on()


@fault("processes")
def server_killed(line, random):
    with line.held("server"):
        line.server.kill()
        yield random.randint(1, 15)


@fault("processes")
def server_stopped(line, random):
    line.server.stop()
    yield random.randint(1, 20)
    line.server.go_on()


@fault("processes")
def server_terminated(line, random):
    with line.held("server"):
        line.server.terminate()
        yield random.randint(1, 10)


@fault("processes")
def both_killed(line, random):
    with line.held("station"), line.held("server"):
        line.station.kill()
        line.server.kill()
        yield random.randint(1, 15)


# ---- the PLC and long absences

@fault("plc")
def plc_killed(line, random):
    with line.disturbing("plc"):
        line.plc.kill()
        yield random.uniform(0.1, 2.0)
        line.restart_plc()


@fault("plc")
def plc_stopped(line, random):
    with line.disturbing("plc"):
        line.plc.stop()
        yield random.uniform(0.1, 1.5)
        line.plc.go_on()


@fault("plc")
def long_outage(line, random):
    """More numbers than max_gap while nobody looks."""
    with line.held("station"):
        line.station.kill()
        yield line.max_gap + random.randint(5, 30)


@fault("plc")
def long_break_of_the_link(line, random):
    with line.disturbing("plc link"):
        line.plc_link.refuse = True
        line.plc_link.cut()
        yield line.max_gap + random.randint(5, 30)
        line.plc_link.refuse = False


# ---- connections

def link_fault(name, link, begin, parts):
    def fault_of_link(line, random):
        with line.disturbing(link + " link"):
            proxy = getattr(line, link + "_link")
            begin(proxy, random)
            yield random.randint(*parts)
            proxy.heal()
    fault_of_link.__name__ = f"{link}_link_{name}"
    fault("connections")(fault_of_link)


def refuse(proxy, random):
    proxy.refuse = True
    proxy.cut()


def stall(proxy, random):
    proxy.stall = True


def delay(proxy, random):
    proxy.delay_s = random.choice([0.002, 0.02, 0.08, 0.3])


def split(proxy, random):
    proxy.split = True


for link_name in ("server", "plc"):
    link_fault("refuses", link_name, refuse, (2, 15))
    link_fault("stalls", link_name, stall, (2, 15))
    link_fault("is_slow", link_name, delay, (5, 20))
    link_fault("splits", link_name, split, (5, 15))


@fault("connections")
def links_flap(line, random):
    with line.disturbing("plc link"):
        for _ in range(random.randint(3, 12)):
            getattr(line, random.choice(["server_link", "plc_link"])).cut()
            yield random.uniform(0.01, 0.4)


# ---- messages

def message_fault(link, direction, kind):
    def fault_of_messages(line, random):
        with line.disturbing("plc link" if link == "plc" else "messages"):
            proxy = getattr(line, link + "_link")
            for _ in range(random.randint(1, 4)):
                proxy.arm(direction, kind)
                if kind == "swap" and random.random() < 0.5:
                    proxy.arm(direction, kind)
                yield random.randint(1, 4)
            proxy.heal()
    fault_of_messages.__name__ = f"{link}_{direction}_{kind}"
    fault("messages")(fault_of_messages)


for kind_name in ("double", "late", "replay", "extra", "swap", "corrupt", "split", "cut", "drop"):
    for direction_name in ("request", "answer"):
        message_fault("server", direction_name, kind_name)
        if kind_name != "swap":
            message_fault("plc", direction_name, kind_name)


# ---- files

RECORD_FILES = (RECORD, RECORD + "-wal", RECORD + "-shm")
ANCHORS = RECORD + ".anchors"
LONGEST_START_S = 20
HAS_DEVICES = ": recipe "  # in a station's log, once its record is open


def names_that_exist(line, names=RECORD_FILES):
    return [name for name in names if os.path.exists(line.path(name))]


def put_aside(line, names, how):
    folder = line.path(f"disk/aside-{line.triggers}")
    os.makedirs(folder, exist_ok=True)
    for name in names:
        how(line.path(name), os.path.join(folder, os.path.basename(name)))
    if os.path.exists(line.path(ANCHORS)):
        shutil.copy(line.path(ANCHORS), folder)
    return folder


def bring_back(line, folder):
    """The operator ends the station, puts the record back and starts the station again."""
    line.station.kill()
    for name in (*RECORD_FILES, ANCHORS):
        if os.path.exists(line.path(name)):
            os.replace(line.path(name), os.path.join(folder, "later-" + os.path.basename(name)))
        if os.path.exists(os.path.join(folder, os.path.basename(name))):
            os.replace(os.path.join(folder, os.path.basename(name)), line.path(name))
    shutil.rmtree(folder)  # the disk is small


def until_station_records(line):
    """A record is harmed beneath a running station: one that is not there yet would rightly begin with what it finds."""
    end = time.monotonic() + LONGEST_START_S
    while line.find_status() is None and time.monotonic() < end:
        yield 0.1
    return line.find_status() is not None


def record_fault(name, harm, how=os.link):
    def fault_of_record(line, random):
        if not (yield from until_station_records(line)):
            return
        with line.disturbing("record"):
            line.station.stop()  # so that what is put aside is one moment's
            folder = put_aside(line, names_that_exist(line), how)
            harm(line, random)
            line.station.go_on()
            line.record_harmed()
            yield random.randint(12, 26)
            with line.held("station"):
                line.record_whole()
                bring_back(line, folder)
    fault_of_record.__name__ = name
    fault("files")(fault_of_record)


def remove_all(line, random):
    for name in names_that_exist(line):
        os.unlink(line.path(name))


def remove_log(line, random):
    for name in names_that_exist(line, RECORD_FILES[1:2]):
        os.unlink(line.path(name))


def replace_by_nothing(line, random):
    remove_all(line, random)
    with open(line.path(RECORD), "wb"):
        pass


def replace_by_copy(line, random):
    """Same content, another file: what a restored backup looks like."""
    shutil.copy(line.path(RECORD), line.path(RECORD + ".copy"))
    os.replace(line.path(RECORD + ".copy"), line.path(RECORD))


def replace_by_folder(line, random):
    remove_all(line, random)
    os.mkdir(line.path(RECORD))


def truncate(line, random):
    """Both files: while all that the main one holds is in the log too, cutting the main one alone loses nothing."""
    for name in names_that_exist(line, RECORD_FILES[:2]):
        os.truncate(line.path(name), os.path.getsize(line.path(name)) * random.randint(0, 60) // 100)


def move_away(line, random):
    folder = line.path(f"disk/rotated-{line.triggers}")  # of its own: onto another link to the same file nothing moves
    os.makedirs(folder, exist_ok=True)
    for name in names_that_exist(line):
        os.replace(line.path(name), os.path.join(folder, os.path.basename(name)))


record_fault("record_removed", remove_all)
record_fault("record_moved", move_away)
record_fault("record_replaced_by_nothing", replace_by_nothing)
record_fault("record_replaced_by_a_copy", replace_by_copy)
record_fault("record_replaced_by_a_folder", replace_by_folder)
record_fault("record_truncated", truncate, shutil.copy)
record_fault("record_log_removed", remove_log)


TRIGGERS = {
    "ignores_inserts": "BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END",
    "deletes_what_is_inserted": "AFTER INSERT ON events BEGIN DELETE FROM events WHERE sequence = NEW.sequence; END",
    "changes_what_is_inserted": "AFTER INSERT ON events BEGIN UPDATE events SET payload = replace(payload, '\"pass\"', '\"divert\"') "
                                "WHERE sequence = NEW.sequence; END",
}


def trigger_fault(name, trigger):
    def fault_of_trigger(line, random):
        if not (yield from until_station_records(line)):
            return
        with line.disturbing("record"):
            line.station.stop()
            folder = put_aside(line, names_that_exist(line), shutil.copy)
            changed = change_record(line, "CREATE TRIGGER harm " + trigger)
            line.station.go_on()
            if changed:
                line.record_harmed()
                yield random.randint(12, 26)
                with line.held("station"):
                    line.record_whole()
                    bring_back(line, folder)
    fault_of_trigger.__name__ = "record_" + name
    fault("files")(fault_of_trigger)


for trigger_name, trigger_text in TRIGGERS.items():
    trigger_fault(trigger_name, trigger_text)


@fault("files")
def record_locked(line, random):
    """A backup tool, or a curious person, holds the file's lock."""
    with line.disturbing("record"):
        connection = sqlite3.connect(line.path(RECORD), timeout=1, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield random.randint(3, 15)
            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            line.notes.append(f"record_locked: {error}")
        connection.close()


def change_record(line, statement):
    connection = sqlite3.connect(line.path(RECORD), timeout=2, isolation_level=None)
    try:
        connection.execute(statement)
        return True
    except sqlite3.Error as error:
        line.notes.append(f"{statement[:12]}: {error}")
        return False
    finally:
        connection.close()


def package_fault(name, file, harm):
    def fault_of_package(line, random):
        path = os.path.join(line.package, file)
        with open(path, "rb") as content:
            before = content.read()
        harm(path, before, random)
        yield random.randint(3, 10)
        if random.random() < 0.4:  # what is on the disk now must not be served
            line.predictor().kill()
            yield random.randint(10, 25)
        with open(path, "r+b") as content:
            content.truncate(len(before))
            content.write(before)
        line.predictor().kill()
        yield 1
    fault_of_package.__name__ = name
    fault("files")(fault_of_package)


def overwrite(path, before, random):
    with open(path, "r+b") as content:
        content.seek(random.randrange(max(1, len(before) - 65536)))
        content.write(b"\xff" * 65536)
        content.truncate(len(before))


def cut_file(path, before, random):
    os.truncate(path, random.randrange(len(before)))


def raise_threshold(path, before, random):
    with open(path, "wb") as content:
        content.write(before.replace(b"threshold = ", b"threshold = 9"))


package_fault("network_overwritten", "network.bin", overwrite)
package_fault("network_truncated", "network.bin", cut_file)
package_fault("operating_point_changed", "operating_points/default.toml", raise_threshold)


@fault("files")
def picture_list_removed(line, random):
    with line.disturbing("station"):
        os.unlink(line.path("pictures.txt"))
        if random.random() < 0.5:
            line.station.kill()
        yield random.randint(3, 15)
        line.write_pictures()


def pictures_harmed(name, harm):
    def fault_of_pictures(line, random):
        chosen = random.sample(sorted(set(line.pictures)), 6)
        kept = {}
        for picture in chosen:
            with open(picture, "rb") as content:
                kept[picture] = content.read()
            harm(picture, kept[picture])
        yield random.randint(8, 20)
        for picture, content in kept.items():
            with open(picture + ".new", "wb") as out:
                out.write(content)
            os.replace(picture + ".new", picture)
    fault_of_pictures.__name__ = name
    fault("files")(fault_of_pictures)


pictures_harmed("pictures_removed", lambda picture, content: os.unlink(picture))
pictures_harmed("pictures_cut_short", lambda picture, content: os.truncate(picture, len(content) * 2 // 3))
pictures_harmed("pictures_empty", lambda picture, content: os.truncate(picture, 0))


# ---- a second station

def start_other(line, config, record, name):
    line.write_station(config, record, name)
    other = line.start_process("other", ["station", "--config", config])
    line.others.append({"process": other, "config": config, "record": record, "from": time.time()})
    return other


def end_other(line, other):
    other.terminate(10)


@fault("stations")
def another_id_beside(line, random):
    other = start_other(line, "other.toml", f"other-{line.triggers}.db", "station 2")
    yield random.randint(5, 25)
    end_other(line, other)


@fault("stations")
def the_same_id_beside(line, random):
    with line.disturbing("station"):
        other = start_other(line, "same.toml", f"same-{line.triggers}.db", "station 1")
        yield random.randint(5, 25)
        end_other(line, other)
        yield 3


@fault("stations")
def the_same_record_beside(line, random):
    if not (yield from until_station_records(line)):
        return
    station = line.station
    other = start_other(line, "again.toml", RECORD, "station 1")
    end = time.monotonic() + LONGEST_START_S
    while other.alive() and HAS_DEVICES not in other.log_text() and time.monotonic() < end:
        yield 0.1
    if other.alive() and station.alive():  # whoever of the two is later is refused
        line.problems.append("a second station on the same record was not refused")
    end_other(line, other)


@fault("stations")
def sleeper_wakes_up(line, random):
    """The station sleeps, another machine's takes over, the sleeper wakes up."""
    with line.disturbing("station"):
        line.station.stop()
        yield 1.0
        other = start_other(line, "same.toml", f"same-{line.triggers}.db", "station 1")
        yield random.randint(8, 20)
        line.station.go_on()
        yield random.randint(8, 20)
        end_other(line, other)
        with line.held("station"):
            line.station.kill()
            yield 2


# ---- those who only watch, and full disks

@fault("watchers")
def log_that_nobody_reads(line, random):
    yield from station_started_with(line, random, {"log_unread": True}, flapping=True)
    os.close(line.unread[0])


@fault("watchers")
def log_disk_full(line, random):
    with open("/dev/full", "wb") as full:
        yield from station_started_with(line, random, {"stderr": full}, flapping=True)


@fault("watchers")
def disk_full(line, random):
    """The record's disk, a small one of its own where this user may mount it, is full to the last byte."""
    if not line.has_own_disk:
        return
    filler = line.path("disk/filler")
    with line.disturbing("disk"), open(filler, "wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            pass
        yield random.randint(10, 40)
        os.unlink(filler)


@fault("watchers")
def record_disk_full(line, random):
    """No file may grow beyond what the record has now: as a full disk, for this process alone."""
    size = sum(os.path.getsize(line.path(name)) for name in names_that_exist(line, RECORD_FILES[:2]))
    yield from station_started_with(line, random, {"file_size_limit": size + random.randint(0, 200_000)})


def station_started_with(line, random, options, flapping=False):
    with line.held("station"):
        line.stop_station_in_order()
        line.station_options = options
        yield 1
    for _ in range(random.randint(10, 20)):
        if flapping:
            line.plc_link.cut()
        yield 1
    with line.held("station"):
        line.station.terminate(10)
        line.station_options = {}


@fault("watchers")
def status_flood(line, random):
    yield from flood(line, random, line.find_status(), ["/v1/status", "/metrics", "/nothing"])


@fault("watchers")
def server_flood(line, random):
    yield from flood(line, random, line.server_address, ["/metrics", "/v1/health/ready", "/v1/models", "/nothing"])


def flood(line, random, address, targets):
    if address is None:
        return
    host, port = address.rsplit(":", 1)
    done = threading.Event()
    for _ in range(4):
        threading.Thread(target=ask_all_the_time, args=(host, int(port), targets, done), daemon=True).start()
    silent = [open_idle(host, int(port), head) for head in
              [b"", b"GET /metr", b"POST /v1/inspect/parts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"] * 4]
    yield random.randint(5, 20)
    done.set()
    for connection in silent:
        if connection:
            connection.close()


def ask_all_the_time(host, port, targets, done):
    while not done.is_set():
        try:
            connection = http.client.HTTPConnection(host, port, timeout=5)
            for target in targets * 20:
                connection.request("GET", target)
                connection.getresponse().read()
                if done.is_set():
                    return
            connection.close()
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)


def open_idle(host, port, head):
    try:
        connection = socket.create_connection((host, port), 2)
        connection.sendall(head)
        return connection
    except OSError:
        return None
