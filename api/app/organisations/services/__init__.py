"""The use-cases of organisations, a module a family: `organisations`, `members`, `invitations`."""
