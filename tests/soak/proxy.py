"""TCP proxies between two processes that know where a message begins and ends, and do to it what bad networks do."""
import random
import re
import socket
import struct
import threading
import time


def take_modbus(buffer):
    """The first whole message and the rest; None where there is none yet."""
    if len(buffer) < 6:
        return None
    end = 6 + struct.unpack(">H", buffer[4:6])[0]
    return (buffer[:end], buffer[end:]) if len(buffer) >= end else None


def take_http(buffer):
    header = buffer.find(b"\r\n\r\n")
    if header < 0:
        return None
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", buffer[:header])
    end = header + 4 + (int(found.group(1)) if found else 0)
    return (buffer[:end], buffer[end:]) if len(buffer) >= end else None


class Proxy:
    """Listens on a port that stays; `target` (host, port) may change. Faults: `refuse`, `stall`, `delay_s`, `cut()`, and of the next
    messages of a direction ("request", "answer") those that `arm` names."""

    def __init__(self, take_message, seed):
        self.take_message, self.target = take_message, None
        self.random, self.lock = random.Random(seed), threading.Lock()
        self.refuse, self.stall, self.delay_s, self.split = False, False, 0.0, False
        self.armed = {"request": [], "answer": []}
        self.older = {"request": [], "answer": []}
        self.held = {"request": None, "answer": None}
        self.pairs, self.closed, self.forwarded = [], False, 0
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, direction, fault):
        with self.lock:
            self.armed[direction].append(fault)

    def heal(self):
        with self.lock:
            self.refuse, self.stall, self.delay_s, self.split = False, False, 0.0, False
            self.armed = {"request": [], "answer": []}

    def cut(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                close(end)

    def close(self):
        self.closed = True
        close(self.listening)
        self.cut()

    # ---- threads

    def accept(self):
        while not self.closed:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            try:
                if self.refuse or not self.target:
                    raise ConnectionRefusedError
                server = socket.create_connection(self.target, 5)
            except OSError:
                close(client)
                continue
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.pairs.append((client, server))
            threading.Thread(target=self.pump, args=(client, server, "request"), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, "answer"), daemon=True).start()

    def pump(self, source, sink, direction):
        buffer = b""
        try:
            while data := source.recv(65536):
                buffer += data
                while taken := self.take_message(buffer):
                    message, buffer = taken
                    self.forward(sink, direction, message)
                if len(buffer) > 1 << 20:
                    sink.sendall(buffer)
                    buffer = b""
        except OSError:
            pass
        close(source)
        close(sink)

    def forward(self, sink, direction, message):
        while self.stall and not self.closed:
            time.sleep(0.005)
        if self.delay_s:
            time.sleep(self.delay_s)
        with self.lock:
            fault = self.armed[direction].pop(0) if self.armed[direction] else None
            older = self.random.choice(self.older[direction]) if self.older[direction] else message
            self.older[direction] = (self.older[direction] + [message])[-8:]
        self.forwarded += 1
        if fault:
            getattr(self, "do_" + fault)(sink, direction, message, older)
        elif self.split:
            self.do_split(sink, direction, message, older)
        else:
            sink.sendall(message)

    # ---- faults of one message

    def do_double(self, sink, direction, message, older):
        sink.sendall(message)
        time.sleep(0.02)
        sink.sendall(message)

    def do_late(self, sink, direction, message, older):
        time.sleep(self.random.uniform(0.3, 2.0))
        sink.sendall(message)

    def do_replay(self, sink, direction, message, older):
        """An older message of this direction instead."""
        sink.sendall(self.as_now(message, older))

    def do_extra(self, sink, direction, message, older):
        """An older message of this direction before it."""
        sink.sendall(older + message)

    def do_swap(self, sink, direction, message, older):
        """Two messages of two connections change places; a lone one goes on after half a second."""
        with self.lock:
            partner, self.held[direction] = self.held[direction], None
            if not partner:
                mine = self.held[direction] = [sink, message, None]
                self.armed[direction].insert(0, "swap")
        if partner:
            partner[2] = message
            sink.sendall(self.as_now(message, partner[1]))
            return
        end = time.monotonic() + 0.5
        while mine[2] is None and time.monotonic() < end:
            time.sleep(0.005)
        with self.lock:
            if self.held[direction] is mine:
                self.held[direction] = None
                if self.armed[direction][:1] == ["swap"]:
                    self.armed[direction].pop(0)
        sink.sendall(mine[2] or message)

    def do_corrupt(self, sink, direction, message, older):
        at = self.random.randrange(len(message))
        flipped = message[at] ^ 1 << self.random.randrange(8)
        sink.sendall(message[:at] + bytes([flipped]) + message[at + 1:])

    def do_split(self, sink, direction, message, older):
        at = 0
        while at < len(message):
            length = self.random.randint(1, max(1, len(message) // 4))
            sink.sendall(message[at:at + length])
            at += length
            time.sleep(0.001)

    def do_cut(self, sink, direction, message, older):
        sink.sendall(message[:self.random.randrange(len(message))])
        raise ConnectionResetError

    def do_drop(self, sink, direction, message, older):
        pass

    def as_now(self, message, older):
        return older


class ModbusProxy(Proxy):
    """A replayed Modbus answer gets today's transaction number: a PLC's gateway that caches would do so."""

    def __init__(self, seed):
        super().__init__(take_modbus, seed)

    def as_now(self, message, older):
        return message[:2] + older[2:] if self.random.random() < 0.5 else older


class HttpProxy(Proxy):
    def __init__(self, seed):
        super().__init__(take_http, seed)


def close(end):
    for action in (lambda: end.shutdown(socket.SHUT_RDWR), end.close):
        try:
            action()
        except OSError:
            pass
