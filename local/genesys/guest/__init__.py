"""Visitors of web sites: how they sign in and chat. State and rules; HTTP is in `handlers/`."""
