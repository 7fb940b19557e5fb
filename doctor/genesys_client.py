"""The vendor's SDK for Genesys Cloud's platform API: signed in, on our own wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from doctor.ledger import GENESYS
from doctor.reading import Notebook, Unread
from doctor.wire import Answer, Wire
from infra.provider_config import GenesysAccess

_FORM = "application/x-www-form-urlencoded"


class GenesysClient:
    """Calls one organisation. It signs in, and loads the SDK, when first called."""

    def __init__(
        self,
        access: GenesysAccess | None,
        missing: str,
        wire: Wire,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._access = access
        self._missing = missing
        self._wire = wire
        self._say = say
        self._notes = Notebook()

    def call(self, api: str, method: str, *arguments: Any, **options: Any) -> Any:
        """Return what a call of the SDK gives; None for a 404.

        Raises Unread for every other refusal, and when there is no answer that can be understood.
        """
        sdk, client = self._notes.once("client", self._sign_in)
        try:
            return getattr(getattr(sdk, api)(client), method)(*arguments, **options)
        except sdk.rest.ApiException as error:
            if error.status == 404:
                return None
            raise Unread(self._explain(error)) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unread(
                f"Genesys Cloud's answer to {method} was not understood ({type(error).__name__})."
            ) from None

    def _sign_in(self) -> tuple[Any, Any]:
        access = self._access
        if access is None:
            raise Unread(f"There are no credentials for Genesys Cloud: {self._missing}")
        self._say("Loading Genesys Cloud's SDK")
        try:
            import PureCloudPlatformClientV2 as sdk
            from PureCloudPlatformClientV2.logger import LogLevel
        except ImportError:
            raise Unread(
                "Genesys Cloud's SDK is not installed: pip install -r requirements-doctor.txt"
            ) from None
        self._say("Reading Genesys Cloud")
        # A file in the home folder must neither redirect the calls nor log their tokens.
        sdk.Configuration().logger.log_level = LogLevel.LNone
        transport = _transport(sdk, self._wire)

        def client(host: str) -> Any:
            made = sdk.api_client.ApiClient(host=host)
            made.gateway_configuration = None
            made.set_http_client(transport)
            return made

        api = client(access.api_url)
        api.access_token = access.access_token
        if not access.access_token:
            try:
                signed_in = client(access.login_url).get_client_credentials_token(
                    access.client_id, access.client_secret
                )
            except sdk.rest.ApiException as error:
                raise Unread(
                    f"Genesys Cloud ({access.region.name}) gives no token to the OAuth client "
                    f"{access.client_id}: status {error.status}. Check genesyscloud:oauthclientId "
                    "and oauthclientSecret (or GENESYSCLOUD_OAUTHCLIENT_ID and _SECRET) and the "
                    "region."
                ) from None
            except (ValueError, KeyError):
                raise Unread(
                    f"{access.login_url} answers the sign-in with something else than a token."
                ) from None
            api.access_token = signed_in.access_token
        return sdk, api

    def _explain(self, error: Any) -> str:
        try:
            said = json.loads(error.body or "").get("message", "")
        except (ValueError, AttributeError):
            said = ""
        text = f"Genesys Cloud answers {error.status}" + (f" ({said.rstrip('.')})" if said else "")
        if error.status == 401:
            return f"{text}. Check the credentials and the region."
        if error.status == 403:
            return f"{text}. The OAuth client's role needs view permissions: docs/doctor.md."
        return f"{text}."


class _Response:
    """An answer in the shape that the SDK's own HTTP client gives."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.reason = ""
        self.data = answer.text
        self._headers = dict(answer.headers)

    def getheaders(self) -> dict[str, str]:
        return self._headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return self._headers.get(name.lower(), default)


def _transport(sdk: Any, wire: Wire) -> Any:
    class OverOurWire(sdk.abstract_http_client.AbstractHttpClient):  # type: ignore[misc]
        """The SDK's place for another HTTP client: its own knows no timeout and no bound."""

        def request(self, options: Any) -> _Response:
            form = options.headers.get("Content-Type") == _FORM
            answer = wire.send(
                GENESYS,
                options.method,
                options.url,
                headers=options.headers,
                params=options.query_params or None,
                data=dict(options.post_params) if form else None,
            )
            response = _Response(answer)
            if not answer.is_good:
                raise sdk.rest.ApiException(http_resp=response)
            return response

    return OverOurWire()
