"""Says in words what a preview would change, for people who review it."""
