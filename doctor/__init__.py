"""Looks at a deployed stack from outside and tells what does not match; it changes nothing."""
