"""At Genesys Cloud: refresh tokens and JWTs of people who have signed in before."""

from __future__ import annotations

from collections.abc import Callable

from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Answer, Case, Result
from tests.end_to_end.hostile.id_tokens import astray, order
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.guest.provider import FOREIGN_KEY

OFFLINE = "openid email offline_access"


def renew(*steps: changes.Step, before: changes.Step | None = None) -> Act:
    """Use a refresh token after something has changed."""

    def act(visitor: Visitor) -> Result:
        if before is not None:
            before(visitor)
        token = visitor.sign_in(scope=OFFLINE)["refreshToken"]
        for step in steps:
            step(visitor)
        return visitor.renew(token)

    return act


def elsewhere(visitor: Visitor) -> Result:
    """Use a refresh token at another deployment."""
    token = visitor.sign_in(scope=OFFLINE)["refreshToken"]
    return visitor.renew(token, deploymentId=visitor.clouds.site("help").deployment_id)


def signed_out(visitor: Visitor) -> Result:
    """Use a refresh token after signing out."""
    tokens = visitor.sign_in(scope=OFFLINE)
    assert visitor.sign_out(tokens["jwt"]).status_code == 204
    return visitor.renew(tokens["refreshToken"])


def signed_out_meanwhile(visitor: Visitor) -> Result:
    """Use a refresh token while the person signs out somewhere else."""
    emulator, site = visitor.clouds.genesys.emulator, visitor.clouds.astray

    def sign_out() -> None:
        # Straight at the state: a request would wait for a server that waits for this one.
        emulator.sign_ins.end_all(site, emulator.contacts.listing()[0]["id"])

    return renewed_astray(lambda visitor: order(before_answer=sign_out)(visitor))(visitor)


def renewed_astray(give: Callable[[Visitor], None]) -> Act:
    """Use a refresh token when the other provider has its orders."""

    def act(visitor: Visitor) -> Result:
        visitor.clouds.provider.answer = {"refresh_token": "first"}
        made = visitor.exchange(astray(visitor), deploymentId=visitor.clouds.astray).json()
        give(visitor)
        return visitor.renew(made["refreshToken"])

    return act


def stolen_at_the_provider(visitor: Visitor) -> Result:
    """Use a refresh token after a thief has used the one that Genesys Cloud holds."""
    visitor.set(refresh_token={"rotation_type": "ROTATE", "leeway": 0})
    token = visitor.sign_in(scope=OFFLINE)["refreshToken"]
    kept = visitor.clouds.genesys.emulator.store.collection("guest-sign-ins")
    (sign_in,) = kept.documents()
    form = {"grant_type": "refresh_token", "refresh_token": sign_in["refresh"]["provider"]}
    assert visitor.token(form).status_code == 200
    return visitor.renew(token)


def revoke(make: Callable[[Visitor], str | None]) -> Act:
    """Sign out with a JWT that is none."""
    return lambda visitor: visitor.sign_out(make(visitor))


def read_history(make: Callable[[Visitor], str]) -> Act:
    """Read what was said, with a JWT that does not open it."""
    return lambda visitor: visitor.history(make(visitor))


def expired(visitor: Visitor) -> str:
    """Return a JWT that was good 15 minutes ago."""
    jwt = str(visitor.sign_in()["jwt"])
    visitor.clouds.advance(901)
    return jwt


def ended(visitor: Visitor) -> str:
    """Return a JWT of somebody who has signed out."""
    jwt = str(visitor.sign_in()["jwt"])
    assert visitor.sign_out(jwt).status_code == 204
    return jwt


def ended_on_another_device(visitor: Visitor) -> str:
    """Return a JWT of somebody who has signed out on another device."""
    jwt = str(visitor.sign_in()["jwt"])
    assert visitor.sign_out(str(visitor.sign_in()["jwt"])).status_code == 204
    return jwt


def tampered(visitor: Visitor) -> str:
    """Return a JWT under the signature of another one."""
    one, other = (str(visitor.sign_in()["jwt"]) for _ in range(2))
    return f"{one.rpartition('.')[0]}.{other.rpartition('.')[2]}"


def of_the_provider(visitor: Visitor) -> str:
    """Return Okta's ID token in place of a JWT."""
    return str(visitor.tokens()["id_token"])


def of_the_history(visitor: Visitor) -> str:
    """Return the JWT that opens the history, for another purpose."""
    jwt = str(visitor.sign_in()["jwt"])
    with visitor.talking() as talk:
        talk.started(jwt)
        return str(talk.ask("getJwt")["body"]["jwt"])


UNAUTHENTICATED = Answer(401, "bad.credentials")
FOREIGN = "the JWT is not one of this organisation"

CASES = [
    Case(
        "renewing with a made-up token",
        lambda visitor: visitor.renew("made-up"),
        UNAUTHENTICATED,
        genesys="the refresh token is unknown, revoked or expired",
    ),
    Case(
        "renewing with nothing",
        lambda visitor: visitor.renew(""),
        Answer(400, "bad.request"),
        genesys="refreshToken: ",
    ),
    Case(
        "renewing a day later",
        renew(changes.time_passes(86_401)),
        UNAUTHENTICATED,
        genesys="the refresh token is unknown, revoked or expired",
    ),
    Case(
        "renewing later than the integration allows",
        renew(
            changes.time_passes(901),
            before=lambda visitor: visitor.set_up(maxRefreshTokenLifetime=900),
        ),
        UNAUTHENTICATED,
        genesys="the refresh token is unknown, revoked or expired",
    ),
    Case(
        "renewing at another deployment",
        elsewhere,
        UNAUTHENTICATED,
        genesys="the refresh token belongs to another deployment",
    ),
    Case(
        "renewing after signing out",
        signed_out,
        UNAUTHENTICATED,
        genesys="the refresh token is unknown, revoked or expired",
    ),
    Case(
        "renewing while signing out",
        signed_out_meanwhile,
        UNAUTHENTICATED,
        genesys="the sign-in has ended meanwhile",
    ),
    Case(
        "renewing as another subject",
        renewed_astray(order(subject="grace")),
        UNAUTHENTICATED,
        genesys="ID token: the refresh brought another subject",
    ),
    Case(
        "M62 renewing under a foreign key",
        renewed_astray(order(signing_key=FOREIGN_KEY)),
        UNAUTHENTICATED,
        genesys="ID token: the signature does not hold",
    ),
    Case(
        "renewing for a suspended person",
        renew(changes.person("suspend")),
        UNAUTHENTICATED,
        okta="invalid_grant: the person may not sign in any more",
        genesys="token endpoint: invalid_grant (status 400)",
    ),
    Case(
        "renewing for somebody who is not assigned any more",
        renew(changes.unassign),
        UNAUTHENTICATED,
        okta="access_denied: 00u",
        genesys="token endpoint: access_denied (status 400)",
    ),
    Case(
        "renewing what a thief has used",
        stolen_at_the_provider,
        UNAUTHENTICATED,
        okta="invalid_grant: the refresh token was replaced and came again",
        genesys="token endpoint: invalid_grant (status 400)",
    ),
    Case(
        "renewing with the integration disabled",
        renew(changes.integration("DISABLED")),
        Answer(403, "not.authorized"),
        genesys="integration ",
    ),
    Case(
        "renewing with the deployment inactive",
        renew(lambda visitor: visitor.deploy(status="Inactive")),
        Answer(403, "not.authorized"),
        genesys="deployment ",
    ),
    Case(
        "signing out without a JWT",
        revoke(lambda _: None),
        Answer(401, "authentication.required"),
        genesys="No authentication bearer token",
    ),
    Case("signing out, made up", revoke(lambda _: "a.b.c"), UNAUTHENTICATED, genesys=FOREIGN),
    Case("signing out, Okta's", revoke(of_the_provider), UNAUTHENTICATED, genesys=FOREIGN),
    Case("signing out, tampered", revoke(tampered), UNAUTHENTICATED, genesys=FOREIGN),
    Case("signing out, late", revoke(expired), UNAUTHENTICATED, genesys="the JWT has expired"),
    Case("signing out twice", revoke(ended), UNAUTHENTICATED, genesys="the sign-in has ended"),
    Case(
        "signing out after another device",
        revoke(ended_on_another_device),
        UNAUTHENTICATED,
        genesys="the sign-in has ended",
    ),
    Case(
        "signing out with a JWT for the history",
        revoke(of_the_history),
        UNAUTHENTICATED,
        genesys="the JWT is for another purpose",
    ),
    Case(
        "history without a JWT",
        lambda visitor: visitor.clouds.genesys.anyone.get("/api/v2/webmessaging/messages"),
        Answer(401, "authentication.required"),
        genesys="No authentication bearer token",
    ),
    Case("history, made up", read_history(lambda _: "made-up"), UNAUTHENTICATED, genesys=FOREIGN),
    Case("history, late", read_history(expired), UNAUTHENTICATED, genesys="the JWT has expired"),
    Case(
        "history after signing out",
        read_history(ended),
        UNAUTHENTICATED,
        genesys="the sign-in has ended",
    ),
]
