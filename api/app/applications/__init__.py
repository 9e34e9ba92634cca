"""Applications: one person's answer to an event's call, from the first draft to the last submission."""
