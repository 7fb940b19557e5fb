"""What a person is told when publishing cannot begin or go on: why, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    SSOTokenLoadError,
)

from sample_site.errors import SiteError, WrongUse
from sample_site.publish.aws import Access, ServiceError, plain_words
from sample_site.publish.destination import find_destinations
from sample_site.publish.record import RECORD_FILE, read_record
from tests.sample_site.samples import local_stack, production_stack
from tests.sample_site.storage import write_site

PLACE = "s3://shop/help/"


def refusal(code: str, call: str = "PutObject", message: str = "", **headers: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPHeaders": headers},
    }
    return ClientError(answer, call)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("NoSuchBucket", "ListObjectsV2"), ["no such bucket", "--bucket"]),
        (refusal("AccessDenied"), ["access denied", "s3:PutObject", "kms:GenerateDataKey"]),
        (refusal("AccessDenied", "ListObjectsV2"), ["s3:ListBucket"]),
        (refusal("403", "HeadObject"), ["s3:GetObject"]),
        (refusal("AccessDenied", "CreateInvalidation"), ["cloudfront:CreateInvalidation"]),
        (refusal("NoSuchDistribution", "CreateInvalidation"), ["--distribution"]),
        (refusal("InvalidAccessKeyId"), ["not accepted (InvalidAccessKeyId)", "--profile"]),
        (refusal("ExpiredToken"), ["not accepted (ExpiredToken)", "aws sso login"]),
        (
            refusal("PermanentRedirect", **{"x-amz-bucket-region": "eu-west-1"}),
            ["in region eu-west-1", "--region eu-west-1"],
        ),
        (refusal("AuthorizationHeaderMalformed"), ["another region", "Say --region."]),
        (refusal("RequestTimeTooSkewed"), ["clock"]),
        (refusal("PreconditionFailed"), ["another publish"]),
        (
            refusal("SlowDown", message="Please reduce your request rate."),
            ["PutObject failed (SlowDown: Please reduce your request rate)", "same command again"],
        ),
        (NoCredentialsError(), ["no AWS credentials", "AWS_ACCESS_KEY_ID"]),
        (SSOTokenLoadError(profile_name="x", error_msg="x"), ["aws sso login"]),
        (EndpointConnectionError(endpoint_url="https://x"), ["connection failed", "--region"]),
        (ConnectTimeoutError(endpoint_url="https://x"), ["connection failed", "same command"]),
    ],
    ids=lambda value: getattr(value, "operation_name", None) and str(value)[:40],
)
def test_a_failure_of_the_service_says_what_to_do(error: Exception, words: list[str]) -> None:
    with pytest.raises(ServiceError) as said, plain_words(PLACE):
        raise error
    assert str(said.value).startswith(f"{PLACE}: ")
    for word in words:
        assert word in str(said.value)


def test_a_profile_that_is_not_there_is_named() -> None:
    with pytest.raises(WrongUse, match="no profile nobody"):
        Access(profile="nobody").client("s3")


def test_an_endpoint_is_a_url() -> None:
    with pytest.raises(WrongUse, match="--endpoint-url: found"):
        Access(endpoint_url="localhost:9000").client("s3")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schemaVersion": 2}', b"<html>"])
def test_a_record_of_another_version_is_no_reason_to_write(content: bytes) -> None:
    with pytest.raises(SiteError, match=RECORD_FILE):
        read_record(content, PLACE)


# Where sites go


def places(tmp_path: Path, *buckets: str, **options: Any) -> list[tuple[str, str | None]]:
    manifest = write_site(tmp_path / "site", local_stack())
    found = find_destinations(manifest, buckets=buckets, **options)
    return [(str(place), place.distribution) for place in found]


def test_a_choice_holds_for_every_site_or_for_one(tmp_path: Path) -> None:
    assert places(
        tmp_path,
        "shared",
        "help=own",
        prefixes=["storefront=/a/b"],
        distributions=["help=E2QWRUHAPOMQZL"],
    ) == [("s3://shared/a/b/", None), ("s3://own/", "E2QWRUHAPOMQZL")]


def test_the_folder_is_that_of_the_sites_url(tmp_path: Path) -> None:
    outputs = production_stack()
    outputs["sites"][0]["url"] = "https://www.example.com/hilfe/m%C3%A4rz%20%7E/"
    manifest = write_site(tmp_path / "site", outputs)
    with pytest.raises(WrongUse, match="hilfe/märz"):
        find_destinations(manifest, buckets=["shop"])
    outputs["sites"][0]["url"] = "https://www.example.com/hilfe/a%20b/"
    manifest = write_site(tmp_path / "site", outputs)
    (place,) = find_destinations(manifest, buckets=["shop"])
    assert place.prefix == "hilfe/a b/"
    assert place.address("index.html") == "/hilfe/a%20b/index.html"


@pytest.mark.parametrize(
    ("buckets", "options", "said"),
    [
        ([], {}, ["missing for site storefront", "missing for site help"]),
        (["shared"], {}, ["storefront and help would both go to s3://shared/"]),
        (["one", "two"], {"only": "help"}, ["found 2 values for every site"]),
        (["shop=a-b"], {}, ["found site 'shop', expected one of storefront, help"]),
        (["help=abc", "help=abd"], {}, ["found twice for site help"]),
        (["Shop"], {"only": "help"}, ["--bucket: found 'Shop'"]),
        (["s3://shop"], {"only": "help"}, ["--bucket: found 's3://shop'"]),
        (["shop"], {"only": "help", "prefixes": ["a/../b"]}, ["--prefix: found 'a/../b/'"]),
        (["shop"], {"only": "help", "distributions": ["x"]}, ["--distribution: found 'x'"]),
        (["shop"], {"only": "shop"}, ["no site 'shop'. Its sites: storefront, help."]),
    ],
)
def test_destinations_that_are_not_clear_are_all_named(
    tmp_path: Path, buckets: list[str], options: dict[str, Any], said: list[str]
) -> None:
    with pytest.raises(WrongUse) as refused:
        places(tmp_path, *buckets, **options)
    for words in said:
        assert words in str(refused.value)
