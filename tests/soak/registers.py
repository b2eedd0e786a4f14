"""The register table of modules/plc/README.md, which a test holds against the code: addresses by name."""
import re
import struct

TEXT_WORDS = 16


class Table:
    def __init__(self, readme):
        self.fields = {}
        with open(readme, encoding="utf-8") as text:
            inside = False
            for line in text:
                if "registers: begin" in line or "registers: end" in line:
                    inside = "begin" in line
                found = re.match(r"\| (\d+)(?:\.(\d+))? \| (\w+) \| (\w+) \| (\w+) ", line) if inside else None
                if found:
                    address, bit, name, kind, direction = found.groups()
                    self.fields[name] = (int(address), None if bit is None else int(bit), kind, direction == "PLC")
        if "TriggerNumber" not in self.fields:
            raise ValueError(f"{readme} has no register table")
        self.words = max(address for address, *_ in self.fields.values()) + TEXT_WORDS + 2

    def get(self, registers, name):
        if name not in self.fields:
            return None
        address, bit, kind, _ = self.fields[name]
        if kind == "bit":
            return bool(registers[address] >> bit & 1)
        if kind == "u32":
            return registers[address] << 16 | registers[address + 1]
        if kind == "text":
            return struct.pack(">%dH" % TEXT_WORDS, *registers[address:address + TEXT_WORDS]).rstrip(b"\0").decode("latin1")
        return registers[address]

    def put(self, registers, name, value):
        address, bit, kind, _ = self.fields[name]
        if kind == "bit":
            registers[address] = registers[address] & ~(1 << bit) | (1 << bit if value else 0)
        elif kind == "u32":
            registers[address], registers[address + 1] = value >> 16 & 0xFFFF, value & 0xFFFF
        elif kind == "text":
            text = value.encode("latin1")[:2 * TEXT_WORDS].ljust(2 * TEXT_WORDS, b"\0")
            registers[address:address + TEXT_WORDS] = struct.unpack(">%dH" % TEXT_WORDS, text)
        else:
            registers[address] = value & 0xFFFF

    def guard(self, registers, number, guarded):
        """NOT (number XOR guarded word): see modules/plc/README.md."""
        return ~(self.get(registers, number) ^ registers[self.fields[guarded][0]]) & 0xFFFFFFFF
