"""After a soak: what the PLC's log, the record, the metrics and the status say, held against each other and against the truth."""
import bisect
import collections
import datetime
import json
import re
import subprocess

from line import RECORD

DECIDING = ("decided", "revised", "decided_range")
MISSED = ("station down", "sequence lost")
SAME_SCORE = 1e-4      # of the golden scores' spread: the design's promise for one CPU type
CLOCK_SLACK_S = 0.01   # both clocks are this machine's; the record's has milliseconds
GRACE_S = 0.5          # a harmed record shows at the next write
LONGEST_RANGE = 100_000


def seconds_of(utc):
    return datetime.datetime.fromisoformat(utc.replace("Z", "+00:00")).timestamp()


class Reconciliation:
    def __init__(self, line):
        self.line, self.problems = line, []
        self.parts = {}                                # ordinal -> what is known of that part
        self.by_number = collections.defaultdict(list)  # number -> [(trigger's time, ordinal)]
        for event in line.plc_log:
            self.read_plc(event)
        self.events = self.payloads(line.read_record())
        self.others = [self.payloads(self.read_other(other["record"])) for other in line.others if other["record"] != RECORD]
        self.unseen = self.excused = 0

    def read_other(self, name):
        try:
            return self.line.read_record(name)
        except Exception:  # refused before it made a record
            return []

    @staticmethod
    def payloads(events):
        for event in events:
            event["p"] = json.loads(event["payload"])
            event["at"] = seconds_of(event["utc"])
        return events

    def read_plc(self, event):
        if event["e"] == "trigger":
            part = {"number": event["part"], "ordinal": event["ordinal"], "epoch": event["epoch"], "t": event["t"],
                    "picture": self.line.picture_of(event["part"]), "passed": False, "cause": "PLC dead", "decided": [], "elsewhere": [],
                    "gated": None}
            self.parts[event["ordinal"]] = part
            self.by_number[event["part"]].append((event["t"], event["ordinal"]))
        elif event["e"] == "gate" and event["ordinal"] in self.parts:
            self.parts[event["ordinal"]].update(passed=event["passed"], cause=event["cause"], gated=event["t"])

    def problem(self, text):
        self.problems.append(text)

    # ---- the record's decisions, part by part

    def part_at(self, number, at):
        """The part with that number whose trigger is the newest before `at`."""
        given = self.by_number.get(number, [])
        index = bisect.bisect_right(given, (at + CLOCK_SLACK_S, 1 << 62)) - 1
        return self.parts[given[index][1]] if index >= 0 else None

    @staticmethod
    def numbers_of(event):
        payload = event["p"]
        if event["part"] is not None and "first" not in payload:
            return [event["part"]]
        length = payload["last"] - payload["first"] & 0xFFFFFFFF
        return [payload["first"] + i & 0xFFFFFFFF for i in range(min(length, LONGEST_RANGE) + 1)]

    def assign(self, events, where):
        for event in events:
            if event["kind"] not in DECIDING:
                continue
            phantoms = []
            for number in self.numbers_of(event):
                part = self.part_at(number, event["at"])
                if part:
                    part[where].append(event)
                else:
                    phantoms.append(number)
            if phantoms and where == "decided":
                self.problem(f"event {event['sequence']} ({event['kind']}, {event['p'].get('reason')}) decides {len(phantoms)} "
                             f"numbers that the PLC never gave: {phantoms[:4]}")

    def check_decisions(self):
        self.assign(self.events, "decided")
        for events in self.others:
            self.assign(events, "elsewhere")
        for part in self.parts.values():
            first = [event for event in part["decided"] if event["kind"] != "revised"]
            if not first and not part["elsewhere"]:
                self.check_undecided(part)
            elif len(first) > 1:
                told = [(event["sequence"], event["p"].get("outcome"), event["p"].get("reason")) for event in first]
                self.problem(f"part {self.name(part)} was decided {len(first)} times: {told}")
            self.check_elsewhere(part)

    def check_elsewhere(self, part):
        """What one station inspected, another did not see; it may say that it missed the number."""
        inspected = [event for event in part["decided"] + part["elsewhere"]
                     if event["kind"] == "decided" and event["p"].get("reason") not in MISSED]
        if part["elsewhere"] and len(inspected) > 1:
            told = [(event["p"].get("outcome"), event["p"].get("reason")) for event in inspected]
            self.problem(f"part {self.name(part)} was decided by two stations: {told}")

    def check_undecided(self, part):
        """Nobody can know a number that the PLC forgot before anybody read it."""
        self.unseen += 1
        anew = [event for event in self.line.plc_log if event["e"] == "restart" and event["anew"] and event["epoch"] == part["epoch"] + 1]
        if (anew and self.nobody_looked(part["t"], anew[0]["t"])) or self.hidden_by_an_overlap(part):
            self.excused += 1
        else:
            self.problem(f"part {self.name(part)} has no decision")

    def nobody_looked(self, since, until):
        looked = until - 0.4
        for start, end, what in self.line.disturbances:
            if what in ("station", "plc link", "record", "plc") and start - 0.4 <= until and end + 2.0 >= looked:
                looked = min(looked, start - 0.4)
        return since >= looked

    def hidden_by_an_overlap(self, part):
        """docs/safety.md: while another station ran the PLC (the record's epochs have a hole), a new count went further than
        the number that this record knew. Only numbers between its last decision and its next start, of these two counts."""
        for restart in self.line.plc_log:
            if restart["e"] != "restart" or not restart["anew"] or part["epoch"] not in (restart["epoch"] - 1, restart["epoch"]):
                continue
            before = [event for event in self.events if event["at"] < restart["t"]]
            starts = [event for event in before if event["kind"] == "station_started"]
            after = next((event for event in self.events if event["at"] >= restart["t"] and event["kind"] == "station_started"), None)
            if not starts or not after or after["p"]["epoch"] <= starts[-1]["p"]["epoch"] + 1:
                continue
            decided = [event for event in before if event["kind"] in DECIDING]
            known = max((number for event in decided for number in self.numbers_of(event)), default=0)
            since = decided[-1]["at"] - 0.4 if decided else starts[0]["at"]
            if after["p"]["plc_counts"]["number"] > known and since <= part["t"] <= after["at"]:
                return True
        return False

    @staticmethod
    def name(part):
        return f"{part['number']} (ordinal {part['ordinal']}, count {part['epoch']})"

    # ---- what passed

    def check_passes(self):
        for part in self.parts.values():
            if part["passed"]:
                self.check_pass(part)

    def check_pass(self, part):
        line = self.line
        if not line.may_pass(part["picture"]):
            self.problem(f"DEFECTIVE part {self.name(part)} passed: score {line.scores[part['picture']]}, {part['picture']}")
        effective = (part["elsewhere"] or part["decided"])[-1:]
        for candidates in (part["decided"], part["elsewhere"]):
            if candidates and candidates[-1]["p"].get("outcome") == "pass":
                effective = candidates[-1:]
        if not effective or effective[0]["p"].get("outcome") != "pass" or effective[0]["p"].get("reason") != "good":
            found = effective[0]["p"].get("reason") if effective else "nothing"
            self.problem(f"part {self.name(part)} passed the gate, its record says: {found}")
        for start, end in line.harmed:
            if start + GRACE_S < part["t"] < (end or 1e18) and not part["elsewhere"]:
                self.problem(f"part {self.name(part)} passed although the record was not where it should be")

    def check_predictions(self):
        """Every prediction that was recorded is the one of its own part's picture."""
        line = self.line
        spread = line.band / SAME_SCORE
        for part in self.parts.values():
            for event in part["decided"] + part["elsewhere"]:
                prediction, picture = event["p"].get("prediction"), event["p"].get("picture")
                if picture and line.path(picture) != part["picture"]:
                    self.problem(f"part {self.name(part)}: the record names {picture}, the camera saw {part['picture']}")
                if prediction and prediction.get("score") is not None and \
                        abs(prediction["score"] - line.scores[part["picture"]]) > max(SAME_SCORE * spread, 1e-3):
                    self.problem(f"part {self.name(part)}: recorded score {prediction['score']}, its picture's is "
                                 f"{line.scores[part['picture']]} (event {event['sequence']}, {event['p'].get('outcome')})")

    # ---- gate and record

    def check_gate(self):
        told = self.parts_told()
        for part in self.parts.values():
            recorded = part["decided"] and part["decided"][-1]["p"].get("outcome") == "pass"
            if recorded and not part["passed"] and part["number"] not in told:
                self.problem(f"part {self.name(part)} is recorded as pass, the gate diverted it ({part['cause']}), no event tells")

    def parts_told(self):
        told = set()
        for event in self.events:
            if event["kind"] in DECIDING or not re.search("output|gate", event["kind"]):
                continue
            payload = event["p"]
            if event["part"] is not None:
                told.add(event["part"])
            told.update(part for part in payload.get("parts", []) if isinstance(part, int))
            within = payload.get("within", {})
            if isinstance(within.get("first"), int) and isinstance(within.get("last"), int):
                told.update(range(within["first"], min(within["last"], within["first"] + LONGEST_RANGE) + 1))
        return told

    # ---- the record itself

    def check_durable(self):
        now = {event["sequence"]: event["hash"] for event in self.events}
        lost = [sequence for sequence, known in self.line.seen_events.items() if now.get(sequence) != known]
        if lost:
            self.problem(f"{len(lost)} events that were durable are gone or changed: {sorted(lost)[:5]}")

    def check_by_command(self):
        line = self.line
        done = subprocess.run([line.options.lineguard, "records", "verify", RECORD, "--key", "station.key.pub"], cwd=line.folder,
                              capture_output=True, text=True, check=False, timeout=300)
        said = (done.stdout + done.stderr).strip()[:600]
        line.notes.append(f"records verify: exit {done.returncode}: {said}")
        if done.returncode != 0:
            self.problem(f"records verify: exit {done.returncode}: {said}")

    # ---- the last station's own counts

    def check_counts(self, status, metrics, since):
        counts = collections.Counter()
        decisions = {}
        for event in self.events:
            if event["sequence"] > since and event["kind"] in DECIDING:
                for number in self.numbers_of(event):
                    key = (number, self.part_at(number, event["at"]) and self.part_at(number, event["at"])["ordinal"])
                    decisions[key] = event["p"]["outcome"]
        counts.update(decisions.values())
        recorded = {"passed": counts["pass"], "diverted": counts["divert"]}
        said = {"passed": status["parts"]["passed"], "diverted": status["parts"]["diverted"]}
        measured = {"passed": 0, "diverted": 0}
        for outcome, value in re.findall(r'lineguard_station_decisions_total\{[^}]*outcome="(\w+)"[^}]*\} (\S+)', metrics):
            measured["passed" if outcome == "pass" else "diverted"] += int(float(value))
        if not recorded == said == measured:
            self.problem(f"of the last run since event {since}: record {recorded}, status {said}, metrics {measured}")

    def run(self, status, metrics, since):
        self.check_decisions()
        self.check_passes()
        self.check_predictions()
        self.check_gate()
        self.check_durable()
        if status:
            self.check_counts(status, metrics, since)
        self.check_by_command()
        return self.problems

    def summary(self):
        parts = self.parts.values()
        reasons = collections.Counter(part["decided"][-1]["p"].get("reason") for part in parts if part["decided"])
        return (f"parts {len(self.parts)}: passed {sum(part['passed'] for part in parts)}, decided by reason {dict(reasons)}, "
                f"unknowable {self.excused}, events {len(self.events)}")
