"""Platforms by name: a platform is a folder of the same files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from egovnet.inventory.errors import Problem
from egovnet.templates.detect_platform import foreign_platform
from egovnet.templates.frr import lines as frr_lines
from egovnet.templates.frr.config import config_reader as frr_config
from egovnet.templates.frr.render import renderer as frr
from egovnet.templates.frr.secrets import secret_places as frr_secrets
from egovnet.templates.frr.state import brief_state as frr_brief
from egovnet.templates.frr.state import state_reader as frr_state
from egovnet.templates.model.device import Device
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.lines import LineMeaning
from egovnet.templates.model.state import BriefAnswer, DeviceState


@dataclass(frozen=True, slots=True)
class Platform:
    """What a platform can do with a device. Keys of PLATFORMS are Nornir's platform names."""

    render: Callable[[Device], str]
    render_day0: Callable[[Device], str]
    #: Shell text that asks a device for its state, and the reader of what it prints.
    state_script: Callable[..., str]
    read_state: Callable[[Device, str], DeviceState]
    #: The same in few words, or in none where the digest of the answer is one that was seen.
    brief_script: Callable[[Device, str], str]
    split_brief: Callable[[str, str], BriefAnswer]
    #: (device, what a brief script said, VRF -> its routes, running text or None where it is as
    #: meant) -> state; None: ask all.
    read_brief: Callable[
        [Device, str, Mapping[str, frozenset[str]], str | None], DeviceState | None
    ]
    #: (text, where it came from) -> facts; raises ConfigTextError.
    read_config: Callable[[str, str], DeviceFacts]
    #: (device, part, path, line, sign, shared=...) -> what a line that differs is about.
    line_meaning: Callable[..., LineMeaning]
    #: What a line sets, however it is written: lines with equal statements set the same.
    statement: Callable[[str], frozenset[str]]
    #: A whole text without its secrets.
    redact: Callable[[str], str]
    #: (sentences about devices, their texts) -> the sentences without the texts' secrets.
    redact_messages: Callable[[Iterable[str], Iterable[str]], list[str]]


PLATFORMS: dict[str, Platform] = {
    "frr": Platform(
        render=frr.render,
        render_day0=frr.render_day0,
        state_script=frr_state.state_script,
        read_state=frr_state.read_state,
        brief_script=frr_brief.brief_script,
        split_brief=frr_brief.split_brief,
        read_brief=frr_brief.read_brief,
        read_config=frr_config.read_config,
        line_meaning=frr_lines.line_meaning,
        statement=frr_lines.statement,
        redact=frr_secrets.redact_text,
        redact_messages=frr_secrets.redact_messages,
    ),
}


def render(device: Device) -> str:
    """The intended native text of `device`."""
    return PLATFORMS[device.platform].render(device)


def render_day0(device: Device) -> str:
    """The native text that `device` is delivered with: management and nothing else."""
    return PLATFORMS[device.platform].render_day0(device)


def read_config(
    text: str, source: str = "", platform: str = "frr", *, name: str = ""
) -> DeviceFacts:
    """The facts of a router's native text.

    `name` is the router's where that is known for certain, such as by its pinned host key,
    whatever it calls itself.

    Raises:
        ConfigTextError: it is no configuration, cut off, or of a platform that cannot be read.
    """
    if foreign := foreign_platform(text):
        found = f"a configuration of {foreign}, which cannot be read"
        readable = ", ".join(sorted(PLATFORMS))
        remedy = f"only these can be judged yet: {readable}; leave the file out, knowingly"
        raise ConfigTextError([Problem(source, 0, "", found, remedy)])
    facts = PLATFORMS[platform].read_config(text, source)
    return replace(facts, name=name) if name else facts


def redact(text: str, platform: str | None = None) -> str:
    """A device's native text without its secrets; of no known platform: by every one's rules."""
    for known in [PLATFORMS[platform]] if platform else PLATFORMS.values():
        text = known.redact(text)
    return text


def redact_messages(messages: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Sentences without the secrets of the devices' native texts, by every platform's rules."""
    messages, texts = list(messages), set(texts)
    for known in PLATFORMS.values():
        messages = known.redact_messages(messages, texts)
    return messages
