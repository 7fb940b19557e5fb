"""What the organization holds, and the rules it keeps. Nothing here knows HTTP."""
