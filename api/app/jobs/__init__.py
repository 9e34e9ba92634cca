"""Work that is done later, by a worker: deferred with the change that causes it, on the same connection."""
