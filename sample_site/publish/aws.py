"""Clients for S3 and CloudFront, and what their failures mean in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from sample_site.errors import SiteError, WrongUse

_SIGN_IN = (
    "Sign in (`aws sso login`), choose another --profile, or set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY."
)

# CloudFront is one for all regions; requests are signed for this one (AWS, "Service endpoints").
_GLOBAL = "us-east-1"

# What a caller must be allowed to do for each call (AWS, "Service Authorization Reference").
_PERMISSIONS = {
    "ListObjectsV2": "s3:ListBucket",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "DeleteObjects": "s3:DeleteObject",
    "CreateInvalidation": "cloudfront:CreateInvalidation",
    "GetInvalidation": "cloudfront:GetInvalidation",
}
_REFUSED = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "AccessDeniedException"}
_UNKNOWN_CALLER = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "TokenRefreshRequired",
}
_ELSEWHERE = {
    "301",
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
}
_OVERTAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412"}


class ServiceError(SiteError):
    """S3 or CloudFront did not do what was asked; the message says why and what to do next."""


@dataclass(frozen=True)
class Access:
    """How to reach AWS, or a service that speaks like it; everything unset is AWS's own choice."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    connections: int = 8

    def client(self, service: str) -> Any:
        """Return a client of `s3` or `cloudfront`, with bounded waits and repeats.

        Repeats follow botocore's standard mode: three attempts in all unless AWS_MAX_ATTEMPTS
        says otherwise, with growing pauses, for broken connections and busy services alone.
        """
        config = Config(
            retries={"mode": "standard"},
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=self.connections,
            # A store that is given by its URL has no host name for each bucket.
            s3={"addressing_style": "path"} if self.endpoint_url else None,
        )
        if self.endpoint_url and urlsplit(self.endpoint_url).scheme not in ("http", "https"):
            raise WrongUse(
                f"--endpoint-url: found {self.endpoint_url!r}, expected a URL such as "
                "https://s3.example.com."
            )
        try:
            session = boto3.Session(profile_name=self.profile, region_name=self.region)
            region = session.region_name or (_GLOBAL if service == "cloudfront" else None)
            return session.client(
                service, region_name=region, endpoint_url=self.endpoint_url, config=config
            )
        except ProfileNotFound:
            raise WrongUse(
                f"AWS knows no profile {self.profile or 'of the name in AWS_PROFILE'} on this "
                "machine. `aws configure list-profiles` lists those there are."
            ) from None
        except NoRegionError:
            raise WrongUse("No AWS region is known. Say --region or set AWS_REGION.") from None
        except BotoCoreError as error:
            raise ServiceError(f"AWS cannot be called: {_said(error)}. {_SIGN_IN}") from None


@contextmanager
def plain_words(place: str) -> Iterator[None]:
    """Turn what botocore raises while a place is at work into a ServiceError about it."""
    try:
        yield
    except ClientError as error:
        raise ServiceError(_answered(error, place)) from None
    except (NoCredentialsError, PartialCredentialsError):
        raise ServiceError(f"{place}: there are no AWS credentials. {_SIGN_IN}") from None
    except (CredentialRetrievalError, SSOError, TokenRetrievalError):
        raise ServiceError(f"{place}: the AWS sign-in has ended or failed. {_SIGN_IN}") from None
    except (ConnectionError, HTTPClientError) as error:
        raise ServiceError(
            f"{place}: the connection failed ({type(error).__name__}), repeats included. Look at "
            "the network, --region and --endpoint-url; then run the same command again."
        ) from None
    except BotoCoreError as error:
        raise ServiceError(f"{place}: AWS cannot be called: {_said(error)}.") from None


def _answered(error: ClientError, place: str) -> str:
    """Return what an answer means; what it says itself is repeated only where it is unknown."""
    found = error.response.get("Error", {})
    code = str(found.get("Code", ""))
    if code == "NoSuchBucket":
        return (
            f"{place}: there is no such bucket. Look at --bucket, --profile and --endpoint-url, or "
            "make the bucket first: publishing never makes one."
        )
    if code == "NoSuchDistribution":
        return (
            f"{place}: there is no such distribution in this AWS account. Look at --distribution."
        )
    if code in _REFUSED:
        permission = _PERMISSIONS.get(error.operation_name, error.operation_name)
        return (
            f"{place}: access denied. The caller needs {permission} there; an encrypted bucket "
            "needs kms:GenerateDataKey and kms:Decrypt as well. docs/publish.md has the policy."
        )
    if code in _UNKNOWN_CALLER:
        return f"{place}: the AWS credentials are not accepted ({code}). {_SIGN_IN}"
    if code in _ELSEWHERE:
        region = found.get("Region") or _region(error)
        return (
            f"{place}: the bucket is in {f'region {region}' if region else 'another region'}. "
            f"Say --region{f' {region}' if region else ''}."
        )
    if code == "RequestTimeTooSkewed":
        return f"{place}: this machine's clock is wrong; AWS refuses its requests. Set the clock."
    if code in _OVERTAKEN:
        return (
            f"{place}: another publish was at work there in the meantime. Wait for its end, then "
            "run the same command again."
        )
    said = _said(found.get("Message", ""))
    return (
        f"{place}: {error.operation_name} failed ({code or 'no code'}{f': {said}' if said else ''})"
        ". Run the same command again; it goes on where this one stopped."
    )


def _said(text: object) -> str:
    return str(text).strip().rstrip(".")


def _region(error: ClientError) -> str:
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return str(headers.get("x-amz-bucket-region", ""))
