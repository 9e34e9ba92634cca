"""News of events for the packages above, which this one does not know. Receivers run inside the same transaction.

`event_cancelled.connect(receiver)`: `receiver(event, *, actor, note, told)` after an event was cancelled. Everybody who
has something to do with it is told by whoever knows them: those with a role here, the others by the packages above.
`told` holds the address keys of those who have been; a receiver leaves them out and adds its own, so that nobody is
told twice.
"""

from blinker import Signal

event_cancelled = Signal()
