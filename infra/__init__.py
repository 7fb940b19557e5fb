"""The Pulumi program: typed settings, two components, typed outputs."""
