"""Processes that a soak starts, kills, stops and supervises."""
import os
import re
import resource
import signal
import subprocess
import time


class NotStarted(Exception):
    pass


class Process:
    """One process with its own log. `killed` tells an end that the soak caused from one that it did not."""

    def __init__(self, name, command, log, stderr=None, file_size_limit=None, **options):
        self.name, self.log, self.killed, self.stopped = name, log, False, False
        self.log_start = os.path.getsize(log) if os.path.exists(log) else 0

        def limit():
            if file_size_limit is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_size_limit, file_size_limit))

        with open(log, "ab") as out:
            self.process = subprocess.Popen(command, stdin=options.pop("stdin", subprocess.DEVNULL),
                                            stdout=options.pop("stdout", out), stderr=stderr or out, preexec_fn=limit, **options)

    def alive(self):
        return self.process.poll() is None

    def send(self, number):
        if self.alive():
            self.process.send_signal(number)

    def kill(self):
        self.killed = True
        self.send(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.stopped = True
        self.send(signal.SIGSTOP)

    def go_on(self):
        self.stopped = False
        self.send(signal.SIGCONT)

    def terminate(self, wait_s=20):
        """SIGTERM; its exit code, or None where it had to be killed."""
        self.killed = True
        self.go_on()
        self.send(signal.SIGTERM)
        try:
            return self.process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def crashed(self):
        """Ended by a signal that the soak did not send."""
        return not self.killed and not self.alive() and self.process.returncode < 0

    def peak_memory_mb(self):
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii", errors="replace") as text:
                return int(re.search(r"VmHWM:\s+(\d+)", text.read()).group(1)) // 1024
        except (OSError, AttributeError):
            return 0

    def log_text(self):
        with open(self.log, "rb") as text:
            text.seek(self.log_start)
            return text.read().decode(errors="replace")

    def wait_for(self, pattern, wait_s=60):
        end = time.monotonic() + wait_s
        while time.monotonic() < end:
            ended = not self.alive()
            found = re.search(pattern, self.log_text())
            if found:
                return found.group(1)
            if ended:
                break
            time.sleep(0.02)
        raise NotStarted(f"{self.name}: no \"{pattern}\" in {self.log}: {self.log_text()[-300:].strip()}")
