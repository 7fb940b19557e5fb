"""`python -m sample_site publish` against a local S3, request by request."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from sample_site.__main__ import main
from sample_site.manifest import Manifest
from sample_site.publish import upload
from sample_site.publish.record import RECORD_FILE, PublishedFile, Record, object_headers
from tests.sample_site.samples import Outputs, local_stack, production_stack
from tests.sample_site.storage import CREDENTIALS, Storage, local_storage, write_site


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What was printed as JSON."""
        return json.loads(self.out)


Run = Callable[..., Done]

LOADER = Loader()


@pytest.fixture(scope="module")
def server() -> Iterator[Storage]:
    with local_storage() as storage:
        yield storage


@pytest.fixture
def storage(server: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Storage:
    """The server, and an environment in which nothing else of AWS is known."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name.upper(), value)
    # Half of a short run would go into reading the description of S3 from disk.
    monkeypatch.setattr("botocore.session.create_loader", lambda _: LOADER)
    server.forget()
    return server


@pytest.fixture
def run(
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    """Run the command in this process on the folder `site`."""

    def command(*arguments: str, folder: Path = tmp_path / "site") -> Done:
        address = [] if "--endpoint-url" in arguments else ["--endpoint-url", storage.url]
        monkeypatch.setattr(
            sys, "argv", ["sample_site", "publish", "--dir", str(folder), *address, *arguments]
        )
        with pytest.raises(SystemExit) as end:
            main()
        shown = capsys.readouterr()
        for text in (shown.out, shown.err):
            assert "made-up-secret" not in text
            assert "Traceback" not in text
        return Done(int(end.value.code or 0), shown.out, shown.err)

    return command


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Manifest]:
    """Write a build into the folder `site`."""

    def build(outputs: Outputs | None = None, **own: Any) -> Manifest:
        return write_site(tmp_path / "site", outputs or production_stack(), **own)

    return build


Site = Callable[..., Manifest]


def record_of(storage: Storage, bucket: str, prefix: str = "hilfe/") -> Record:
    return Record.model_validate_json(storage.get(bucket, f"{prefix}{RECORD_FILE}").content)


def assert_whole(storage: Storage, bucket: str, built: Manifest, prefix: str = "hilfe/") -> None:
    """Every file of the build is there, and the record says so."""
    record = record_of(storage, bucket, prefix)
    assert record.pending == ()
    assert {path: file.sha256 for path, file in record.files.items()} == {
        file.path: file.sha256 for file in built.sites[0].files
    }
    assert {f"{prefix}{file.path}" for file in built.sites[0].files} <= storage.keys(bucket)


def test_a_site_under_a_path_lies_in_that_folder_and_is_sent_as_it_was_built(
    run: Run, storage: Storage, site: Site
) -> None:
    """Type with charset, pages never stale, assets kept for a year."""
    built, bucket = site(), storage.bucket()
    done = run("--bucket", bucket, "--stack", "prod")
    assert done.code == 0, done.err
    assert_whole(storage, bucket, built)
    assert {key.partition("/")[0] for key in storage.keys(bucket)} == {"hilfe"}
    for file in built.sites[0].files:
        answer = storage.get(bucket, f"hilfe/{file.path}")
        assert answer.headers["Content-Type"] == file.headers["Content-Type"]
        assert answer.headers["Cache-Control"] == file.headers["Cache-Control"]
        asset = file.path.startswith("assets/")
        assert answer.headers["Cache-Control"] == (
            "public, max-age=31536000, immutable" if asset else "no-cache"
        )
        if file.path.endswith((".html", ".css")):
            assert "charset=utf-8" in answer.headers["Content-Type"]
    assert "Uploaded 4 files" in done.out


def test_assets_come_before_data_before_pages_before_the_record(
    run: Run, storage: Storage, site: Site
) -> None:
    """The folder is claimed first, so that a broken publish leaves no folder of nobody's."""
    built, bucket = site(), storage.bucket()
    run("--bucket", bucket)
    (asset,) = [file.path for file in built.sites[0].files if file.path.startswith("assets/")]
    names = [path.removeprefix(f"/{bucket}/hilfe/") for path in storage.of("PUT")]
    assert names[:3] == [RECORD_FILE, asset, "transport.json"]
    assert set(names[3:5]) == {"404.html", "index.html"}
    assert names[5:] == [RECORD_FILE]


def test_only_what_changed_is_uploaded_and_old_assets_stay(
    run: Run, storage: Storage, site: Site
) -> None:
    bucket = storage.bucket()
    before = site(style="old")
    run("--bucket", bucket)
    built = site(style="new")
    storage.forget()
    done = run("--bucket", bucket, "--json")
    (published,) = done.data["sites"]
    (old,) = [file.path for file in before.sites[0].files if file.path.startswith("assets/")]
    (new,) = [file.path for file in built.sites[0].files if file.path.startswith("assets/")]
    assert published["uploaded"] == [new, "index.html"]
    assert [item["path"] for item in published["new"]] == [new]
    assert [(item["path"], item["why"]) for item in published["changed"]] == [
        ("index.html", "content")
    ]
    assert published["unchanged"] == 2
    assert [item["path"] for item in published["kept"]] == [old]
    assert len(storage.of("PUT")) == 4
    assert storage.of("HEAD", "DELETE", "POST") == []
    assert f"hilfe/{old}" in storage.keys(bucket)
    assert_whole(storage, bucket, built)


def test_a_thousand_unchanged_files_need_two_requests_and_no_upload(
    run: Run, storage: Storage, site: Site
) -> None:
    bucket = storage.bucket()
    built = site(more={f"data/{number:04}.txt": f"{number}" for number in range(995)})
    files = {}
    for file in built.sites[0].files:
        etag = storage.put(bucket, f"hilfe/{file.path}", b"x" * file.size)
        files[file.path] = PublishedFile(
            sha256=file.sha256, size=file.size, headers=object_headers(file), etag=etag
        )
    record = Record(
        environment="prod", site="hilfe", url="https://www.example.com/hilfe/", files=files
    )
    storage.put(bucket, f"hilfe/{RECORD_FILE}", record.to_json())
    done = run("--bucket", bucket)
    assert "Nothing to upload, 999 unchanged." in done.out
    assert storage.requests == [
        ("GET", f"/{bucket}"),
        ("GET", f"/{bucket}/hilfe/{RECORD_FILE}"),
    ]


def test_a_dry_run_shows_the_difference_and_writes_nothing(
    run: Run, storage: Storage, site: Site
) -> None:
    bucket = storage.bucket()
    site(style="old")
    run("--bucket", bucket)
    storage.put(bucket, "hilfe/robots.txt", b"theirs")
    site(style="new", more={"extra.txt": "x"})
    before = storage.keys(bucket)
    storage.forget()
    done = run("--bucket", bucket, "--dry-run")
    assert done.code == 0
    assert storage.of("PUT", "POST", "DELETE") == []
    assert storage.keys(bucket) == before
    for words in (
        r"new assets/site-",
        "new extra.txt",
        "changed index.html content",
        "kept assets/site-",
        "not ours robots.txt left alone",
        "Would upload 3 files",
    ):
        assert words in " ".join(done.out.split())


@pytest.mark.parametrize("colour", [True, False])
def test_the_table_fits_a_narrow_window_and_is_plain_on_demand(
    run: Run, storage: Storage, site: Site, monkeypatch: pytest.MonkeyPatch, colour: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "32")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    if colour:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    site(more={f"folder/with/a/rather/long/name-{n}.txt": "x" for n in range(60)})
    done = run("--bucket", storage.bucket(), "--dry-run")
    assert ("\x1b[32m" in done.out) == colour
    plain = "".join(part.partition("m")[2] for part in ("m" + done.out).split("\x1b["))
    table = [line for line in plain.splitlines() if line.startswith(("new", " "))]
    assert max(map(len, table)) <= 32
    assert "and 24 more" in plain


@pytest.mark.parametrize(
    ("where", "left"),
    [("the claim", 4), ("an asset", 4), ("data", 3), ("a page", 2), ("the record", 0)],
)
def test_a_publish_that_breaks_off_leaves_whole_pages_and_a_repeat_heals_it(
    run: Run, storage: Storage, site: Site, monkeypatch: pytest.MonkeyPatch, where: str, left: int
) -> None:
    """The repeat uploads what is left and nothing else, and the next one has nothing to do."""
    bucket = storage.bucket()
    site(style="old")
    run("--bucket", bucket)
    built = site(style="new", more={"transport.json": "[]", "404.html": "<p>new</p>"})
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    storage.forget()

    def breaks(method: str, path: str) -> bool:
        seen = " ".join(storage.of("PUT"))
        at = {
            "the claim": path.endswith(RECORD_FILE) and "index.html" not in seen,
            "an asset": "/assets/" in path,
            "data": path.endswith("transport.json"),
            "a page": path.endswith(".html"),
            "the record": path.endswith(RECORD_FILE) and "index.html" in seen,
        }
        return method == "PUT" and at[where]

    with storage.breaking(breaks):
        broken = run("--bucket", bucket, "--concurrency", "1")
    assert broken.code == 1
    assert "the connection failed" in broken.err
    assert "run the same command again" in broken.err
    needed = storage.get(bucket, "hilfe/index.html").text.partition("href=")[2].rstrip(">")
    assert storage.get(bucket, f"hilfe/{needed}").status_code == 200

    storage.forget()
    healed = run("--bucket", bucket)
    assert healed.code == 0, healed.err
    assert_whole(storage, bucket, built)
    assert len([path for path in storage.of("PUT") if RECORD_FILE not in path]) == left
    storage.forget()
    assert "Nothing to upload" in run("--bucket", bucket).out
    assert storage.of("PUT", "HEAD") == []


def test_a_first_publish_that_breaks_off_is_healed_without_consent(
    run: Run, storage: Storage, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, bucket = site(), storage.bucket()
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with storage.breaking(lambda method, path: method == "PUT" and path.endswith("index.html")):
        broken = run("--bucket", bucket)
    assert broken.code == 1
    assert "of 4 files are uploaded" in broken.err
    assert "hilfe/index.html" not in storage.keys(bucket)
    healed = run("--bucket", bucket)
    assert "A former publish was broken off here" in healed.out
    assert_whole(storage, bucket, built)


def test_a_short_break_is_repeated_and_not_noticed(
    run: Run, storage: Storage, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", _no_delay)
    built, bucket = site(), storage.bucket()
    broken: list[str] = []

    def once(method: str, path: str) -> bool:
        first = method == "PUT" and path.endswith("404.html") and not broken
        broken.extend([path] if first else [])
        return first

    with storage.breaking(once):
        assert run("--bucket", bucket).code == 0
    assert broken
    assert_whole(storage, bucket, built)


def _no_delay(*_: object) -> float:
    return 0.0


def test_an_object_replaced_by_somebody_else_is_noticed_and_put_right(
    run: Run, storage: Storage, site: Site
) -> None:
    """By its ETag alone, and by a look at that one object."""
    built, bucket = site(), storage.bucket()
    run("--bucket", bucket)
    (page,) = [file for file in built.sites[0].files if file.path == "index.html"]
    storage.put(bucket, "hilfe/index.html", b"x" * page.size)
    storage.forget()
    done = run("--bucket", bucket, "--json")
    assert done.data["sites"][0]["uploaded"] == ["index.html"]
    assert len(storage.of("HEAD")) == 1
    assert_whole(storage, bucket, built)


def test_changed_headers_alone_are_published(
    run: Run, storage: Storage, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = storage.bucket()
    site()
    run("--bucket", bucket)
    monkeypatch.setattr("sample_site.files._CHECKED_EACH_TIME", "no-cache, private")
    site()
    (published,) = run("--bucket", bucket, "--json").data["sites"]
    assert {item["why"] for item in published["changed"]} == {"headers"}
    assert storage.get(bucket, "hilfe/404.html").headers["Cache-Control"] == "no-cache, private"


def test_stale_files_go_on_request_only_and_assets_one_publish_later(
    run: Run, storage: Storage, site: Site
) -> None:
    """What no publish put there is never deleted."""
    bucket = storage.bucket()
    storage.put(bucket, "hilfe/robots.txt", b"theirs")
    before = site(style="old", more={"gone.html": "x"})
    (old,) = [file.path for file in before.sites[0].files if file.path.startswith("assets/")]
    run("--bucket", bucket, "--adopt")
    site(style="new")
    run("--bucket", bucket)
    assert {"hilfe/gone.html", f"hilfe/{old}"} <= storage.keys(bucket)

    site(style="newer")
    storage.forget()
    done = run("--bucket", bucket, "--delete", "--json")
    assert done.data["sites"][0]["deleted"] == [old, "gone.html"]
    assert storage.requests[-1][0] == "POST"
    assert not {"hilfe/gone.html", f"hilfe/{old}"} & storage.keys(bucket)
    assert "hilfe/robots.txt" in storage.keys(bucket)
    assets = [key for key in storage.keys(bucket) if "assets/" in key]
    assert len(assets) == 2  # the new ones, and those of the pages that somebody still has open

    storage.forget()
    run("--bucket", bucket, "--delete")
    assert len([key for key in storage.keys(bucket) if "assets/" in key]) == 1
    storage.forget()
    run("--bucket", bucket, "--delete")
    assert storage.of("PUT", "POST", "DELETE") == []


# Whose bucket it is


def test_a_bucket_of_somebody_else_is_refused_without_consent(
    run: Run, storage: Storage, site: Site
) -> None:
    bucket = storage.bucket()
    for key in ("hilfe/index.html", "hilfe/a", "hilfe/b", "hilfe/c"):
        storage.put(bucket, key, b"theirs")
    built = site()
    storage.forget()
    done = run("--bucket", bucket)
    assert done.code == 1
    assert "holds 4 objects that no publish put there (a, b, c, …)" in done.err
    assert "--adopt" in done.err
    assert storage.of("PUT", "POST", "DELETE") == []
    assert run("--bucket", bucket, "--adopt").code == 0
    assert_whole(storage, bucket, built)
    assert storage.get(bucket, "hilfe/a").text == "theirs"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"environment": "staging"}, "holds site hilfe of stack prod"),
        ({"name": "help"}, "this is site help of stack prod"),
    ],
)
def test_a_folder_of_another_stack_or_site_is_refused_even_with_consent(
    run: Run, storage: Storage, site: Site, change: dict[str, str], said: str
) -> None:
    bucket = storage.bucket()
    site()
    run("--bucket", bucket)
    outputs = production_stack()
    (outputs if "environment" in change else outputs["sites"][0]).update(change)
    site(outputs)
    storage.forget()
    done = run("--bucket", bucket, "--adopt")
    assert done.code == 1
    assert said in done.err
    assert storage.of("PUT", "POST", "DELETE") == []


def test_a_folder_inside_another_stacks_site_is_refused(
    run: Run, storage: Storage, site: Site
) -> None:
    bucket = storage.bucket()
    site()
    run("--bucket", bucket, "--prefix", "/")
    outputs = production_stack()
    outputs["environment"] = "staging"
    site(outputs)
    done = run("--bucket", bucket)
    assert done.code == 1
    assert "which holds site hilfe of stack prod" in done.err


def test_sites_in_folders_of_one_bucket_leave_each_other_alone(
    run: Run, storage: Storage, site: Site
) -> None:
    """The site at the top neither counts nor deletes what belongs to the one below it."""
    bucket = storage.bucket()
    outputs = local_stack()
    site(outputs)
    places = ("--bucket", bucket, "--prefix", "storefront=/", "--prefix", "help=deep/help")
    assert run(*places, "--site", "help").code == 0
    assert run(*places).code == 0
    data = run(*places, "--delete", "--json").data
    assert [one["prefix"] for one in data["sites"]] == ["", "deep/help/"]
    assert all(not one["notOurs"] and not one["deleted"] for one in data["sites"])
    assert {"index.html", "deep/help/index.html"} <= storage.keys(bucket)


def test_nothing_is_written_when_one_of_the_sites_is_refused(
    run: Run, storage: Storage, site: Site
) -> None:
    """All reasons are said at once."""
    site(local_stack())
    first, second = storage.bucket(), storage.bucket()
    for bucket in (first, second):
        storage.put(bucket, "theirs", b"")
    storage.forget()
    done = run("--bucket", f"storefront={first}", "--bucket", f"help={second}")
    assert done.code == 1
    assert first in done.err
    assert second in done.err
    assert storage.of("PUT") == []


def test_two_publishes_at_once_do_not_mix(
    run: Run, storage: Storage, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is replaced only as long as it is the one that was read."""
    bucket = storage.bucket()
    site()

    def overtake(method: str, path: str) -> bool:
        if method == "PUT" and path.endswith("index.html"):
            storage.put(bucket, f"hilfe/{RECORD_FILE}", b"{}")
        return False

    with storage.breaking(overtake):
        done = run("--bucket", bucket)
    assert done.code == 1
    assert "another publish was at work there" in done.err


# What is published


def test_a_build_for_another_stack_is_refused(run: Run, storage: Storage, site: Site) -> None:
    site()
    done = run("--bucket", storage.bucket(), "--stack", "dev")
    assert done.code == 1
    assert "built for stack prod, and --stack says dev" in done.err
    assert storage.requests == []


def test_a_damaged_build_is_refused_with_every_file_named(
    run: Run, storage: Storage, site: Site, tmp_path: Path
) -> None:
    site()
    folder = tmp_path / "site" / "hilfe"
    (folder / "404.html").unlink()
    (folder / "index.html").write_text("other", encoding="utf-8")
    (folder / "extra.html").write_text("other", encoding="utf-8")
    done = run("--bucket", storage.bucket())
    assert done.code == 1
    assert "3 mistakes" in done.err
    for words in (
        "hilfe/404.html: is missing",
        "hilfe/extra.html: was not built",
        "hilfe/index.html: was changed since",
        "python -m sample_site build --stack prod",
    ):
        assert words in done.err
    assert storage.requests == []


# CloudFront


@pytest.fixture
def distribution(storage: Storage) -> str:
    """A distribution in front of some bucket."""
    origin = {"Id": "o", "DomainName": "bucket.s3.amazonaws.com", "S3OriginConfig": {}}
    origin["S3OriginConfig"] = {"OriginAccessIdentity": ""}
    client = storage.client("cloudfront")
    made = client.create_distribution(
        DistributionConfig={
            "CallerReference": str(uuid.uuid4()),
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        }
    )
    client.close()
    return str(made["Distribution"]["Id"])


def invalidated(storage: Storage, distribution: str) -> list[list[str]]:
    client = storage.client("cloudfront")
    listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"]
    found = [
        client.get_invalidation(DistributionId=distribution, Id=item["Id"])
        for item in listed.get("Items", ())
    ]
    client.close()
    return [item["Invalidation"]["InvalidationBatch"]["Paths"]["Items"] for item in found]


def test_changed_pages_are_invalidated_by_their_addresses_after_the_uploads(
    run: Run, storage: Storage, site: Site, distribution: str
) -> None:
    """By the site's own path, wherever in the bucket it lies; assets never."""
    bucket = storage.bucket()
    site(style="old")
    run("--bucket", bucket, "--prefix", "x")
    site(style="new")
    storage.forget()
    done = run("--bucket", bucket, "--prefix", "x", "--distribution", distribution)
    assert done.code == 0, done.err
    methods = [
        "page" if path.endswith("index.html") else "claim" if method == "PUT" else "invalidation"
        for method, path in storage.requests
        if (method == "PUT" and "assets/" not in path) or "/invalidation" in path
    ]
    assert methods == ["claim", "page", "invalidation", "claim"]
    assert invalidated(storage, distribution) == [["/hilfe/index.html", "/hilfe/"]]
    storage.forget()
    run("--bucket", bucket, "--prefix", "x", "--distribution", distribution)
    assert storage.of("POST") == []


def test_what_a_broken_publish_left_uninvalidated_is_made_up_for(
    run: Run, storage: Storage, site: Site, distribution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = storage.bucket()
    site(style="old")
    run("--bucket", bucket)
    site(style="new")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with storage.breaking(lambda method, path: "/invalidation" in path):
        assert run("--bucket", bucket, "--distribution", distribution).code == 1
    storage.forget()
    assert run("--bucket", bucket, "--distribution", distribution).code == 0
    assert invalidated(storage, distribution) == [["/hilfe/index.html", "/hilfe/"]]


def test_many_changed_pages_are_one_path_with_a_star(
    run: Run, storage: Storage, site: Site, distribution: str
) -> None:
    site(more={f"{number}.html": "x" for number in range(60)})
    run("--bucket", storage.bucket(), "--distribution", distribution)
    assert invalidated(storage, distribution) == [["/hilfe/*"]]


@pytest.mark.parametrize("ends", [True, False])
def test_deletion_waits_for_the_invalidation(
    run: Run,
    storage: Storage,
    site: Site,
    distribution: str,
    monkeypatch: pytest.MonkeyPatch,
    ends: bool,
) -> None:
    """Until then, a cache may still show a page that needs what is deleted."""
    status = property(lambda _: "Completed" if ends else "InProgress", lambda _, value: None)
    monkeypatch.setattr("moto.cloudfront.models.Invalidation.status", status, raising=False)
    monkeypatch.setattr(upload, "_LONGEST_WAIT", {"Delay": 0, "MaxAttempts": 2})
    bucket = storage.bucket()
    site(more={"gone.html": "x"})
    run("--bucket", bucket)
    site(style="new")
    storage.forget()
    done = run("--bucket", bucket, "--distribution", distribution, "--delete")
    asked = [path for path in storage.of("GET") if "/invalidation/" in path]
    if ends:
        assert (done.code, len(asked)) == (0, 1)
    else:
        assert (done.code, len(asked)) == (1, 2)
        assert "nothing was deleted" in done.err
    assert ("hilfe/gone.html" in storage.keys(bucket)) != ends
    assert bool(storage.requests[-1] == ("POST", f"/{bucket}")) == ends
