"""Genesys Cloud's operations, one module per family: HTTP on one side, a model on the other."""
