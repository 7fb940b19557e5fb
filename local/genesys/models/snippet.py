"""The text that a site owner pastes into a page."""

from __future__ import annotations

import json
from typing import Final

BOOTSTRAP_PATH: Final = "/genesys-bootstrap/genesys.min.js"
ENVIRONMENT: Final = "local"

# Structure: Genesys, "Deploy Messenger": a queueing function under a global name, its load time and
# options, and an asynchronous script element. The wording is our own.
_TEMPLATE: Final = """\
<script type="text/javascript" charset="utf-8">
  (function (page, name, address, options, element) {{
    page._genesysJs = name;
    page[name] = page[name] || function () {{
      (page[name].q = page[name].q || []).push(arguments);
    }};
    page[name].t = 1 * new Date();
    page[name].c = options;
    element = document.createElement('script');
    element.async = 1;
    element.src = address;
    element.charset = 'utf-8';
    document.head.appendChild(element);
  }})(window, 'Genesys', {address}, {{
    environment: {environment},
    deploymentId: {deployment}
  }});
</script>"""


def snippet(base_url: str, deployment_id: str) -> str:
    """Return the script element of a deployment; same deployment, same text."""
    return _TEMPLATE.format(
        address=_quote(base_url + BOOTSTRAP_PATH),
        environment=_quote(ENVIRONMENT),
        deployment=_quote(deployment_id),
    )


def _quote(text: str) -> str:
    # JSON's escapes are JavaScript's; these three could end the element or the string.
    escaped = json.dumps(text)[1:-1].replace("'", "\\u0027").replace("<", "\\u003c")
    return f"'{escaped}'"
