#!/usr/bin/env python3
"""Runs real lines under random faults and reconciles what they leave; README.md explains it, tools/soak.sh starts it.

Everything is fixed by the seed: pictures, the PLC's faults, which fault begins at which part and how long it lasts.
"""
import argparse
import collections
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import faults
from line import Line
from processes import NotStarted
from reconcile import Reconciliation

QUIET_START, QUIET_END = 12, 4  # parts without faults
RECOVERY_S = 120                # until a healthy line passes parts again
RECOVERED_PASSES = 5
STANDSTILL_S = 60
MOST_MEMORY_MB = {"station": 500, "server": 1000}
MOST_OF_A_KIND = 6  # problems that are printed


def plan_faults(seed, parts, groups, only):
    """[(ordinal at which it begins, name, its seed)] and what the PLC does itself, by ordinal."""
    chosen = random.Random(seed)
    names = [(group, name) for group in groups for name in sorted(faults.GROUPS.get(group, {}))]
    scripted = [name for group in groups for name in faults.SCRIPTED.get(group, [])]
    by_group = collections.defaultdict(list)
    for group, name in names:
        if not only or name in only:
            by_group[group].append(name)
    if only:
        scripted = [name for name in scripted if name in only]
    timeline, script = [], {}
    at, turn = QUIET_START, list(by_group)
    chosen.shuffle(turn)
    while at < parts - 10 and (turn or scripted):
        if turn and not (scripted and chosen.random() < 0.2):
            group = turn[len(timeline) % len(turn)]
            timeline.append((at, chosen.choice(by_group[group]), chosen.randrange(1 << 30)))
        if scripted and chosen.random() < 0.5:
            script.setdefault(at + chosen.randint(0, 5), []).append(chosen.choice(scripted))
        at += chosen.choice([2, 8, 14, 20, 26])  # the next begins while this one lasts, or after it
    last_anew = -1000  # a count that begins again needs an older one to be told from
    for ordinal in sorted(script):
        if "anew" in script[ordinal]:
            if ordinal - last_anew < 90:
                script[ordinal] = ["forget"]
            else:
                last_anew = ordinal
    return timeline, script


def group_of(name):
    return next(group for group, members in faults.GROUPS.items() if name in members)


class Run:
    """One line with one seed."""

    def __init__(self, options, seed, folder):
        self.options, self.seed, self.folder = options, seed, folder
        self.timeline, script = plan_faults(seed, options.parts, options.groups, options.only)
        self.line = Line(options, folder, seed, script)
        self.active = []  # [generator, name, resume at ordinal, resume at time]
        self.done = collections.Counter(name for names in script.values() for name in names)
        self.waiting = []  # due, but another one has to end first
        self.observed_at = 0.0

    def say(self, text):
        print(f"  seed {self.seed}, part {self.line.triggers}: {text}", flush=True)

    def run(self):
        line = self.line
        line.start_server()
        line.start_plc()
        line.start_station()
        newest, newest_at = 0, time.monotonic()
        while line.triggers < self.options.parts or self.active or self.waiting:
            self.step()
            if line.triggers > newest:
                newest, newest_at = line.triggers, time.monotonic()
            if time.monotonic() > newest_at + STANDSTILL_S:
                line.problems.append(f"no part for {STANDSTILL_S} s, under {[active[1] for active in self.active]}: {self.instruction()}")
                break
        self.recover()
        return self.close()

    def step(self):
        line = self.line
        line.take_event(0.02)
        while line.events.qsize():
            line.take_event(0)
        while self.timeline and self.timeline[0][0] <= line.triggers:
            self.waiting.append(self.timeline.pop(0)[1:])
        for waiting in list(self.waiting):
            if not self.is_blocked(waiting[0]):
                self.waiting.remove(waiting)
                self.begin(*waiting)
        for active in list(self.active):
            if line.triggers >= active[2] and time.monotonic() >= active[3]:
                self.go_on(active)
        line.supervise()
        if time.monotonic() >= self.observed_at + 1:
            self.observed_at = time.monotonic()
            line.observe_record()

    def is_blocked(self, name):
        """Two faults that both stop, move or replace the same thing would only undo each other's repair."""
        exclusive = {"files", "plc", "processes", "stations", "watchers"}  # a restart without its record would begin a new one
        return group_of(name) in exclusive and any(active[4] in exclusive for active in self.active)

    def begin(self, name, seed):
        group = group_of(name)
        function = faults.GROUPS[group][name]
        if self.options.verbose:
            self.say(name)
        self.done[name] += 1
        self.go_on([function(self.line, random.Random(seed)), name, 0, 0.0, group])

    def go_on(self, active):
        if active in self.active:
            self.active.remove(active)
        try:
            pause = next(active[0])
        except StopIteration:
            return
        except (OSError, NotStarted) as error:
            self.line.notes.append(f"{active[1]}: {error}")
            return
        if isinstance(pause, float):
            active[2], active[3] = 0, time.monotonic() + pause
        else:
            active[2], active[3] = self.line.triggers + pause, 0.0
        self.active.append(active)

    def recover(self):
        """Nobody harms the line any more: it must pass parts again by itself, at most with a restart by its operator."""
        line = self.line
        line.server_link.heal()
        line.plc_link.heal()
        from_ordinal, end = line.triggers + QUIET_END, time.monotonic() + RECOVERY_S
        restart_at = time.monotonic() + RECOVERY_S / 3
        passed = lambda: sum(1 for event in line.plc_log
                             if event["e"] == "gate" and event["passed"] and event["ordinal"] > from_ordinal)
        while passed() < RECOVERED_PASSES and time.monotonic() < end:
            self.step()
            if restart_at and time.monotonic() > restart_at:
                restart_at = None
                line.notes.append("the operator restarted the station: " + self.instruction())
                line.stop_station_in_order()
        if passed() < RECOVERED_PASSES:
            line.problems.append("the line did not recover: " + self.instruction())

    def instruction(self):
        try:
            status = self.line.status()
            return f"{status['state']}, ready {status['ready']}: {status['instruction']!r}"
        except Exception as error:  # whatever it is, it is what there is to say
            return f"no status ({error!r})"

    def close(self):
        line = self.line
        line.tell_plc("end")
        self.wait_until(lambda: not self.parts_before_gate(), 20)
        self.wait_until(self.all_recorded, 20)
        time.sleep(1.5)  # the station compares its record with the gate's counts
        status = metrics = None
        try:
            status, metrics = line.status(), line.get(line.find_status(), "/metrics")
        except Exception as error:
            line.problems.append(f"no status at the end: {error!r}")
        for process, limit_mb in ((line.station, MOST_MEMORY_MB["station"]), (line.server, MOST_MEMORY_MB["server"])):
            peak_mb = process.peak_memory_mb()
            line.notes.append(f"{process.name}: peak {peak_mb} MB")
            if peak_mb > limit_mb:
                line.problems.append(f"the {process.name} took {peak_mb} MB")
        since = line.station_starts[-1][1]
        code = line.station.terminate()
        if code != 0:
            line.problems.append(f"the station ended with {code}")
        code = line.server.terminate()
        if code != 0:
            line.problems.append(f"the server ended with {code}")
        for process in line.everyone:
            line.note_crash(process)
        line.tell_plc("quit")
        reconciliation = Reconciliation(line)
        problems = line.problems + reconciliation.run(status, metrics or "", since)
        self.say(reconciliation.summary())
        self.say(f"{sum(self.done.values())} faults: {', '.join(f'{name} {n}' for name, n in sorted(self.done.items()))}")
        if self.options.verbose or problems:
            for note in line.notes:
                self.say("note: " + note)
        return problems

    def parts_before_gate(self):
        gated = {event["ordinal"] for event in self.line.plc_log if event["e"] == "gate"}
        newest = max((event["ordinal"] for event in self.line.plc_log if event["e"] == "trigger"), default=0)
        return newest not in gated

    def all_recorded(self):
        try:
            return self.line.status()["record"]["events_waiting"] == 0
        except Exception:
            return False

    def wait_until(self, condition, wait_s):
        end = time.monotonic() + wait_s
        while not condition() and time.monotonic() < end:
            self.step()


def parse_options():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lineguard", required=True)
    parser.add_argument("--shared", required=True, help="the folder that tests/e2e/setup.case makes")
    parser.add_argument("--seed", type=int, action="append", help="may be given again; default 1 to --runs")
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--parts", type=int, default=400, help="parts of each run")
    parser.add_argument("--group", action="append", help="only faults of this group; may be given again")
    parser.add_argument("--only", action="append", help="only this fault; may be given again")
    parser.add_argument("--keep", help="folder for the files of all runs; default: those of failing runs stay under /tmp")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--list", action="store_true", help="name the faults")
    options = parser.parse_args()
    options.lineguard, options.shared = os.path.abspath(options.lineguard), os.path.abspath(options.shared)
    options.models, options.pictures = options.shared + "/models", options.shared + "/parts"
    options.registers = os.environ.get("SOAK_REGISTERS") or os.path.join(here, "..", "..", "modules", "plc", "README.md")
    options.groups = options.group or sorted(set(faults.GROUPS) | set(faults.SCRIPTED))
    return options


def replay_command(options, seed):
    extra = [f"--group {group}" for group in options.group or []] + [f"--only {name}" for name in options.only or []]
    environment = f"SOAK_SEED={seed} SOAK_PARTS={options.parts}"
    return f"{environment} make soak" if not extra else f"{environment} tools/soak.sh {' '.join(extra)}"


def print_problems(seed, problems):
    kinds = collections.Counter()
    for problem in problems:
        kind = re.sub(r"[\d./]+", "", problem)[:24]
        kinds[kind] += 1
        if kinds[kind] <= MOST_OF_A_KIND:
            print(f"  seed {seed}: FAULT: {problem}", flush=True)


def enter_own_mounts():
    """As root, starts this program once more where what it mounts is seen by nobody else and goes away with it."""
    if os.geteuid() != 0 or "SOAK_OWN_MOUNTS" in os.environ:
        return
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0:
        os.environ["SOAK_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])


def main():
    options = parse_options()
    if options.list:
        for group in options.groups:
            print(group + ": " + ", ".join(sorted(faults.GROUPS.get(group, {})) + faults.SCRIPTED.get(group, [])))
        return 0
    enter_own_mounts()
    failed = []
    for seed in options.seed or range(1, options.runs + 1):
        folder = tempfile.mkdtemp(prefix=f"lineguard-soak-{seed}-", dir=options.keep)
        line_folder = os.path.join(folder, "line")
        run = None
        try:
            run = Run(options, seed, line_folder)
            problems = run.run()
        except NotStarted as error:
            problems = [f"not set up: {error}"]
        finally:
            if run:
                run.line.end_all()
        print_problems(seed, problems)
        if problems:
            failed.append(seed)
            print(f"  seed {seed}: {len(problems)} problems; files: {folder}\n  replay: {replay_command(options, seed)}", flush=True)
        elif not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"soak: {'failed with seeds ' + str(failed) if failed else 'whole'}")
    return 1 if failed else 0


sys.exit(main())
