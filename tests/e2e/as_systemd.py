#!/usr/bin/env python3
"""as_systemd.py UNIT [--replace OLD=NEW]... [--hang]: runs a unit's ExecStart as systemd would, where there is no systemd: with a
notify socket and a watchdog. Says what it heard; exit 1 where the service is not ready, silent while it should be alive, or does not stop."""
import argparse
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

WAIT_S = int(os.environ.get("LINEGUARD_E2E_WAIT_S", "60"))
PATIENCE_S = 3  # instead of the unit's WatchdogSec, to be done sooner


def unit_of(path):
    with open(path, encoding="utf-8") as lines:
        pairs = [line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return dict(pairs)


class Service:
    def __init__(self, command, folder):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(folder, f"notify{time.monotonic_ns()}")
        self.socket.bind(path)
        environment = dict(os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC=str(PATIENCE_S * 1000000))
        environment.pop("WATCHDOG_PID", None)
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)

    def hear(self, what, within_s):
        """The message that has `what` in it; None: it did not come."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                message = self.socket.recv(4096).decode()
            except socket.timeout:
                break
            if what in message:
                return message
        return None

    def expect(self, what, within_s=WAIT_S):
        message = self.hear(what, within_s)
        if message is None:
            self.process.kill()
            sys.exit(f"as_systemd: {what} was not heard within {within_s} s, the process ended with {self.process.poll()}")
        return message

    def drain(self):
        while self.hear("", 0.05):
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("unit")
    parser.add_argument("--replace", action="append", default=[])
    parser.add_argument("--hang", action="store_true")
    options = parser.parse_args()
    unit = unit_of(options.unit)
    for key, value in (("Type", "notify"), ("Restart", "always")):
        if unit.get(key) != value:
            sys.exit(f"as_systemd: {options.unit}: {key} is {unit.get(key)}, expected {value}")
    if float(unit.get("WatchdogSec", "0")) <= 0:
        sys.exit(f"as_systemd: {options.unit}: no WatchdogSec")
    text = unit["ExecStart"]
    for pair in options.replace:
        old, new = pair.split("=", 1)
        if old not in text:
            sys.exit(f"as_systemd: {options.unit}: ExecStart has no {old}")
        text = text.replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(shlex.split(text), folder)
        print("ready:", service.expect("READY=1").split("STATUS=")[-1], flush=True)
        service.expect("WATCHDOG=1")
        service.expect("WATCHDOG=1", PATIENCE_S * 4)
        print("alive", flush=True)
        if options.hang:
            service.process.send_signal(signal.SIGSTOP)
            service.drain()
            if service.hear("WATCHDOG=1", PATIENCE_S):
                sys.exit("as_systemd: a stopped process said that it lives")
            service.process.kill()  # what systemd does then
            service.process.wait()
            print("silent while it hangs: killed, started again", flush=True)
            service = Service(shlex.split(text), folder)
            service.expect("READY=1")
            print("ready again", flush=True)
        service.process.send_signal(signal.SIGTERM)
        service.expect("STOPPING=1")
        code = service.process.wait(float(unit["TimeoutStopSec"]))
        print("stopped, exit", code, flush=True)
        sys.exit(0 if code == 0 else 1)


main()
