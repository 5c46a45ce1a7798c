"""Who works on which host of a run, kept in Redis so that each is worked on once.

A worker that takes a host gets a lease, which its heartbeat renews. Who may take it, and which
result counts, is decided by the controller, whose fence is in every message (`wire.messages`):
1 for the first worker, 2 for who takes the host up after the first died. Redis says who is alive.
Every step is one script in Redis, so there is no moment between.

Keys of a run: itself (there as long as its controller lives), `events`, `order:NONCE`, and per
host `lease`, `fence` and `result`. All end by themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from egovnet.tasks.runners.celery.broker import Broker

#: Seconds that a lease lasts without a word from its worker, and how often it is renewed.
LEASE_SECONDS = 6.0
RENEW_SECONDS = 1.5
#: Seconds that a run lasts without a word from its controller: nothing of it is begun later.
RUN_SECONDS = 20.0
#: Seconds that a worker which took a host waits for its order.
ORDER_SECONDS = 20.0
#: Seconds that results are kept.
_KEEP = 3600
#: What stands in place of a result where the controller gave the host up.
_GIVEN_UP = b""
#: How events begin: a claim, and the name of a host that ended.
_CLAIMED, _ENDED = "claim ", "ended "

_CLAIM = """
local run, lease, fence, result, events = unpack(KEYS)
if redis.call('exists', run) == 0 or redis.call('exists', result, lease) > 0 then return 0 end
if tonumber(redis.call('get', fence) or 0) >= tonumber(ARGV[2]) then return 0 end
redis.call('set', fence, ARGV[2], 'ex', ARGV[4])
redis.call('set', lease, ARGV[1] .. ' ' .. ARGV[2], 'px', ARGV[3])
redis.call('rpush', events, ARGV[5])
redis.call('expire', events, ARGV[4])
return 1
"""
# A lease that ran out while the broker was away, or that the broker lost, is had back unless
# somebody else took the host.
_RENEW = """
local lease, fence, result = unpack(KEYS)
local last = redis.call('get', fence)
if (last and last ~= ARGV[2]) or redis.call('exists', result) == 1 then return 0 end
redis.call('set', fence, ARGV[2], 'ex', ARGV[4])
redis.call('set', lease, ARGV[1] .. ' ' .. ARGV[2], 'px', ARGV[3])
return 1
"""
_RELEASE = """
local lease = KEYS[1]
if redis.call('get', lease) == ARGV[1] .. ' ' .. ARGV[2] then redis.call('del', lease) end
"""
# As with a lease: what a broker without its memory does not know is no other worker.
_FINISH = """
local lease, fence, result, events = unpack(KEYS)
local last = redis.call('get', fence)
if (last and last ~= ARGV[1]) or redis.call('exists', result) == 1 then return 0 end
redis.call('set', fence, ARGV[1], 'ex', ARGV[3])
redis.call('set', result, ARGV[2], 'ex', ARGV[3])
redis.call('del', lease)
redis.call('rpush', events, ARGV[4])
redis.call('expire', events, ARGV[3])
return 1
"""
_BAR = """
local lease, fence, result = unpack(KEYS)
if ARGV[2] == '0' and redis.call('exists', lease, result) > 0 then return 0 end
redis.call('set', fence, ARGV[1], 'ex', ARGV[3])
redis.call('del', lease)
return 1
"""
_GIVE_UP = """
local lease, fence, result = unpack(KEYS)
if redis.call('exists', result) == 1 then return 0 end
if ARGV[2] == '0' and redis.call('exists', lease) == 1 then return 0 end
redis.call('set', result, '', 'ex', ARGV[1])
redis.call('incr', fence)
return 1
"""
_BE_THERE = """
local now = redis.call('time')
local millis = now[1] * 1000 + math.floor(now[2] / 1000)
for _, key in ipairs(KEYS) do
  redis.call('zremrangebyscore', key, '-inf', millis)
  redis.call('zadd', key, millis + ARGV[2], ARGV[1])
  redis.call('pexpire', key, ARGV[2])
end
"""
_WHO = """
local now = redis.call('time')
return redis.call('zrangebyscore', KEYS[1], now[1] * 1000 + math.floor(now[2] / 1000), '+inf')
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a host of a run."""

    #: The highest fence that was claimed so far; 0: none.
    fence: int
    #: Who works on it now; "" when nobody does.
    worker: str
    #: The sealed answer; None: there is none yet. b"": it was given up.
    result: bytes | None


@dataclass(frozen=True, slots=True)
class Present:
    """A worker that says it is there: its name, its key's, and those of controllers it obeys."""

    name: str
    key: str
    controllers: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name} {self.key} {','.join(sorted(self.controllers))}"


@dataclass(slots=True)
class Heard:
    """What happened in a run: claims as they were sent, and hosts that ended."""

    claims: list[bytes] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


class Leases:
    """The leases of a network; raises redis.RedisError where the broker does not answer."""

    def __init__(self, broker: Broker) -> None:
        self._prefix = broker.prefix
        self._redis: Any = broker.client()
        self._scripts = {
            text: self._redis.register_script(text)
            for text in (_CLAIM, _RENEW, _RELEASE, _FINISH, _BAR, _GIVE_UP, _BE_THERE, _WHO)
        }

    # -- a controller's --------------------------------------------------------------------

    def live(self, run: str) -> None:
        """The run's controller is alive: workers may begin its hosts."""
        self._redis.set(self._run(run), "1", px=int(RUN_SECONDS * 1000))

    def close(self, run: str) -> None:
        """The run is over: nothing of it is begun any more."""
        self._redis.delete(self._run(run), self._events(run))

    def heard(self, run: str, seconds: float) -> Heard:
        """What happened since; waits `seconds` at most for the first."""
        found = Heard()
        first = self._redis.blpop([self._events(run)], timeout=seconds)
        if first is None:
            return found
        with self._redis.pipeline() as together:
            rest, _ = together.lrange(self._events(run), 0, -1).delete(self._events(run)).execute()
        for event in (first[1], *rest):
            if event.startswith(_CLAIMED.encode()):
                found.claims.append(event.removeprefix(_CLAIMED.encode()))
            elif event.startswith(_ENDED.encode()):
                found.ended.append(event.decode(errors="replace").removeprefix(_ENDED))
        return found

    def look(self, run: str, hosts: Sequence[str]) -> dict[str, Seen]:
        """How these hosts are, in one moment."""
        keys = [self._host(run, host, what) for host in hosts for what in _LOOKED_AT]
        values = self._redis.mget(keys)
        found = {}
        for number, host in enumerate(hosts):
            fence, lease, result = values[number * 3 : number * 3 + 3]
            worker = (lease or b"").decode(errors="replace").rpartition(" ")[0]
            # whoever writes to the broker may have put anything there
            found[host] = Seen(int(fence) if (fence or b"").isdigit() else 0, worker, result)
        return found

    def give_order(self, run: str, claim: str, order: str) -> None:
        """Hand a worker the order for its claim."""
        key = self._order(run, claim)
        with self._redis.pipeline() as together:
            together.rpush(key, order).expire(key, int(2 * ORDER_SECONDS)).execute()

    def pass_over(self, run: str, host: str, fence: int, *, also_held: bool = False) -> bool:
        """Let nobody hold or end this host who claimed it with another fence, before this one;
        False: somebody holds or ended it after all (not asked with `also_held`).
        """
        keys = [self._host(run, host, what) for what in ("lease", "fence", "result")]
        return bool(self._scripts[_BAR](keys=keys, args=[fence, int(also_held), _KEEP]))

    def give_up(self, run: str, host: str, *, also_held: bool = False) -> bool:
        """Let nobody begin this host any more; False when it is held or finished after all.

        With `also_held` a worker that has it may go on, but its result does not count.
        """
        keys = [self._host(run, host, what) for what in ("lease", "fence", "result")]
        return bool(self._scripts[_GIVE_UP](keys=keys, args=[_KEEP, int(also_held)]))

    def workers(self, region: str) -> list[Present]:
        """Who says that he works for a region, by name."""
        found = []
        for member in self._scripts[_WHO]([self._there(region)]):
            name, key, controllers = ([*member.decode(errors="replace").split(" "), "", ""])[:3]
            found.append(Present(name, key, frozenset(filter(None, controllers.split(",")))))
        return sorted(found, key=lambda present: present.name)

    def queued(self, queue: str) -> int:
        """Messages that wait in a queue."""
        return int(self._redis.llen(queue))

    def keep_queue(self, queue: str, seconds: float) -> None:
        """Let a queue that nobody fetches from vanish so long after the last message."""
        self._redis.expire(queue, int(seconds))

    # -- a worker's ------------------------------------------------------------------------

    def be_there(self, worker: Present, regions: Collection[str], seconds: float) -> None:
        """The worker serves these regions for `seconds` more; 0: it is leaving."""
        keys = [self._there(region) for region in regions]
        if seconds:
            self._scripts[_BE_THERE](keys=keys, args=[str(worker), int(seconds * 1000)])
        else:
            for key in keys:
                self._redis.zrem(key, str(worker))

    def claim(self, run: str, host: str, worker: str, fence: int, claim: str) -> bool:
        """Take a host with this fence, and send its controller the claim.

        False: somebody has it, or had it with this fence, it is done, or the run is over.
        """
        keys = [
            self._run(run),
            *(self._host(run, host, what) for what in ("lease", "fence", "result")),
            self._events(run),
        ]
        args: list[str | int] = [worker, fence, int(LEASE_SECONDS * 1000), _KEEP, _CLAIMED + claim]
        return bool(self._scripts[_CLAIM](keys=keys, args=args))

    def order(self, run: str, claim: str, seconds: float) -> bytes | None:
        """The order for a claim; None: none came in so many seconds (at most a few)."""
        found = self._redis.blpop([self._order(run, claim)], timeout=seconds)
        return None if found is None else bytes(found[1])

    def is_live(self, run: str) -> bool:
        """Whether the run's controller is alive, and the run not over."""
        return bool(self._redis.exists(self._run(run)))

    def renew(self, run: str, host: str, worker: str, fence: int) -> bool:
        """Hold on to a host; False: it is another's now."""
        keys = [self._host(run, host, what) for what in ("lease", "fence", "result")]
        args: list[str | int] = [worker, fence, int(LEASE_SECONDS * 1000), _KEEP]
        return bool(self._scripts[_RENEW](keys=keys, args=args))

    def release(self, run: str, host: str, worker: str, fence: int) -> None:
        """Let go of a host that was claimed and not begun."""
        self._scripts[_RELEASE](keys=[self._host(run, host, "lease")], args=[worker, fence])

    def finish(self, run: str, host: str, fence: int, result: str) -> bool:
        """Store the result of a host; False: it does not count, as another took the host."""
        keys = [
            *(self._host(run, host, what) for what in ("lease", "fence", "result")),
            self._events(run),
        ]
        args: list[str | int] = [fence, result, _KEEP, _ENDED + host]
        return bool(self._scripts[_FINISH](keys=keys, args=args))

    def disconnect(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _run(self, run: str) -> str:
        return f"{self._prefix}:run:{run}"

    def _events(self, run: str) -> str:
        return f"{self._run(run)}:events"

    def _order(self, run: str, claim: str) -> str:
        return f"{self._run(run)}:order:{claim}"

    def _host(self, run: str, host: str, what: str) -> str:
        return f"{self._run(run)}:host:{host}:{what}"

    def _there(self, region: str) -> str:
        return f"{self._prefix}:workers:{region}"


_LOOKED_AT = ("fence", "lease", "result")
