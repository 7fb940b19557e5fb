"""A local Okta organization: the management API that stacks are declared with."""
