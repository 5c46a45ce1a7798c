"""How many examples Hypothesis draws: some for `make test`, many for `make fuzz`.

A test states its number for a thorough run, with `examples(60)`, where Hypothesis's own 100 is not
right for it. The profile "test", which is the default, draws half of what is stated;
`--hypothesis-profile=fuzz` ten times as many.

The default draws the same examples each time, so that `make test` fails for a change and not by
chance; `make fuzz` is who goes on looking.
"""

from collections.abc import Collection

from hypothesis import HealthCheck, settings

#: Of 100 that are stated.
_PROFILES = {"test": 50, "fuzz": 1000}
_FEWEST = 5


def register() -> None:
    """Make the profiles known and load the default; Hypothesis's option comes after it."""
    for name, many in _PROFILES.items():
        settings.register_profile(
            name,
            max_examples=many,
            # A busy machine is slow, and slow is not wrong.
            deadline=None,
            derandomize=name == "test",
            suppress_health_check=[HealthCheck.too_slow],
            print_blob=True,
        )
    settings.load_profile("test")


def examples(many: int, unchecked: Collection[HealthCheck] = ()) -> settings:
    """A decorator for a test that should see `many` examples where others see 100.

    `unchecked`: Hypothesis's complaints that do not hold for this test.
    """
    default = settings()
    return settings(
        default,
        max_examples=max(many * default.max_examples // 100, min(many, _FEWEST)),
        suppress_health_check=[*default.suppress_health_check, *unchecked],
    )
