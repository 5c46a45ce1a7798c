"""What each attacker sends, and that nobody acts upon it: one case a field, both directions.

There are three: one who carries the messages (a broker, whoever is on the way), one who has some
key that others trust (a worker of another region, another controller), and the worker that was
asked itself, which can say what it likes of its own routers and of nothing else.
"""

import base64
import pickle
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.tasks.runners.wire import messages, signed, strict_json
from egovnet.tasks.runners.wire.conversation import Conversation
from egovnet.tasks.runners.wire.form import FormError
from egovnet.tasks.runners.wire.key_pair import KeyPair
from egovnet.tasks.runners.wire.messages import Answer, Claim, Message, Order, Ticket
from egovnet.tasks.runners.wire.own_tasks import OWN_TASKS
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.task_form import Done
from egovnet.tasks.runners.wire.trusted_keys import Party
from egovnet.tasks.runners.wire.worker_side import WorkerSide
from tests.hypothesis_profiles import examples
from tests.tasks.runners.wire.parties import (
    ARGUMENTS,
    CENTRE,
    GUANGDONG,
    HOST,
    NETWORK,
    OTHER_CENTRE,
    REGION,
    RESULT,
    SHANGHAI,
    STRANGER,
    TRUSTED,
    Exchange,
    party,
)

#: What no key of the wrong kind, network, run, ... may do: message -> (how far it came, who hears).
Hears = Callable[[Exchange, str], object]
HEARING: dict[str, tuple[Callable[[Exchange], Exchange], Hears]] = {
    "ticket": (Exchange.to_ticket, lambda it, text: it.worker.errand(text, TRUSTED)),
    "claim": (Exchange.to_claim, lambda it, text: it.accept(text)),
    "order": (Exchange.to_order, lambda it, text: it.obey(text)),
    "answer": (Exchange.to_answer, lambda it, text: it.controller.read_answer(text, TRUSTED)),
}
EACH = pytest.mark.parametrize("kind", HEARING)


def come_to(kind: str) -> tuple[Exchange, str, Hears]:
    """An exchange whose message of this kind is on its way; the message; who hears it."""
    come, hears = HEARING[kind]
    exchange = come(Exchange())
    return exchange, getattr(exchange, kind), hears


def head(exchange: Exchange, kind: str) -> Message:
    """The message itself, as its receiver would read it."""
    text = getattr(exchange, kind)
    if kind == "ticket":
        return messages.read(Ticket, text, TRUSTED.controllers)[1]
    if kind == "claim":
        return messages.read(Claim, text, TRUSTED.workers)[1]
    if kind == "order":
        return messages.read_sealed(Order, text, TRUSTED.controllers, GUANGDONG)[1]
    return messages.read_sealed(Answer, text, TRUSTED.workers, CENTRE)[1]


def signed_again(message: Message, own: KeyPair, receiver: Any = None) -> str:  # noqa: ANN401 -- a public key
    """A message by somebody who has `own`."""
    if isinstance(message, Order):
        return messages.written_sealed(message, ARGUMENTS, own, receiver or GUANGDONG.public)
    if isinstance(message, Answer):
        return messages.written_sealed(message, RESULT, own, receiver or CENTRE.public)
    return messages.written(message, own)


@EACH
def test_what_nobody_touched_is_acted_upon(kind: str) -> None:
    exchange, text, hears = come_to(kind)
    hears(exchange, text)


def test_what_an_answer_says_arrives() -> None:
    exchange, text, hears = come_to("answer")
    form = OWN_TASKS.named("restore_lines")
    assert form is not None
    assert form.read_result(hears(exchange, text)) == Done("a text\n", False, "")


# -- who carries the messages --------------------------------------------------------------------


@EACH
@examples(60)
@given(
    place=st.floats(0, 1, exclude_max=True),
    letters=st.lists(st.sampled_from("Aa0_-.é\n"), min_size=2, max_size=2, unique=True),
)
def test_any_letter_altered_on_the_way(kind: str, place: float, letters: list[str]) -> None:
    exchange, text, hears = come_to(kind)
    at = int(place * len(text))
    letter = letters[letters[0] == text[at]]
    altered = text[:at] + letter + text[at + 1 :]
    same = [_octets(part) for part in altered.split(".")] == [
        _octets(part) for part in text.split(".")
    ]
    if same:
        return  # the last letter of base64 has bits that mean nothing
    with pytest.raises(RefusedError):
        hears(exchange, altered)


def _octets(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return part.encode(errors="replace")


@EACH
@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "{}",
        '{"run": "run1"}',
        "é" * 10,
        "\ud800",
        "A" * 100_000,
        base64.b64encode(pickle.dumps({"a": 1})).decode(),
        pickle.dumps({"a": 1}).decode("latin-1"),
        f"{GUANGDONG.public.name}.{base64.urlsafe_b64encode(pickle.dumps(0)).decode()}.{'A' * 86}",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_message(kind: str, text: str) -> None:
    exchange, _, hears = come_to(kind)
    with pytest.raises(RefusedError):
        hears(exchange, text)


@EACH
def test_a_message_that_is_too_long(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange, text, hears = come_to(kind)
    monkeypatch.setattr(signed, "_MOST", 100)
    with pytest.raises(RefusedError, match=r"^is longer than"):
        hears(exchange, text)


@EACH
def test_a_message_that_comes_twice(kind: str) -> None:
    exchange, text, hears = come_to(kind)
    hears(exchange, text)
    if kind == "order":
        return  # a worker listens for one order to each claim, and to no second (test_broker)
    with pytest.raises(RefusedError, match=r"comes twice|comes before there was an order"):
        hears(exchange, text)


@EACH
@pytest.mark.parametrize("other", HEARING)
def test_a_message_that_is_given_out_for_another(kind: str, other: str) -> None:
    if kind == other:
        return
    exchange, _, hears = come_to(kind)
    with pytest.raises(RefusedError):
        hears(exchange, getattr(Exchange().to_answer(), other))


@pytest.mark.parametrize("kind", ["claim", "order", "answer"])
def test_a_message_of_an_earlier_run(kind: str) -> None:
    """Kept by who carries it, and given to the same parties when they do the same once more."""
    kept = getattr(Exchange().to_answer(), kind)
    exchange, _, hears = come_to(kind)
    with pytest.raises(RefusedError, match=r"^is for another (ticket|claim|order)"):
        hears(exchange, kept)


def test_an_old_order_finds_no_claim_after_a_restart() -> None:
    """A worker that forgot everything acts on what answers its own new claim only."""
    before = Exchange().to_order()
    after = Exchange()
    after.errand = after.worker.errand(before.ticket, TRUSTED)  # the ticket was kept as well
    with pytest.raises(RefusedError, match=r"^is for another claim"):
        after.obey(before.order)


def test_an_old_claim_gets_no_order_of_a_later_fence() -> None:
    exchange = Exchange().to_claim()
    exchange.controller.begin_again()
    with pytest.raises(RefusedError, match=r"^is for another fence: 1, not 3$"):
        exchange.accept(exchange.claim)


def test_an_answer_of_a_fence_that_is_over() -> None:
    exchange = Exchange().to_answer()
    exchange.controller.begin_again()
    with pytest.raises(RefusedError, match=r"^comes before there was an order$"):
        exchange.controller.read_answer(exchange.answer, TRUSTED)
    again = Exchange(exchange.controller).to_order()
    with pytest.raises(RefusedError, match=r"^is for another fence: 1, not 3$"):
        again.controller.read_answer(exchange.answer, TRUSTED)


def test_two_workers_with_one_ticket_get_one_order() -> None:
    exchange = Exchange().to_order()
    second = WorkerSide(GUANGDONG, NETWORK, [REGION], exchange.worker.tasks, "gd:2")
    claim = second.claim(second.errand(exchange.ticket, TRUSTED))
    with pytest.raises(RefusedError, match=r"^comes when worker gd-1 .* has the order$"):
        exchange.accept(claim)


# -- who has some key ----------------------------------------------------------------------------

#: Message -> keys that others trust, or not, and what is said of them.
IMPOSTORS = [
    ("ticket", STRANGER, "is signed with key .*, which may not say that"),
    ("ticket", GUANGDONG, "is signed with key .*, which may not say that"),
    ("claim", STRANGER, "is signed with key .*, which may not say that"),
    ("claim", CENTRE, "is signed with key .*, which may not say that"),
    ("claim", SHANGHAI, "is for region guangdong, and the worker answers for shanghai"),
    ("order", STRANGER, "is signed with key .*, which may not say that"),
    ("order", SHANGHAI, "is signed with key .*, which may not say that"),
    ("order", OTHER_CENTRE, "is signed with key .*, which may not say that"),
    ("answer", STRANGER, "is signed with key .*, which may not say that"),
    ("answer", CENTRE, "is signed with key .*, which may not say that"),
    ("answer", SHANGHAI, r"is of worker sh-1 .*, and gd-1 .* was asked"),
]


@pytest.mark.parametrize(("kind", "key", "why"), IMPOSTORS, ids=lambda v: str(v)[:12])
def test_a_message_by_somebody_else(kind: str, key: KeyPair, why: str) -> None:
    exchange, _, hears = come_to(kind)
    with pytest.raises(RefusedError, match=f"^{why}$"):
        hears(exchange, signed_again(head(exchange, kind), key))


@pytest.mark.parametrize("kind", ["order", "answer"])
def test_a_signature_put_on_what_another_sealed(kind: str) -> None:
    """Who cannot read it passes it off as his own."""
    _, text, _ = come_to(kind)
    payload = _octets(text.split(".")[1])
    thief, kind_of = (OTHER_CENTRE, Order) if kind == "order" else (SHANGHAI, Answer)
    stolen = signed.signed(kind, payload, thief)
    own = GUANGDONG if kind == "order" else CENTRE
    anybody = {**TRUSTED.controllers, **TRUSTED.workers}
    with pytest.raises(RefusedError, match=r"^is not sealed to key"):
        messages.read_sealed(kind_of, stolen, anybody, own)


@pytest.mark.parametrize("kind", ["order", "answer"])
def test_others_cannot_read_what_is_sealed(kind: str) -> None:
    _, text, _ = come_to(kind)
    kind_of: Any = Order if kind == "order" else Answer
    anybody = {**TRUSTED.controllers, **TRUSTED.workers}
    for key in (SHANGHAI, OTHER_CENTRE, STRANGER):
        with pytest.raises(RefusedError, match=f"^is not sealed to key {key.public.name}$"):
            messages.read_sealed(kind_of, text, anybody, key)
    assert b"hostname" not in _octets(text.split(".")[1])
    assert b"a text" not in _octets(text.split(".")[1])


@pytest.mark.parametrize("low", [bytes(32), b"\1" + bytes(31)])
def test_a_seal_without_a_secret(low: bytes) -> None:
    """X25519 keys of low order give everybody the same shared secret."""
    exchange = Exchange().to_order()
    with pytest.raises(RefusedError, match=r"^is not sealed to key"):
        exchange.obey(signed.signed("order", low + bytes(40), CENTRE))


# -- who was asked, and lies ---------------------------------------------------------------------

#: Message -> fields that a receiver holds against what it knows; others are the sender's to say.
BOUND = {
    "ticket": ["network"],
    "claim": ["network", "run", "task", "fence", "ticket", "ticket_made"],
    "order": ["network", "run", "host", "task", "fence", "claim", "claim_made"],
    "answer": ["network", "run", "host", "task", "fence", "order", "order_made"],
}
SIGNERS = {"ticket": CENTRE, "claim": GUANGDONG, "order": CENTRE, "answer": GUANGDONG}


def tampered(message: Message, field: str) -> Message:
    """With another value in one field."""
    holder: Any = message if hasattr(message, field) else message.bound
    value = getattr(holder, field)
    other = value + 1 if isinstance(value, int | float) else f"{value}0"
    changed = replace(holder, **{field: other})
    return changed if holder is message else replace(message, bound=changed)


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind, fields in BOUND.items() for field in fields]
)
def test_each_binding_that_differs_is_refused(kind: str, field: str) -> None:
    exchange, _, hears = come_to(kind)
    text = signed_again(tampered(head(exchange, kind), field), SIGNERS[kind])
    word = field.removesuffix("_made") if not field.endswith("_made") else "time"
    with pytest.raises(RefusedError, match=f"^is for another {word}"):
        hears(exchange, text)


def test_a_claim_for_another_host_is_that_host_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller finds the conversation by the host; there, the ticket is another."""
    exchange = Exchange().to_claim()
    other = Conversation(CENTRE, NETWORK, "run1", "gd-pe1", REGION, "restore_lines")
    other.ticket()
    claim = tampered(head(exchange, "claim"), "host")
    who, read = Conversation.read_claim(
        signed_again(replace(claim, bound=replace(claim.bound, host="gd-pe1")), GUANGDONG), TRUSTED
    )
    with pytest.raises(RefusedError, match=r"^is for another ticket$"):
        other.accept(who, read)


def test_a_ticket_for_a_region_that_is_not_served() -> None:
    exchange = Exchange().to_ticket()
    ticket = tampered(head(exchange, "ticket"), "region")
    with pytest.raises(RefusedError, match=r"^is for region guangdong0, which is not served$"):
        exchange.worker.errand(signed_again(ticket, CENTRE), TRUSTED)


@pytest.mark.parametrize("task", ["os.system", "restore_lines ", "", "__import__", "eval"])
def test_a_ticket_for_a_task_that_no_worker_does(task: str) -> None:
    exchange = Exchange().to_ticket()
    ticket = head(exchange, "ticket")
    text = signed_again(replace(ticket, bound=replace(ticket.bound, task=task)), CENTRE)
    with pytest.raises(RefusedError, match=r"^asks for task .*, which no worker does$"):
        exchange.worker.errand(text, TRUSTED)


_MADE: dict[str, Callable[[Any], Any]] = {
    "a field missing": lambda it: {k: v for k, v in it.items() if k != "bound"},
    "a field too many": lambda it: {**it, "exec": "id"},
    "a field of another type": lambda it: {**it, "bound": "x"},
    "a fence that is text": lambda it: {**it, "bound": {**it["bound"], "fence": "1"}},
    "a fence that is true": lambda it: {**it, "bound": {**it["bound"], "fence": True}},
    "a host that is a list": lambda it: {**it, "bound": {**it["bound"], "host": [HOST]}},
    "a list": lambda it: [it],
    "null": lambda it: None,
}


@EACH
@pytest.mark.parametrize("made", _MADE)
def test_a_message_of_another_form(kind: str, made: str) -> None:
    exchange, _, hears = come_to(kind)
    message = head(exchange, kind)
    form = messages._FORMS.of(type(message))
    content = _MADE[made](form.write(message))
    with pytest.raises(RefusedError, match=f"^is no {kind}: "):
        hears(exchange, _raw(kind, strict_json.written(content)))


#: Texts that are no JSON of ours, signed and sealed by who may; what is said.
_RAW = [
    (pickle.dumps(print), "is no JSON"),
    (b"[" * 200_000, "is nested too deep"),
    (b'{"a":1,"a":2}', "has a key twice"),
    (b'{"a":NaN}', "has a number that is none"),
    (b"{", "is no JSON"),
]


@EACH
@pytest.mark.parametrize(("raw", "why"), _RAW, ids=lambda v: str(v)[:10])
def test_a_signed_text_that_is_no_json(kind: str, raw: bytes, why: str) -> None:
    exchange, _, hears = come_to(kind)
    text = _raw(kind, raw, whole=True)
    with pytest.raises(RefusedError, match=f"^{why}$"):
        hears(exchange, text)


def _raw(kind: str, content: bytes, *, whole: bool = False) -> str:
    """`content` in place of a message, by who may; with `whole` in place of head and content."""
    if kind in ("ticket", "claim"):
        return signed.signed(kind, content, SIGNERS[kind])
    receiver = GUANGDONG if kind == "order" else CENTRE
    text = content if whole else b'{"content":null,"head":' + content + b"}"
    own = SIGNERS[kind]
    return signed.signed(kind, signed.sealed(kind, text, own, receiver.public), own)


@pytest.mark.parametrize("kind", ["order", "answer"])
@pytest.mark.parametrize(
    "whole", [b"{}", b"[]", b'{"head":{}}', b'{"head":{},"content":1,"more":2}']
)
def test_what_is_sealed_is_a_head_and_a_content(kind: str, whole: bytes) -> None:
    exchange, _, hears = come_to(kind)
    with pytest.raises(RefusedError, match=r"^is not a head and a content$"):
        hears(exchange, _raw(kind, whole, whole=True))


@pytest.mark.parametrize("kind", ["order", "answer"])
def test_what_unpacks_to_more_than_anybody_sends(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, _, hears = come_to(kind)
    text = _raw(kind, b"[" + b"0," * 500_000 + b"0]", whole=True)
    assert len(text) < 10_000, "a thousand times smaller"
    monkeypatch.setattr(strict_json, "MOST", 100_000)
    with pytest.raises(RefusedError, match=r"^holds more than 0 MB, or is cut off$"):
        hears(exchange, text)


@pytest.mark.parametrize("kind", ["order", "answer"])
def test_what_is_sealed_and_cannot_be_unpacked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange, _, hears = come_to(kind)
    with monkeypatch.context() as patch:
        patch.setattr(zlib, "compress", lambda content, level: content)
        text = _raw(kind, b"not compressed", whole=True)
    with pytest.raises(RefusedError, match=r"^is sealed, and not compressed"):
        hears(exchange, text)


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        [],
        {},
        {"intended": "a"},
        {"intended": "a", "changes": [], "task": "b"},
        {"intended": 1, "changes": []},
        {"intended": "a", "changes": {}},
        {"intended": "a", "changes": ["rm -rf /"]},
        {"intended": "a", "changes": [{"__reduce__": "os.system"}]},
    ],
    ids=str,
)
def test_an_order_with_arguments_that_are_not_the_task_s(arguments: object) -> None:
    exchange = Exchange().to_order()
    order = head(exchange, "order")
    text = messages.written_sealed(order, arguments, CENTRE, GUANGDONG.public)
    _, content = exchange.obey(text)
    form = OWN_TASKS.named("restore_lines")
    assert form is not None
    with pytest.raises(FormError):
        form.read_arguments(content, 0.0)


def test_a_worker_that_is_trusted_no_more() -> None:
    exchange = Exchange().to_answer()
    shrunk = replace(TRUSTED, workers={})
    with pytest.raises(RefusedError, match="which may not say that"):
        exchange.controller.read_answer(exchange.answer, shrunk)
    with pytest.raises(RefusedError, match="which may not say that"):
        Conversation.read_claim(exchange.claim, shrunk)
    with pytest.raises(RefusedError, match=r"does not name our key .* for it any more"):
        exchange.worker.errand(Exchange().to_ticket().ticket, shrunk)


def test_a_controller_that_is_trusted_no_more() -> None:
    exchange = Exchange().to_ticket()
    with pytest.raises(RefusedError, match="which may not say that"):
        exchange.worker.errand(exchange.ticket, replace(TRUSTED, controllers={}))


def test_a_worker_answers_for_its_regions_only() -> None:
    """The same key, and a region that it is not named for."""
    moved: Party = party("gd-1", GUANGDONG, "guizhou")
    exchange = Exchange().to_claim()
    who, claim = Conversation.read_claim(
        exchange.claim, replace(TRUSTED, workers={GUANGDONG.public.name: moved})
    )
    with pytest.raises(RefusedError, match=r"^is for region guangdong, and the worker answers for"):
        exchange.controller.accept(who, claim)
