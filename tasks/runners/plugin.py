"""The Nornir runner plugin "celery" by its entry point: loads Celery only where it is chosen.

Nornir loads every plugin's entry point whenever it starts, and Celery costs a third of a second.
"""

from nornir.core.plugins.runners import RunnerPlugin


def celery_runner(network: str, checkout: str) -> RunnerPlugin:
    """`egovnet.tasks.runners.celery.runner.CeleryRunner`, which see."""
    from egovnet.tasks.runners.celery.runner import CeleryRunner  # noqa: PLC0415 -- see above

    return CeleryRunner(network, checkout)
