"""The local cloud: Okta and Genesys Cloud on loopback, and what attaches them to the engine."""
