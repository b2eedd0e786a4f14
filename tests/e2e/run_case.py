#!/usr/bin/env python3
"""run_case.py CASE BIN_FOLDER SHARED_FOLDER: runs one end-to-end case in a folder of its own; README.md explains the format."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
WAIT_S = int(os.environ.get("LINEGUARD_E2E_WAIT_S", "60"))  # what a command may take


class Failure(Exception):
    pass


class Case:
    def __init__(self, file, bin_folder, shared, folder):
        self.file, self.folder = file, folder
        self.env = dict(os.environ, PATH=bin_folder + ":/usr/bin:/bin", LC_ALL="C.UTF-8")
        self.where, self.last, self.background, self.values = 0, None, {}, {"shared": shared, "cases": os.path.dirname(file)}
        self.unlooked = False  # a command whose exit code no line has asked for: expected to be 0

    def run(self):
        with open(self.file, encoding="utf-8") as lines:
            for self.where, line in enumerate(lines, 1):
                line = line.strip()
                if line and not line.startswith("#"):
                    self.step(self.fill_in(line))
        self.expect_done()

    def fill_in(self, line):
        return re.sub(r"\{(\w+)\}", lambda found: self.values.get(found.group(1), found.group(0)), line)

    def step(self, line):
        for pattern, action in self.STEPS:
            found = re.fullmatch(pattern, line)
            if found:
                return action(self, *found.groups())
        raise Failure("not a step: " + line)

    def command(self, text):
        self.expect_done()
        done = subprocess.run(["bash", "-c", text], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=WAIT_S, check=False)
        self.last = {"exit": done.returncode, "stdout": done.stdout.decode(errors="replace"),
                     "stderr": done.stderr.decode(errors="replace")}
        self.unlooked = True

    def expect_done(self):
        if self.unlooked:
            self.exit_code("0")

    def exit_code(self, code):
        self.unlooked = False
        if self.last["exit"] != int(code):
            raise Failure(f"exit {self.last['exit']}, expected {code}")

    def has(self, stream, absent, text):
        if (text in self.last[stream]) == bool(absent):
            raise Failure(f"{stream} {'has' if absent else 'lacks'}: {text}")

    def start(self, name, text):
        """Runs on until the case ends; {name} becomes the address after "listening on"."""
        self.expect_done()
        log = os.path.join(self.folder, name + ".log")
        with open(log, "wb") as out:
            process = subprocess.Popen(["bash", "-c", "exec " + text], cwd=self.folder, env=self.env,
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.background[name] = process
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            alive = process.poll() is None
            with open(log, encoding="utf-8", errors="replace") as lines:
                found = re.search(r"listening on (\S+)\n", lines.read())
            if found:
                self.values[name] = found.group(1)
                return
            if not alive:
                break
            time.sleep(0.02)
        with open(log, encoding="utf-8", errors="replace") as lines:
            raise Failure(f"{name} does not listen: {lines.read()}")

    def stop(self, name):
        process = self.background.pop(name)
        process.send_signal(signal.SIGTERM)
        self.last = {"exit": process.wait(WAIT_S), "stderr": "", "stdout": ""}
        with open(os.path.join(self.folder, name + ".log"), encoding="utf-8", errors="replace") as lines:
            self.last["stderr"] = lines.read()
        self.unlooked = True

    def file_is(self, name, absent, kind):
        path = os.path.join(self.folder, name)
        exists = os.path.exists(path)
        if kind == "exists" and exists == bool(absent):
            raise Failure(f"{name} {'exists' if exists else 'does not exist'}")
        if kind == "empty" and bool(os.listdir(path)) != bool(absent):
            raise Failure(f"{name} holds {os.listdir(path)}")

    def file_has(self, name, text):
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as lines:
            if text not in lines.read():
                raise Failure(f"{name} lacks: {text}")

    def needs(self, reason, text):
        """Skips the case, visibly, where the machine does not allow it."""
        if subprocess.run(["bash", "-c", text], cwd=self.folder, env=self.env, capture_output=True,
                          check=False).returncode != 0:
            print(f"SKIPPED: {reason}")
            sys.exit(SKIPPED)

    STEPS = [
        (r"\$ (.*)", command),
        (r"exit (\d+)", exit_code),
        (r"(stdout|stderr) (lacks|has) (.*)", lambda self, stream, how, text: self.has(stream, how == "lacks", text)),
        (r"start (\w+): (.*)", start),
        (r"stop (\w+)", stop),
        (r"file (\S+) has (.*)", file_has),
        (r"(?:file|folder) (\S+) (?:is (not )?(empty))", file_is),
        (r"(?:file|folder) (\S+) (exists)", lambda self, name, kind: self.file_is(name, "", kind)),
        (r"(?:file|folder) (\S+) is absent", lambda self, name: self.file_is(name, "not", "exists")),
        (r"needs ([^:]+): (.*)", needs),
    ]

    def close(self):
        for process in self.background.values():
            process.kill()
            process.wait()


def main():
    file, bin_folder, shared = (os.path.abspath(name) for name in sys.argv[1:4])
    folder = tempfile.mkdtemp(prefix="lineguard-e2e-")
    case = Case(file, bin_folder, shared, folder)
    try:
        case.run()
        return 0
    except (Failure, subprocess.TimeoutExpired, OSError) as failure:
        print(f"{file}:{case.where}: {failure}")
        for stream in ("stdout", "stderr"):
            if case.last and case.last[stream]:
                print(f"--- {stream} of the last command\n{case.last[stream]}")
        return 1
    finally:
        case.close()
        subprocess.run(["chmod", "-R", "u+rwX", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
