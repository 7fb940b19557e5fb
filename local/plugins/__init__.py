"""Pulumi providers and the language host of the local cloud, attached to the engine by port.

A provider is a table of resource types (`resource.Provider`); everything that is the same for all
of them lives beside it: `service` speaks the engine's protocol, `checking`, `planning` and
`following` decide what inputs, changes and states mean, `wire` knows the encodings, `server`
listens. The engine finds them through the variable `PULUMI_DEBUG_PROVIDERS`, which names their
ports: `okta:<port>,terraform-provider:<port>`.
"""
