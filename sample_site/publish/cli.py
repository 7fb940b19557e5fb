"""`publish` and `response-headers`, as commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sample_site.errors import SiteError
from sample_site.manifest import read_manifest
from sample_site.source import PROJECT

_DEFAULT_NAME = ".local/site"
_DEFAULT_FOLDER = PROJECT / _DEFAULT_NAME

Built = Annotated[
    Path,
    typer.Option("--dir", help="Folder that the site was built into.", show_default=_DEFAULT_NAME),
]
_PER_SITE = "VALUE, or NAME=VALUE for one site; may be repeated."


def publish(
    bucket: Annotated[
        list[str], typer.Option(metavar="[NAME=]BUCKET", help=f"S3 bucket: {_PER_SITE}")
    ],
    folder: Built = _DEFAULT_FOLDER,
    stack: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Publish only what was built for this stack."),
    ] = None,
    site: Annotated[
        str | None, typer.Option(metavar="NAME", help="Publish only this site of the build.")
    ] = None,
    prefix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FOLDER",
            help=f"Folder in the bucket: {_PER_SITE} The path of the site's URL by default.",
        ),
    ] = None,
    distribution: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]ID",
            help=f"CloudFront distribution whose cached pages are invalidated: {_PER_SITE}",
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS region; as AWS is configured by default.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="AWS profile; as AWS is configured by default.")
    ] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Another service with the S3 API, instead of AWS."),
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete stale files that publishing put there.")
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Publish into a folder that holds files of somebody else."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Requests at the same time.")] = 8,
) -> None:
    """Publish a built site to S3: only what changed, assets before pages."""
    # Loading the AWS client takes longer than all other commands need.
    try:
        from sample_site.publish import command
        from sample_site.publish.aws import Access
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("boto3", "botocore"):
            raise
        raise SiteError(
            "Publishing needs boto3, which is not installed: `pip install -r requirements.txt`."
        ) from None
    order = command.Order(
        built=folder,
        access=Access(profile, region, endpoint_url, concurrency),
        buckets=bucket,
        prefixes=prefix or (),
        distributions=distribution or (),
        stack=stack,
        site=site,
        adopt=adopt,
        delete=delete,
        dry_run=dry_run,
    )
    result = command.publish(order, Console(stderr=True, highlight=False))
    command.show(result, order, Console(highlight=False), as_json=as_json)


def response_headers(folder: Built = _DEFAULT_FOLDER) -> None:
    """Print the headers that S3 cannot send as a CloudFront response headers policy."""
    from sample_site.publish.response_headers import response_headers_policy

    policy = response_headers_policy(read_manifest(folder))
    Console(highlight=False).out(json.dumps(policy, indent=2), highlight=False)
