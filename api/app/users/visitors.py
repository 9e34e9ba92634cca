"""Where a request to the accounts comes from, as the services see it."""

from dataclasses import dataclass

from app.utils.origin import network_of


@dataclass(frozen=True)
class Visitor:
    """An address on the net, the program it says it is, and the device, if accounts have been signed in to on it.

    `device` is the random id in the signed device cookie; `accounts` are the marks (`throttling.mark`) of the accounts
    that signed in there.
    """

    address: str = ""
    user_agent: str = ""
    device: str = ""
    accounts: frozenset[str] = frozenset()

    @property
    def network(self) -> str:
        """The /24 (or /64 of IPv6) of the address; "" when there is none."""
        return network_of(self.address, 64) or ""


NOBODY = Visitor()
