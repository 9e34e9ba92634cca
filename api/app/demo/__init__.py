"""The demonstration: an organisation with one open and one closed event, made through the services that people use."""
