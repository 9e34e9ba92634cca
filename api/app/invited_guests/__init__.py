"""Guests whom the organisers invite beside the selection: speakers, mentors, press."""
