"""`python -m infra.committed_secrets`: stack files hold secrets encrypted, or not at all.

What it finds is named by file, line and key, never by value. It needs neither the engine nor a
passphrase, so it fits a hook before each commit.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

_PROJECT = Path(__file__).resolve().parent.parent
_FILES = "Pulumi*.yaml"

# What the engine writes below `secure`: sealed with a passphrase, or by a service's key.
_SEALED = re.compile(r"v1:[A-Za-z0-9+/]{8,}=*:[A-Za-z0-9+/]{16,}=*|[A-Za-z0-9+/]{32,}={0,2}")

# Keys of the engine's own that hold sealed or public text.
_OF_THE_ENGINE = {"encryptionsalt", "encryptedkey", "secretsprovider"}

_SECRET_NAME = re.compile(
    r"(secret|password|passphrase|token|apikey|privatekey|accesskey|credentials?)$", re.IGNORECASE
)

_KNOWN_FORMS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a private key (JWK)": re.compile(r"[\"']?\bd[\"']?\s*:\s*[\"'][A-Za-z0-9_-]{40,}[\"']"),
    "a signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    # Assumption: Okta's API tokens begin with 00 and have 42 characters, as secret scanners expect.
    "an Okta API token": re.compile(r"(?<![A-Za-z0-9_-])00[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])"),
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})"),
    "a Pulumi access token": re.compile(r"\bpul-[0-9a-f]{40}\b"),
    "a password in a URL": re.compile(r"://[^/\s:@\"']+:[^/\s:@\"']+@"),
}
_RANDOM = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{32,}={0,2}(?![A-Za-z0-9+/_=-])")


@dataclass(frozen=True)
class _Value:
    """A scalar of a stack file: its keys from the top, its text, and the line it begins in."""

    path: tuple[str, ...]
    text: str
    line: int
    is_text: bool

    @property
    def key(self) -> str:
        return ".".join(self.path)

    @property
    def is_sealed(self) -> bool:
        return self.path[-1:] == ("secure",)


def find_secrets(file: Path) -> list[str]:
    """Return one sentence for each secret that a stack file holds in clear, in order of lines."""
    name = file.name
    try:
        text = file.read_text(encoding="utf-8")
        root = yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        return [f"{name}: cannot be read ({type(error).__name__})."]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [f"{name}{f':{mark.line + 1}' if mark else ''}: is no YAML."]
    values = list(_values(root, ())) if root else []
    found: dict[int, str] = {}
    for value in values:
        if problem := _problem(value):
            found.setdefault(value.line, f"{value.key}: {problem}")
    sealed = {value.text for value in values if value.is_sealed}
    for number, line in enumerate(text.splitlines(), 1):
        form = _known_form(line)
        if form and not any(one and one in line for one in sealed):
            found.setdefault(number, f"found what looks like {form}.")
    return [f"{name}:{line}: {found[line]}" for line in sorted(found)]


def main(arguments: Sequence[str]) -> int:
    """Check the files named, or all of the project; return the exit code."""
    files = [Path(argument) for argument in arguments] or sorted(_PROJECT.glob(_FILES))
    found = [sentence for file in files for sentence in find_secrets(file)]
    if not found:
        return 0
    count = "1 secret" if len(found) == 1 else f"{len(found)} secrets"
    sys.stderr.write(
        "\n".join(
            [
                f"Stack files hold {count} in clear:",
                *(f"  {sentence}" for sentence in found),
                "Encrypt each: `pulumi config set --secret KEY` (`--path` for a key inside "
                "another), and replace it at the vendor's if it was ever committed. "
                "docs/guard-rails.md tells more.\n",
            ]
        )
    )
    return 1


def _values(node: yaml.Node, path: tuple[str, ...]) -> Iterator[_Value]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _values(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _values(item, (*path[:-1], f"{path[-1] if path else ''}[{index}]"))
    elif isinstance(node, yaml.ScalarNode):
        is_text = node.tag == "tag:yaml.org,2002:str"
        yield _Value(path, node.value, node.start_mark.line + 1, is_text)


def _problem(value: _Value) -> str:
    """Return what is wrong with a value, or nothing."""
    if not value.text.strip() or _OF_THE_ENGINE.intersection(value.path[:1]):
        return ""
    if value.is_sealed:
        return "" if _SEALED.fullmatch(value.text) else "is not encrypted, in spite of `secure`."
    if form := _known_form(value.text):
        return f"found what looks like {form}."
    names = [re.sub(r"\[\d+\]$", "", name).rpartition(":")[2] for name in value.path]
    if value.is_text and any(_SECRET_NAME.search(name) for name in names):
        return "found in clear, expected an encrypted value."
    if value.is_text and _looks_random(value.text):
        return "found a long random text, expected an encrypted value."
    return ""


def _known_form(text: str) -> str:
    return next((name for name, form in _KNOWN_FORMS.items() if form.search(text)), "")


def _looks_random(text: str) -> bool:
    """Tell whether a text holds a word that no person would choose: long, of mixed characters."""
    return any(
        all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
        # Words that people join with strokes and slashes are shorter than this.
        and max(map(len, re.split("[-_/]", word))) >= 20
        for word in _RANDOM.findall(text)
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
