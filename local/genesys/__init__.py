"""A local Genesys Cloud: platform API, public deployment files and a stand-in for Messenger."""
