"""Which client serves which connection."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic

from local.plugins.resource import Client

_REMEMBERED: Final = 256


class Instance(Generic[Client]):
    """One configured provider instance: its client and the calls that are using it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.calls = 0
        self.leaving = False


class Instances(Generic[Client]):
    """The clients of the provider instances that engines have configured.

    An engine opens one connection per provider instance, and no call after Configure says which
    instance it means: connections tell them apart. A connection that was lost and opened again goes
    on with the only instance there is; among several it cannot choose. Clients end when the engine
    says goodbye (Cancel), or, for engines that were killed, when `remembered` newer ones have come;
    never in the middle of a call.
    """

    def __init__(self, close: Callable[[Client], None], remembered: int = _REMEMBERED) -> None:
        self._close_client = close
        self._remembered = remembered
        self._by_peer: OrderedDict[str, Instance[Client]] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, peer: str, client: Client) -> None:
        """Serve a connection with a client from now on."""
        with self._lock:
            leaving = [self._by_peer.pop(peer, None)]
            self._by_peer[peer] = Instance(client)
            while len(self._by_peer) > self._remembered:
                leaving.append(self._by_peer.popitem(last=False)[1])
            ended = [one for one in leaving if one is not None and self._leave(one)]
        self._end(ended)

    def remove(self, peer: str) -> None:
        """Forget a connection; its client ends after the calls that are still under way."""
        with self._lock:
            instance = self._by_peer.pop(peer, None)
            ended = [instance] if instance is not None and self._leave(instance) else []
        self._end(ended)

    def borrow(self, peer: str) -> Instance[Client]:
        """Lend a connection's client for one call; LookupError when there is none for it."""
        with self._lock:
            instance = self._by_peer.get(peer)
            if instance is None:
                if len(self._by_peer) != 1:
                    raise LookupError(peer)
                (instance,) = self._by_peer.values()
            instance.calls += 1
            return instance

    def give_back(self, instance: Instance[Client]) -> None:
        """End the call."""
        with self._lock:
            instance.calls -= 1
            ended = [instance] if instance.leaving and instance.calls == 0 else []
        self._end(ended)

    def close(self) -> None:
        """End every client that is not in a call, the others after it."""
        for peer in list(self._by_peer):
            self.remove(peer)

    def _leave(self, instance: Instance[Client]) -> bool:
        instance.leaving = True
        return instance.calls == 0

    def _end(self, instances: list[Instance[Client]]) -> None:
        for instance in instances:
            self._close_client(instance.client)
