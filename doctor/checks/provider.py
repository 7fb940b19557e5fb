"""What the sign-in provider tells the world: its discovery document and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doctor.check import Area, Checks, Needs, Verdict, bad, compare, good
from doctor.reading import Waits
from doctor.survey import Survey

CHECKS = Checks(Area.PROVIDER)

_ALGORITHM = "RS256"


@CHECKS.check(
    "The discovery document can be read",
    needs=Needs.DISCOVERY,
    cause="the authorization server is inactive or gone, or the network keeps it away",
    cure="Activate the server in Okta (Security > API), or run `pulumi up`. Genesys Cloud and "
    "visitors need this address from the internet.",
)
def discovery_reachable(survey: Survey, _: None) -> Verdict:
    document = survey.web.discovery()
    if document.content is None:
        return bad(document.problem)
    return good(document.url)


@CHECKS.check(
    "The issuer is the stack's",
    needs=Needs.DISCOVERY,
    waits_for="discovery-reachable",
    cause="the server's issuer mode or custom domain was changed, or the discovery URI belongs to "
    "another server",
    cure="Set the issuer back, or run `pulumi up` and publish the sites anew: tokens of another "
    "issuer are refused.",
)
def issuer_equal(survey: Survey, _: None) -> Verdict:
    return compare(str(_discovered(survey).get("issuer") or ""), survey.outputs.issuer)


@CHECKS.check(
    "Sign-in and sign-out start where the stack says",
    needs=Needs.DISCOVERY,
    waits_for="discovery-reachable",
    cause="the provider moved its end points, for example to a custom domain",
    cure="Run `pulumi up`, then build and publish the sites anew.",
)
def endpoints_equal(survey: Survey, _: None) -> Verdict:
    document, outputs = _discovered(survey), survey.outputs
    wanted = {
        "authorization_endpoint": outputs.authorization_endpoint,
        "end_session_endpoint": outputs.end_session_endpoint,
    }
    wrong = [
        f"{key} {document.get(key)}, expected {url}"
        for key, url in wanted.items()
        if url and document.get(key) != url
    ]
    return bad("; ".join(wrong)) if wrong else good(outputs.authorization_endpoint)


@CHECKS.check(
    "ID tokens are signed with RS256",
    needs=Needs.DISCOVERY,
    waits_for="discovery-reachable",
    cause="the provider signs with another algorithm, or with a shared secret",
    cure="Let the provider sign ID tokens of this client with RS256.",
)
def rs256_offered(survey: Survey, _: None) -> Verdict:
    offered = _texts(_discovered(survey).get("id_token_signing_alg_values_supported"))
    shown = ", ".join(offered) or "no algorithm"
    return good(shown) if _ALGORITHM in offered else bad(f"{shown}, expected {_ALGORITHM}")


@CHECKS.check(
    "PKCE is offered",
    needs=Needs.DISCOVERY,
    waits_for="discovery-reachable",
    cause="the provider does not support the method S256 that the sites use",
    cure="Switch it on at the provider, or set `messenger-sso:pkce: false`.",
)
def pkce_offered(survey: Survey, _: None) -> Verdict:
    if not survey.outputs.pkce:
        return good("not used by this stack")
    document = _discovered(survey)
    offered = _texts(document.get("code_challenge_methods_supported"))
    if "S256" in offered:
        return good("S256")
    # Who leaves the member out may support it all the same (RFC 8414, 2).
    return bad(f"{', '.join(offered) or 'no method'}, expected S256")


@CHECKS.check(
    "The key set (JWKS) can be read",
    needs=(Needs.DISCOVERY, Needs.KEYS),
    waits_for="discovery-reachable",
    cause="the provider's key address does not answer",
    cure="Try the address in a browser; behind a firewall, let Genesys Cloud through to it.",
)
def keys_reachable(survey: Survey, _: None) -> Verdict:
    url = _discovered(survey).get("jwks_uri")
    if not isinstance(url, str):
        return bad("the discovery document names no jwks_uri")
    document = survey.web.keys(url)
    if document.content is None:
        return bad(document.problem)
    return good(url) if _keys(document.content) else bad(f"{url} holds no keys")


@CHECKS.check(
    "There is an RSA key for signatures",
    needs=(Needs.DISCOVERY, Needs.KEYS),
    waits_for=("discovery-reachable", "keys-reachable"),
    cause="the provider signs with another kind of key, such as an elliptic curve's",
    cure="Let the provider sign with an RSA key; Genesys Cloud accepts RS256.",
)
def keys_rsa(survey: Survey, _: None) -> Verdict:
    url = _discovered(survey).get("jwks_uri")
    document = survey.web.keys(url) if isinstance(url, str) else None
    if document is None or document.content is None or not (keys := _keys(document.content)):
        raise Waits("keys-reachable")
    fit = [key for key in keys if _is_fit(key)]
    kinds = ", ".join(sorted({f"{key.get('kty')} {key.get('alg') or ''}".strip() for key in keys}))
    return good(f"{len(fit)} of {len(keys)} keys: {kinds}") if fit else bad(f"only {kinds}")


def _discovered(survey: Survey) -> Mapping[str, Any]:
    content = survey.web.discovery().content
    if content is None:
        raise Waits("discovery-reachable")
    return content


def _keys(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    keys = content.get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def _is_fit(key: Mapping[str, Any]) -> bool:
    return (
        key.get("kty") == "RSA"
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, _ALGORITHM)
    )


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
