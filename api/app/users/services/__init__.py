"""The use-cases of accounts, a module a family."""
