"""Platforms by name: the folders of this room that have a `platform.py`, and what is plugged in.

A platform from elsewhere is an entry point of the group `egovnet.platforms`, whose name is the
platform's and which leads to its `Platform`; or it is registered by whoever has it.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pkgutil import iter_modules

from egovnet import templates
from egovnet.inventory.bounded_memo import BoundedMemo
from egovnet.inventory.errors import EgovnetError, Problem
from egovnet.templates.detect_platform import foreign_name, foreign_platform
from egovnet.templates.model.device import Device
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.ike_texts import IkeTexts
from egovnet.templates.platform import KeptKeys, Platform, Recognition

ENTRY_POINTS = "egovnet.platforms"
_registered: dict[str, Platform] = {}


class UnknownPlatformError(EgovnetError):
    """There is no platform of that name."""


def names() -> tuple[str, ...]:
    """Every platform's name, sorted."""
    return tuple(sorted({*_registered, *_folders(), *_plugged_in()}))


def platform(name: str | None) -> Platform:
    """The platform of that name.

    Raises:
        UnknownPlatformError: there is none, or a device has no platform.
    """
    if name in _registered:
        return _registered[name]
    if name in _folders():
        return _of_folder(name)
    if name in _plugged_in():
        return _of_entry_point(name)
    raise UnknownPlatformError(f"no platform {name!r}; there are: {', '.join(names())}")


@contextmanager
def registered(more: Platform) -> Iterator[None]:
    """A platform that is known while this lasts."""
    before = dict(_registered)
    _registered[more.name] = more
    try:
        yield
    finally:
        _registered.clear()
        _registered.update(before)


@cache
def _folders() -> frozenset[str]:
    return frozenset(
        module.name
        for module in iter_modules(templates.__path__)
        if module.ispkg and find_spec(f"{templates.__name__}.{module.name}.platform")
    )


@cache
def _of_folder(name: str) -> Platform:
    found: Platform = import_module(f"{templates.__name__}.{name}.platform").PLATFORM
    return found


@cache
def _plugged_in() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


@cache
def _of_entry_point(name: str) -> Platform:
    found: Platform = _plugged_in()[name].load()
    return found


def render(device: Device) -> str:
    """The intended native text of `device`."""
    return platform(device.platform).render(device)


def render_day0(device: Device) -> str:
    """The native text that `device` is delivered with: management and nothing else."""
    return platform(device.platform).render_day0(device)


def render_ike(device: Device) -> IkeTexts | None:
    """What the key exchange of `device` goes by; None: it has none."""
    # a platform of another distribution may be older than `render_ike`
    own = getattr(platform(device.platform), "render_ike", None)
    found: IkeTexts | None = None if own is None else own(device)
    return found


#: Facts by reader, source and digest: one run reads the same texts to plan, to prove and to check.
#: Characters in all: some hundred routers' texts.
_FACTS: BoundedMemo[tuple[Platform, str, bytes], DeviceFacts] = BoundedMemo(1_000_000)


def read_config(
    text: str, source: str = "", of_platform: str | None = None, *, name: str = ""
) -> DeviceFacts:
    """The facts of a router's native text.

    `of_platform` None: the text is of unknown origin, and has to be one platform's by its words.
    `name` is the router's where that is known for certain, such as by its pinned host key,
    whatever it calls itself.

    Raises:
        ConfigTextError: it is no configuration, cut off, or of a platform that cannot be read.
        UnknownPlatformError: there is no `of_platform`.
    """
    reader = _reader(text, source, of_platform)
    # not the text itself: it holds keys, and whoever runs for long is not to keep them
    known = (reader, source, hashlib.sha256(text.encode(errors="surrogatepass")).digest())
    facts = _FACTS.get(known)
    if facts is None:
        facts = reader.read_config(text, source)
        _FACTS.keep(known, facts, len(text))
    return replace(facts, name=name) if name else facts


def detect_platform(text: str, source: str = "") -> str:
    """Name of the platform that a text of unknown origin is of.

    Raises:
        ConfigTextError: it is of none that can be read, or may be of several.
    """
    return _reader(text, source, None).name


def _reader(text: str, source: str, of_platform: str | None) -> Platform:
    """The platform that reads `text`, which is not to be another's."""
    stated = None if of_platform is None else platform(of_platform)
    if stated is not None and stated.recognises(text) is Recognition.CERTAIN:
        return stated
    sure = [known for known in _all() if known.recognises(text) is Recognition.CERTAIN]
    if not sure and (foreign := foreign_platform(text)):
        found = f"a configuration of {foreign}, which cannot be read"
        remedy = (
            f"only these can be judged yet: {', '.join(names())}; leave the file out, knowingly"
        )
        raise ConfigTextError([Problem(source, 0, "", found, remedy)])
    if stated is not None and not sure:
        return stated
    if stated is not None:
        found = f"a configuration of {sure[0].name}, and the device is of platform {stated.name}"
        raise ConfigTextError([Problem(source, 0, "", found, "correct one of the two")])
    candidates = sure or [known for known in _all() if known.recognises(text)]
    if len(candidates) == 1:
        return candidates[0]
    of = " or ".join(known.name for known in candidates)
    found = f"may be a configuration of {of}" if of else "no configuration of a known platform"
    remedy = f"these can be judged: {', '.join(names())}; leave the file out, knowingly"
    raise ConfigTextError([Problem(source, 0, "", found, remedy)])


def _all() -> list[Platform]:
    return [platform(name) for name in names()]


def redact(text: str, of_platform: str | None = None) -> str:
    """A device's native text without its secrets; of no known platform: by every one's rules."""
    for known in [platform(of_platform)] if of_platform else _all():
        text = known.redact(text)
    return text


def hide_keys(words: str) -> str:
    """Words for people without the keys of native lines that they quote, by every platform's rules.

    What looks like no such line stays as it is.
    """
    for known in _all():
        # a platform of another distribution may be older than `hide_keys`
        words = getattr(known, "hide_keys", known.redact)(words)
    return words


def keep_keys(running: str, intended: str, of_platform: str | None) -> KeptKeys:
    """`intended` with the keys that a device runs and egovnet does not manage."""
    # a platform of another distribution may be older than `keep_keys`
    keep = getattr(platform(of_platform), "keep_keys", None)
    return KeptKeys(intended) if keep is None else keep(running, intended)


def keep_lines(
    running: str, intended: str, of_platform: str | None, ports: Collection[str] = ()
) -> KeptKeys:
    """`keep_keys`, and the lines of `ports`, which somebody else configures with an approval."""
    keep = getattr(platform(of_platform), "keep_ports", None) if ports else None
    return keep_keys(
        running, intended if keep is None else keep(running, intended, ports), of_platform
    )


def redact_messages(messages: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Sentences without the secrets of the devices' native texts, by every platform's rules."""
    messages, texts = list(messages), set(texts)
    for known in _all():
        messages = known.redact_messages(messages, texts)
    return messages


def stated_name(text: str) -> tuple[str, int] | None:
    """The name that a text of unknown origin says is its router's, and the line (from 1)."""
    known = (found for known in _all() if (found := known.stated_name(text)))
    return next(known, None) or foreign_name(text)
