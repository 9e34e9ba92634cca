"""Who changed what, when and from where: one line for every change, never a personal value."""
