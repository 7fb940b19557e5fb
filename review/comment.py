"""Keeps one comment a stack on a pull request of GitHub's, edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

_PAGE = 100
_SECONDS = 20


class CommentError(Exception):
    """GitHub did not take the comment; the message says why and holds no token."""


@dataclass(frozen=True)
class PullRequest:
    """Where the comment belongs, and the token that may write it."""

    repository: str
    number: int
    token: str = field(repr=False)
    api: str = "https://api.github.com"


def place_comment(
    pull_request: PullRequest, text: str, transport: httpx.BaseTransport | None = None
) -> str:
    """Write the comment, or edit the one that begins with the same line; return its URL.

    The first line of the text is the mark by which it is found again. Only a bot's comment is
    edited, as a job's token writes them: what a person wrote, mark or not, is left alone, so with a
    person's token each call writes one more. Raises CommentError. GitHub, "REST API endpoints for
    issue comments".
    """
    headers = {
        "Authorization": f"Bearer {pull_request.token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    with httpx.Client(
        base_url=pull_request.api, headers=headers, timeout=_SECONDS, transport=transport
    ) as client:
        github = _GitHub(client, f"/repos/{pull_request.repository}/issues")
        mark = text.partition("\n")[0].strip()
        for comment in github.comments(pull_request.number):
            by_program = (comment.get("user") or {}).get("type") == "Bot"
            if by_program and str(comment.get("body") or "").partition("\n")[0].strip() == mark:
                answer = github.call("PATCH", f"/comments/{comment['id']}", {"body": text})
                break
        else:
            answer = github.call("POST", f"/{pull_request.number}/comments", {"body": text})
        return str(answer.json().get("html_url", ""))


@dataclass(frozen=True)
class _GitHub:
    client: httpx.Client
    issues: str

    def comments(self, number: int) -> Iterator[Mapping[str, Any]]:
        path: str | None = f"{self.issues}/{number}/comments?per_page={_PAGE}"
        while path:
            answer = self._send("GET", path)
            yield from answer.json()
            path = answer.links.get("next", {}).get("url")

    def call(self, method: str, path: str, body: Mapping[str, str]) -> httpx.Response:
        return self._send(method, f"{self.issues}{path}", json=body)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise CommentError(f"GitHub cannot be reached: {reason}.") from None
        if answer.is_success:
            return answer
        advice = {
            401: "The token is not valid any more.",
            403: "The token may not write comments: the job needs `pull-requests: write`.",
            404: "There is no such pull request, or the token may not see it.",
            422: "The text may be too long: `preview --limit` makes it shorter.",
        }.get(answer.status_code, "Try again.")
        raise CommentError(f"GitHub answered {answer.status_code} to {method} {path}. {advice}")
