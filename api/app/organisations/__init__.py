"""Organisations: the tenants, and who works in them."""
