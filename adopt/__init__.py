"""Brings objects that were made by hand under the stack's care, by an import file for Pulumi."""
