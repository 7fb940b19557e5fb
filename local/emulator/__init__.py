"""What both emulators stand on: server, store, clock, journal of requests, faults, control."""
