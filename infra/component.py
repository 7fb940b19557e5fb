"""What both components share: children that belong to them."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi


class Component(pulumi.ComponentResource):
    """A component of this project; its type is `messenger-sso:infra:<class name>`."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"messenger-sso:infra:{type(self).__name__}", name, None, opts)

    def child(
        self,
        *,
        protect: bool = False,
        replace_on_changes: Sequence[str] = (),
        ignore_changes: Sequence[str] = (),
        depends_on: Sequence[pulumi.Resource] = (),
    ) -> pulumi.ResourceOptions:
        """Return the options of a resource of this component."""
        return pulumi.ResourceOptions(
            parent=self,
            # False would set a protected parent's protection aside; nothing asks for that.
            protect=protect or None,
            replace_on_changes=list(replace_on_changes) or None,
            ignore_changes=list(ignore_changes) or None,
            depends_on=list(depends_on) or None,
        )

    def lookup(self) -> pulumi.InvokeOutputOptions:
        """Return the options of a look-up for this component."""
        return pulumi.InvokeOutputOptions(parent=self)
