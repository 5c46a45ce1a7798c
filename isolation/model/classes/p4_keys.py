"""P4: sessions of the backbone's own are authenticated, each by a key of its own."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

WITHOUT_KEY = FindingClass(
    id="P4 session-without-key",
    severities=always(Severity.RISK),
    title="A session of the backbone's without a key",
    meaning="The inventory asks for a key of this session (`authentication` in `network.yaml`), "
    "and the text has none.",
    why="Whoever is on the circuit, or can send packets with the neighbour's address, may speak "
    "with the router as if he were the neighbour.",
    remedy="Plan and apply the router: its text has the key. `egovnet keys list` says whether "
    "there is one.",
    sentence="{session} is not authenticated: the inventory has the key {key} for it",
)
KEY_OF_ANOTHER = FindingClass(
    id="P4 key-of-another-session",
    severities=always(Severity.RISK),
    title="A session with the key of another",
    meaning="The text gives a session the key that egovnet made for another one.",
    why="A key is known at both ends of its session. Whoever is at one of the two sessions can "
    "speak at the other: a customer as a router, or one region as another.",
    remedy="Plan and apply the router, and rotate the key that was used twice: `egovnet keys "
    "rotate`.",
    sentence="{session} has the key {key}, which is another session's",
)
