"""News about accounts, for packages above; sent inside the transaction that makes it true."""

from blinker import Signal

address_verified = Signal("the address of an account was verified: `send(user)`")
