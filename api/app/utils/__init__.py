"""What every package may use: one module a topic, none of which knows the domain."""
