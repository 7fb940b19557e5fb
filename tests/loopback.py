"""Requests of tests to servers on this machine: no proxy, and no certificates to be loaded."""

from __future__ import annotations

import ssl
from functools import partial

import httpx

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that never speak TLS; the default one takes 50 ms to make."""

client = partial(httpx.Client, verify=CONTEXT, trust_env=False, timeout=30)

request = partial(httpx.request, verify=CONTEXT, trust_env=False, timeout=20)
get = partial(request, "GET")
post = partial(request, "POST")
put = partial(request, "PUT")
delete = partial(request, "DELETE")
