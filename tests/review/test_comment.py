"""One comment a stack, edited in place."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from review.comment import CommentError, PullRequest, place_comment

MARK = "<!-- messenger-sso: dev -->"
WHERE = PullRequest("example/sites", 7, "a-token-nobody-may-see")


class GitHub(httpx.MockTransport):
    """Comments of one pull request, two to a page."""

    def __init__(self, *comments: tuple[str, str], status: int = 200) -> None:
        super().__init__(self.answer)
        self.comments: list[dict[str, Any]] = []
        self.status = status
        for kind, body in comments:
            self.add(kind, body)

    def add(self, kind: str, body: str) -> dict[str, Any]:
        number = len(self.comments) + 1
        url = f"https://github.example/{number}"
        comment = {"id": number, "user": {"type": kind}, "body": body, "html_url": url}
        self.comments.append(comment)
        return comment

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer a-token-nobody-may-see"
        if self.status != 200:
            return httpx.Response(self.status)
        path = request.url.path
        if request.method == "GET":
            assert path == "/repos/example/sites/issues/7/comments"
            page = int(request.url.params.get("page", 1))
            more = page * 2 < len(self.comments)
            following = f'<{request.url.copy_merge_params({"page": str(page + 1)})}>; rel="next"'
            shown = self.comments[page * 2 - 2 : page * 2]
            return httpx.Response(200, json=shown, headers={"Link": following} if more else {})
        body = json.loads(request.content)["body"]
        if request.method == "POST":
            assert path == "/repos/example/sites/issues/7/comments"
            return httpx.Response(201, json=self.add("Bot", body))
        assert path.startswith("/repos/example/sites/issues/comments/")
        comment = self.comments[int(path.rpartition("/")[2]) - 1]
        comment["body"] = body
        return httpx.Response(200, json=comment)


def test_the_first_report_is_a_new_comment() -> None:
    github = GitHub(("User", "Nice"))
    assert place_comment(WHERE, f"{MARK}\nfirst", github) == "https://github.example/2"
    assert [comment["body"] for comment in github.comments] == ["Nice", f"{MARK}\nfirst"]


def test_the_next_report_of_the_stack_takes_its_place_wherever_it_is() -> None:
    others = [("User", "a"), ("User", "b"), ("Bot", "<!-- messenger-sso: prod -->\nprod")]
    github = GitHub(*others, ("Bot", f"{MARK}\r\nold"), ("User", "c"))
    assert place_comment(WHERE, f"{MARK}\nnew", github) == "https://github.example/4"
    bodies = [comment["body"] for comment in github.comments]
    assert bodies == ["a", "b", others[2][1], f"{MARK}\nnew", "c"]


def test_what_a_person_wrote_is_left_alone_even_with_the_mark() -> None:
    github = GitHub(("User", f"{MARK}\nquoted"))
    place_comment(WHERE, f"{MARK}\nnew", github)
    assert [comment["body"] for comment in github.comments] == [f"{MARK}\nquoted", f"{MARK}\nnew"]


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "not valid any more"),
        (403, "`pull-requests: write`"),
        (404, "no such pull request"),
        (422, "`preview --limit`"),
    ],
)
def test_a_refusal_is_explained_without_the_token(status: int, advice: str) -> None:
    with pytest.raises(CommentError, match=advice) as refused:
        place_comment(WHERE, MARK, GitHub(status=status))
    assert "nobody-may-see" not in f"{refused.value} {WHERE}"


def test_an_unreachable_github_is_said() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with pytest.raises(CommentError, match="GitHub cannot be reached: no route"):
        place_comment(WHERE, MARK, httpx.MockTransport(broken))
