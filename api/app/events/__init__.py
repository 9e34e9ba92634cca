"""Events: what an organisation runs, its phases, and who has which role in it."""
