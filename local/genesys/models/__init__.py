"""State and rules of the local Genesys Cloud, without HTTP."""
