"""Everything random in a night, drawn from its seed: dice for each concern, so that one does not disturb another."""

from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What may go wrong in a night. Each night has some of them, and some nights have none."""

    ANSWER_LOST = "a commit's answer is lost"
    STORE_AWAY = "the store is away"
    STORE_BUSY = "the store is busy"
    STORE_SLOW = "the store is slow"
    STORE_EDITED = "somebody edits the store"
    FACT_LOST = "a fact is lost"
    FACT_DOUBLED = "a fact comes twice"
    FACT_LATE = "a fact comes late"
    FACTS_MIXED = "facts come in another order"
    PUBLISH_FAILS = "an attempt cannot be published"
    SPAWN_FAILS = "a shim cannot be started"
    SHIM_UNFIT = "a shim cannot prepare"
    SHIM_KILLED = "a shim is killed"
    SHIM_STOPPED = "a shim is stopped for long"
    RECORD_LATE = "an exit record comes late"
    RUNTIME_KILLED = "a runtime is killed"
    RUNTIME_FROZEN = "a runtime stands still"
    RUNTIME_STOPPED = "a runtime is told to stop"
    RUNTIME_STARVED = "a runtime gets no turn for long"
    CLOCK_STEPS = "the wall clock is set"
    REBOOT = "a host restarts"
    BAD_REQUESTS = "requests are late, doubled, forged or out of turn"
    RIGHTS_CHANGE = "rights are taken and given"
    DEFINITIONS_CHANGE = "definitions change"


class Topic(StrEnum):
    """What a night may be about beside the clock, its people and its faults. Each is drawn by itself."""

    GROUPS = "conditions stand in groups"
    LOOK_BACKS = "an end counts only while it is young"
    MILESTONES = "tasks say how far they are"
    EVENTS = "events are posted"
    FILES = "files come and go"
    DOWNTIME = "nothing runs for hours or days"
    ONCE = "one run a date is enough"
    CYCLES = "processes go round"
    FOLLOWERS = "tasks, failures and milestones order runs"
    GATES = "people lift gates of any kind"
    DATES = "people order runs of other dates"


Part = Fault | Topic
"""What can be left out of a night."""
PARTS: dict[str, Part] = {part.name: part for part in (*Fault, *Topic)}
_SHARE_OF_TOPICS = 1 / 3
SHARES = (0.0, 0.15, 0.35, 0.7)
"""How many of the faults a night has: few make long quiet nights, many make wild ones."""


class Chance:
    """The dice of one night. While it is `calm` no fault strikes."""

    def __init__(self, seed: int, without: frozenset[Part] = frozenset()) -> None:
        self.seed = seed
        self.calm = False
        self._streams: dict[str, Random] = {}
        swarm = self.stream("faults")
        share = swarm.choice(SHARES)
        self.faults = frozenset(fault for fault in Fault if swarm.random() < share) - without
        drawn = {topic: self.apart(f"topic {topic.name}").random() for topic in Topic}
        self.topics = frozenset(topic for topic, dice in drawn.items() if dice < _SHARE_OF_TOPICS) - without

    def stream(self, name: str) -> Random:
        """The dice of one concern."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = self.apart(name)
        return found

    def apart(self, name: str) -> Random:
        """Fresh dice that always fall the same for that name."""
        return Random(f"{self.seed}/{name}")  # noqa: S311 a simulation must be repeatable

    def has(self, fault: Fault) -> bool:
        return fault in self.faults and not self.calm

    def about(self, *topics: Topic) -> bool:
        """Whether a night is about one of these."""
        return not self.topics.isdisjoint(topics)

    def strikes(self, fault: Fault, share: float, dice: Random | None = None) -> bool:
        """Whether a fault strikes now. The dice are thrown in any case, so that one fault less changes little."""
        thrown = (dice or self.stream(fault)).random()
        return thrown < share and self.has(fault)
