"""The workflows of .github/: what they ask for, and their steps, run by hand."""
