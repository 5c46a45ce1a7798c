"""Keys of egovnet's own in FRR's text: what stands for them is shown, what is a key never is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model.keys import references_in
from egovnet.templates.frr.secrets.kept_keys import keep_keys
from egovnet.templates.frr.secrets.key_lines import hide_keys
from egovnet.templates.frr.secrets.redaction import redact_line
from egovnet.templates.frr.secrets.secret_places import redact_messages, redact_text
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.lines import LineKind
from egovnet.templates.registry import platform, read_config, render
from napalm_frr.errors import DeviceTextError
from napalm_frr.text import device_text
from napalm_frr.text.device_state import check_text
from tests.generated import nation, network_of
from tests.hypothesis_profiles import examples

SECRET = "Hunter2-xyzzy"


def _text(policy: dict[str, str]) -> str:
    sections = nation(2, 2)
    sections["network"]["authentication"] = policy
    network = network_of(sections)
    return render(intend(network, allocate(network))["pe1"])


POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}
TEXT, PLAIN = _text(POLICY), _text({})
KEYED = [line for line in TEXT.splitlines() if list(references_in(line))]


def test_every_place_is_here() -> None:
    """One of each kind: hellos, link state, labels and sessions of both families."""
    kinds = {line.split("<")[0].strip() for line in KEYED}
    assert {"isis password md5", "domain-password md5"} < kinds
    contexts = {reference.name.split("/")[0] for line in KEYED for reference in references_in(line)}
    assert contexts == {"isis", "isis-domain", "ldp", "bgp"}
    assert sum("password <egovnet:bgp" in line for line in KEYED) == 4


@pytest.mark.parametrize("line", KEYED)
def test_what_stands_for_a_key_is_shown(line: str) -> None:
    bare = line.strip()
    assert redact_line(line) == line
    assert redact_text(f"{line}\n") == f"{line}\n"
    assert hide_keys(f"+ {bare}") == f"+ {bare}"
    assert hide_keys(f"line 7: '{bare}'; + {bare}") == f"line 7: '{bare}'; + {bare}"
    assert redact_messages([f"refused: {bare}"], [TEXT]) == [f"refused: {bare}"]


@given(st.sampled_from(KEYED), st.sampled_from([" ", "x", "<", "8 ", "> ", "authenticate "]))
@examples(30)
def test_what_follows_it_is_no_part_of_it(line: str, between: str) -> None:
    """Words after what stands for a key are a key, as FRR reads the line to its end."""
    reference = next(iter(references_in(line)))
    for odd in (
        line.replace(str(reference), f"{reference}{between}{SECRET}"),
        line.replace(str(reference), f"{SECRET}{between}{reference}"),
    ):
        assert SECRET not in redact_text(odd)
        assert SECRET not in hide_keys(f"+ {odd.strip()}")
        assert SECRET not in hide_keys(odd)


@pytest.mark.parametrize("line", KEYED)
def test_a_key_by_hand_gives_way_to_one_of_egovnets(line: str) -> None:
    reference = str(next(iter(references_in(line))))
    running = TEXT.replace(line, line.replace(reference, SECRET))
    assert SECRET in running
    keys = keep_keys(running, TEXT)
    assert keys.text == TEXT
    assert keys.gone
    assert not keys.kept
    assert not any(SECRET in name for name in keys.gone)


def test_a_key_of_egovnets_is_not_kept_against_the_inventory() -> None:
    keys = keep_keys(TEXT, PLAIN)
    assert (keys.text, keys.kept, keys.gone) == (PLAIN, (), ())
    running = PLAIN.replace("mpls ldp\n", f"mpls ldp\n neighbor 10.9.9.9 password {SECRET}\n")
    kept = keep_keys(running, TEXT)
    assert SECRET in kept.text
    assert kept.kept


@pytest.mark.parametrize("line", KEYED)
def test_a_key_that_was_changed_by_hand_is_drift(line: str) -> None:
    """Both the line that is there and the one that belongs there are of the same session, and
    ours to restore."""
    sections = nation(2, 2)
    sections["network"]["authentication"] = POLICY
    network = network_of(sections)
    device = intend(network, allocate(network))["pe1"]
    known = platform("frr")
    reference = str(next(iter(references_in(line))))
    at = TEXT.splitlines().index(line)
    head = next(one for one in reversed(TEXT.splitlines()[:at]) if one[:1].isalpha())
    own = known.line_meaning(device, "frr", (head,), line.strip(), "+", shared=True)
    odd = line.strip().replace(reference, SECRET)
    found = known.line_meaning(device, "frr", (head,), odd, "-", shared=True)
    assert (found.subject, found.kind) == (own.subject, LineKind.POLICY)


def test_the_reader_understands_each_line() -> None:
    facts = read_config(TEXT)
    assert facts.not_understood == read_config(PLAIN).not_understood
    neighbors = facts.bgp[None].neighbors.values()
    assert neighbors
    assert all(neighbor.password for neighbor in neighbors)


@pytest.mark.parametrize("instead", ["<removed>", "<egovnet:bgp/a+b.1>", "8 <removed>"])
@pytest.mark.parametrize("line", KEYED)
def test_the_driver_takes_no_text_without_its_keys(line: str, instead: str) -> None:
    """A text that was redacted, or rendered for people, would give a key that everybody knows."""
    check_text(device_text.split(PLAIN))
    reference = str(next(iter(references_in(line))))
    plain = re.sub(r"<egovnet:\S*>", "Value123", TEXT)
    check_text(device_text.split(plain))
    lines = TEXT.splitlines()
    at = lines.index(line)
    odd = plain.splitlines()
    odd[at] = line.replace(reference, instead)
    with pytest.raises(DeviceTextError, match="key was taken out") as refused:
        check_text(device_text.split("\n".join(odd) + "\n"))
    assert refused.value.line == at + 1
