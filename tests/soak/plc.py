#!/usr/bin/env python3
"""A PLC on Modbus TCP as a process of its own: numbers parts, triggers them, gates them by the rules of modules/plc/README.md.

Everything that happens goes to stdout, a JSON line each, before the registers show it; commands come on stdin. The faults of
the line itself (doubled, lost and rushed triggers, a frozen heartbeat, a restart that forgets or that counts from 1) stand in the
script by the part's ordinal, so that a seed fixes them.
"""
import argparse
import json
import os
import random
import select
import socket
import struct
import sys
import time

from registers import Table

SCAN_S, BEAT_S, HEARTBEAT_TIMEOUT_S = 0.003, 0.05, 0.5


class Plc:
    def __init__(self, options):
        self.options, self.table = options, Table(options.registers)
        self.registers = [0] * self.table.words
        self.accepted = list(self.registers)  # the last word of the station whose PLC this is
        self.script = {int(ordinal): faults for ordinal, faults in json.loads(options.script).items()}
        self.random = random.Random(options.seed)
        self.ordinal, self.number, self.count = options.ordinal, options.first_number - 1, options.count
        self.passes, self.diverts, self.epoch = options.passes, options.diverts, options.epoch
        self.belt, self.clients, self.running = [], {}, True
        self.seen_beat, self.seen_beat_at, self.beat, self.next_beat = None, 0.0, 0, 0.0
        self.ready_once = options.ordinal > 0
        self.next_trigger, self.again_at, self.frozen_until = None, None, 0.0
        self.ack = self.taken = False
        self.ack_number = self.gate_number = self.delivered = 0
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.show()
        self.say(e="listening", port=self.listening.getsockname()[1])

    @staticmethod
    def say(**event):
        event["t"] = time.time()
        os.write(1, (json.dumps(event) + "\n").encode())

    # ---- the program: one scan

    def scan(self, now):
        if self.is_our_stations_word(now):
            self.accepted = list(self.registers)
            beat = self.table.get(self.registers, "StationHeartbeat")
            if beat != self.seen_beat:
                self.seen_beat_at = now if self.seen_beat is not None else 0.0
                self.seen_beat = beat
        get = lambda name: self.table.get(self.accepted, name)
        valid = get("ResultCheck") == self.table.guard(self.accepted, "ResultNumber", "ResultsReady")
        self.ready_once |= get("Ready")
        self.take_result(get, valid and get("ResultsReady"))
        self.run_gate(now, get("Error"))
        if self.again_at and now >= self.again_at:
            self.again_at, self.count = None, self.count + 1 & 0xFFFF
        self.run_triggers(now)
        if now >= self.next_beat:
            self.next_beat = now + BEAT_S
            self.beat += now >= self.frozen_until
        self.show()

    def identity(self, registers):
        return tuple(self.table.get(registers, name) for name in ("Epoch", "Instance", "StationId"))

    def is_our_stations_word(self, now):
        """One station a PLC: who took it over last; step 0 of modules/plc/st/lineguard_gate.st."""
        if "StationId" not in self.table.fields:
            return True
        found, owner = self.identity(self.registers), self.identity(self.accepted)
        check = self.table.get(self.registers, "IdentityCheck")
        if check != ~(found[0] ^ found[1]) & 0xFFFFFFFF and not (check == found[0] == found[1] == 0):
            return False
        if found == owner:
            return True
        owned, alive = any(owner), now - self.seen_beat_at <= HEARTBEAT_TIMEOUT_S
        later = found[0] != owner[0] and (found[0] - owner[0]) % (1 << 32) < 1 << 31
        if owned and alive and not later:
            return False
        if owned and found[2] != owner[2]:
            self.forget_results()
        self.seen_beat, self.seen_beat_at = None, 0.0
        return True

    def forget_results(self):
        self.ack = self.taken = False
        for part in self.belt:
            part["forgotten"], part["ok"], part["ng"] = True, False, False

    def take_result(self, get, results_ready):
        if not results_ready:
            self.ack = self.taken = False
        elif not self.ack:
            number, ok, ng = get("ResultNumber"), get("OK"), get("NG")
            self.ack, self.ack_number = True, number
            self.taken = self.bind(number, ok, ng, get("RecipeActive"))
            self.say(e="result", part=number, ok=ok, ng=ng, reason=get("Reason"), taken=self.taken, epoch=self.epoch)

    def bind(self, number, ok, ng, recipe):
        for part in self.belt:
            if part["part"] != number or part["forgotten"]:
                continue
            if ok == ng or (ok and part["ng"]) or (ok and self.options.recipe and recipe != self.options.recipe):
                return False
            part["ok"], part["ng"] = ok, ng
            return True
        return False

    def run_gate(self, now, error):
        while self.belt and self.belt[0]["due"] <= now:
            part = self.belt.pop(0)
            stale = now - self.seen_beat_at > HEARTBEAT_TIMEOUT_S
            cause = ("plc restarted" if part["forgotten"] else "ng" if part["ng"] else "stale heartbeat" if stale else
                     "station error" if error else "ok" if part["ok"] else "no result")
            self.gate(part["ordinal"], part["part"], cause)

    def gate(self, ordinal, number, cause):
        self.passes += cause == "ok"
        self.diverts += cause != "ok"
        self.gate_number = number
        self.say(e="gate", ordinal=ordinal, part=number, passed=cause == "ok", cause=cause, passes=self.passes,
                 diverts=self.diverts)

    def run_triggers(self, now):
        if not self.running or not self.ready_once:
            self.next_trigger = None
            return
        if self.next_trigger is None:
            self.next_trigger = now + 0.2
        if now < self.next_trigger:
            return
        self.ordinal, self.number = self.ordinal + 1, self.number + 1 & 0xFFFFFFFF
        faults = self.script.get(self.ordinal, [])
        rush = "rush" in self.script.get(self.ordinal + 1, [])
        gap = 0.005 if rush else self.random.uniform(0.7, 1.3) / self.options.rate
        self.next_trigger = max(self.next_trigger + gap, now)
        self.say(e="trigger", ordinal=self.ordinal, epoch=self.epoch, part=self.number, count=self.count + ("lose" not in faults),
                 shown="lose" not in faults)
        self.belt.append({"ordinal": self.ordinal, "part": self.number, "due": now + self.options.travel, "ok": False,
                          "ng": False, "forgotten": False})
        if "lose" not in faults:
            self.count = self.count + 1 & 0xFFFF
            self.shown_number = self.number
        if "double" in faults:
            self.again_at = now + 0.02
        if "freeze" in faults:
            self.frozen_until = now + 1.0
        if "forget" in faults or "anew" in faults:
            self.restart(anew="anew" in faults)

    shown_number = None

    def restart(self, anew):
        """Over a restart numbers and counts are kept (RETAIN), or lost with the battery; parts on the belt are diverted."""
        self.forget_results()
        self.accepted = [0] * self.table.words
        self.seen_beat, self.seen_beat_at = None, 0.0
        if anew:
            for part in self.belt:
                self.gate(part["ordinal"], part["part"], "plc restarted")
            self.belt, self.number, self.shown_number, self.count = [], 0, None, 0
            self.passes = self.diverts = self.gate_number = 0
            self.epoch += 1
            self.next_trigger += 0.5
        self.say(e="restart", anew=anew, epoch=self.epoch, ordinal=self.ordinal)
        for client in list(self.clients):
            self.drop(client)

    def show(self):
        put = lambda name, value: self.table.put(self.registers, name, value)
        put("TriggerNumber", self.number if self.shown_number is None else self.shown_number)
        put("TriggerCount", self.count)
        put("TriggerCheck", self.table.guard(self.registers, "TriggerNumber", "TriggerCount"))
        put("Ack", self.ack)
        put("ResultTaken", self.taken)
        put("LineRunning", self.running or bool(self.belt))
        put("PlcHeartbeat", self.beat)
        put("AckNumber", self.ack_number)
        put("GateNumber", self.gate_number)
        put("GatePassCount", self.passes)
        put("GateDivertCount", self.diverts)
        put("Serial", f"S{self.ordinal:06d}")
        put("Recipe", self.options.recipe)

    # ---- Modbus TCP

    def drop(self, client):
        self.clients.pop(client, None)
        client.close()

    def receive(self, client):
        try:
            data = client.recv(4096)
        except OSError:
            data = b""
        if not data:
            return self.drop(client)
        buffer = self.clients[client] + data
        while len(buffer) >= 8:
            transaction, protocol, length = struct.unpack(">HHH", buffer[:6])
            if protocol != 0 or not 2 <= length <= 254:
                return self.drop(client)
            if len(buffer) < 6 + length:
                break
            frame, buffer = buffer[6:6 + length], buffer[6 + length:]
            answer = frame[:1] + self.answer(frame[1], frame[2:])
            try:
                client.sendall(struct.pack(">HHH", transaction, 0, len(answer)) + answer)
            except OSError:
                return self.drop(client)
        if client in self.clients:
            self.clients[client] = buffer

    def answer(self, function, data):
        words = 1 if function == 6 else struct.unpack(">H", data[2:4])[0] if len(data) >= 4 else 0
        if function not in (3, 6, 16):
            return bytes([function | 0x80, 1])
        if len(data) < 4 or not 1 <= words <= 125 or (function == 16 and len(data) != 5 + 2 * words):
            return bytes([function | 0x80, 3])
        address = struct.unpack(">H", data[:2])[0]
        first_output = self.table.fields["ResultNumber"][0]
        if address + words > len(self.registers) or (function != 3 and address < first_output):
            return bytes([function | 0x80, 2])
        if function == 3:
            if address == 0 and self.shown_number is not None and self.delivered != (self.epoch, self.shown_number):
                self.delivered = (self.epoch, self.shown_number)
                self.say(e="delivered", epoch=self.epoch, part=self.shown_number)
            return struct.pack(">BB%dH" % words, 3, 2 * words, *self.registers[address:address + words])
        values = struct.unpack(">%dH" % words, data[2:4] if function == 6 else data[5:])
        self.registers[address:address + words] = values
        return bytes([function]) + data[:4]

    def command(self, line):
        if line == "end":
            self.running = False
        elif line == "quit":
            sys.exit(0)

    def serve(self):
        next_scan = time.monotonic()
        commands = b""
        while True:
            wait = max(0.0, next_scan - time.monotonic())
            ready, _, _ = select.select([0, self.listening, *self.clients], [], [], wait)
            for source in ready:
                if source == 0:
                    data = os.read(0, 4096)
                    if not data:
                        return
                    commands += data
                    *lines, commands = commands.split(b"\n")
                    for line in lines:
                        self.command(line.decode())
                elif source is self.listening:
                    client, _ = self.listening.accept()
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    client.settimeout(0.1)
                    self.clients[client] = b""
                elif source in self.clients:
                    self.receive(source)
            if time.monotonic() >= next_scan:
                self.scan(time.monotonic())
                next_scan = time.monotonic() + SCAN_S


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--registers", required=True)
    parser.add_argument("--rate", type=float, default=15)
    parser.add_argument("--travel", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recipe", default="")
    parser.add_argument("--script", default="{}")
    # What a PLC with a battery still knows when it comes back.
    parser.add_argument("--ordinal", type=int, default=0)
    parser.add_argument("--epoch", type=int, default=0)
    parser.add_argument("--first-number", type=int, default=1)
    parser.add_argument("--count", type=int, default=0, help="of triggers")
    parser.add_argument("--passes", type=int, default=0)
    parser.add_argument("--diverts", type=int, default=0)
    parser.add_argument("--left-on-belt", default="[]", help="[[ordinal, part], ...]: diverted at once")
    options = parser.parse_args()
    plc = Plc(options)
    for ordinal, part in json.loads(options.left_on_belt):
        plc.gate(ordinal, part, "plc restarted")
    plc.serve()


main()
