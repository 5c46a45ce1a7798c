"""Exchanges with the prefixes of both ends, where an end is an application."""

from collections.abc import Mapping

from egovnet.inventory.model import Application, Exchange, ExchangeEnd
from egovnet.inventory.model.partial import CannotBeJudgedError


def with_prefixes(exchange: Exchange, applications: Mapping[str, Application]) -> Exchange:
    """`exchange` with the servers' prefixes at each end that is an application.

    Raises:
        CannotBeJudgedError: there is no such application.
    """
    source, target = (_end(end, applications) for end in (exchange.source, exchange.target))
    if source is exchange.source and target is exchange.target:
        return exchange
    return exchange.model_copy(update={"source": source, "target": target})


def _end(end: ExchangeEnd, applications: Mapping[str, Application]) -> ExchangeEnd:
    if end.application is None:
        return end
    if end.application not in applications:
        raise CannotBeJudgedError(end.application)
    return end.model_copy(update={"prefixes": applications[end.application].servers})
