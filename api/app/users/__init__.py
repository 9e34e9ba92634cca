"""Accounts: one per person per installation, their sessions, passwords and one-time codes."""
