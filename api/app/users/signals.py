"""News of accounts for the packages above, which this one does not know. Receivers run inside the same transaction.

`address_verified` tells that an account has shown that its address is its own: `receiver(user)`.

`erasing_user` asks before anything is done: `receiver(user)`. Whoever must object (a last owner hands over first) raises
a `Problem` whose sentence says what to do; nothing is erased then.

`user_erased` tells afterwards: `receiver(user, former_email=…, former_email_key=…)`. The account is a numbered
tombstone by now; the receiver forgets what it keeps of the person (answers, files, notes) and leaves what is counted.
"""

from blinker import Signal

address_verified = Signal()
erasing_user = Signal()
user_erased = Signal()
