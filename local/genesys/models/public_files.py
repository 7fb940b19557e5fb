"""What a browser may read of a deployment: the two files on the vendor's content network."""

from __future__ import annotations

from local.emulator.store import Document
from local.genesys.models.deployments import Deployments

# What the vendor's mobile SDK cannot do without (its model `DeploymentConfig`), with the values
# that a configuration made in the web interface starts with.
_MESSENGER: Document = {
    "enabled": False,
    "styles": {"primaryColor": "#FF4F1F"},
    "launcherButton": {"visibility": "On"},
    "fileUpload": {"enableAttachments": False, "modes": []},
    "homeScreen": {"enabled": False},
    "apps": {
        "conversations": {
            "enabled": False,
            "showAgentTypingIndicator": False,
            "showUserTypingIndicator": False,
            "autoStart": {"enabled": False},
            "markdown": {"enabled": False},
            "conversationDisconnect": {"enabled": False},
            "conversationClear": {"enabled": False},
            "humanize": {"enabled": False},
            "notifications": {"enabled": False},
        }
    },
}

_COPIED = (
    "id",
    "version",
    "languages",
    "defaultLanguage",
    "headlessMode",
    "customI18nLabels",
    "position",
    "supportCenter",
    "cobrowse",
    "video",
    "dateCreated",
    "dateModified",
    "datePublished",
)


def domains_file(deployments: Deployments, id: str) -> Document:
    """Return `domains.json` of a deployment."""
    found = deployments.describe(id)
    return {
        "allowAllDomains": found["allowAllDomains"],
        "allowedDomains": found["allowedDomains"],
    }


def config_file(deployments: Deployments, id: str, base_url: str) -> Document:
    """Return `config.json` of a deployment.

    It is the configuration version, except that authentication is told as `auth` without the
    integration's id, the status is the deployment's, and the end points are added. Assumption:
    `apiEndpoint` is the origin of the API, `messagingEndpoint` the origin of the socket.
    """
    version = deployments.configuration_version(id)
    settings = version.get("authenticationSettings", {})
    messenger = _filled(_MESSENGER, version.get("messenger", {}))
    messenger["apps"]["conversations"]["messagingEndpoint"] = "ws" + base_url.removeprefix("http")
    return {key: version[key] for key in _COPIED if key in version} | {
        "apiEndpoint": base_url,
        "status": deployments.describe(id)["status"],
        "messenger": messenger,
        "journeyEvents": {"enabled": False} | version.get("journeyEvents", {}),
        "auth": {
            "enabled": settings.get("enabled", False),
            "allowSessionUpgrade": settings.get("allowSessionUpgrade", False),
        },
    }


def _filled(defaults: Document, given: Document) -> Document:
    filled = dict(given)
    for key, value in defaults.items():
        if isinstance(value, dict):
            filled[key] = _filled(value, given.get(key, {}))
        else:
            filled.setdefault(key, value)
    return filled
