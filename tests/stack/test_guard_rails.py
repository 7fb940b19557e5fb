"""Guard rails on the engine: a dangerous edit of the program touches neither cloud."""

from __future__ import annotations

from tests.stack.workbench import Workbench


def test_a_dangerous_edit_is_stopped_before_anything_is_applied(own_project: Workbench) -> None:
    """X7: also when nobody looks at a preview first; the message is all that is said."""
    bench = own_project
    file = bench.project / "infra" / "messenger.py"
    text = file.read_text(encoding="utf-8")
    assert "allowed_domains=[site.address.host]" in text
    file.write_text(text.replace("allowed_domains=[site.address.host]", 'allowed_domains=["*"]'))
    bench.pulumi("config", "set", "messenger-sso:guardRails", "true")
    bench.pulumi("config", "set", "--path", "messenger-sso:acceptedDangers[0]", "plain-http")
    bench.forget_requests()
    said = bench.up(code=None)
    assert 'storefront-deployment.allowedDomains: found "*", expected whole host names' in said
    assert "acceptedDangers in Pulumi.local.yaml" in said
    assert "Traceback" not in said
    assert "never retrieved" not in said
    assert bench.resources() == {}
    assert bench.written() == {}

    file.write_text(text, encoding="utf-8")
    bench.up()
    assert bench.preview("--expect-no-changes").changes == {}
