"""Failures in the form that the engine reads: codes, texts, and what was left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import grpc
from google.protobuf import any_pb2, struct_pb2
from google.rpc import status_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2

from local.plugins.planning import outputs
from local.plugins.resource import PartialFailure, RemoteError, Resource
from local.plugins.wire import Marks, Values, encode

_log = logging.getLogger(__name__)

Service = TypeVar("Service")
Request = TypeVar("Request")
Response = TypeVar("Response")


class _Incomplete(Exception):
    """A write that left something behind, in the words of the engine."""

    def __init__(self, detail: provider_pb2.ErrorResourceInitFailed) -> None:
        super().__init__("; ".join(detail.reasons))
        self.detail = detail


def answering(
    method: Callable[[Service, Request, grpc.ServicerContext], Response],
) -> Callable[[Service, Request, grpc.ServicerContext], Response]:
    """Make whatever a call raises the engine's business."""

    @wraps(method)
    def answer(service: Service, request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return method(service, request, context)
        except RemoteError as error:
            text = str(error)
            # FAILED_PRECONDITION tells the engine that nothing has changed.
            code = grpc.StatusCode.FAILED_PRECONDITION
            if error.uncertain:
                code = grpc.StatusCode.UNKNOWN
        except _Incomplete as error:
            text, code = str(error), grpc.StatusCode.UNKNOWN
            context.set_trailing_metadata((_details(code, text, error.detail),))
        except Exception as error:
            place = _place(error)
            text = (
                f"The local provider failed unforeseen: {type(error).__name__} at {place}. "
                "That is a mistake in it, please report it."
            )
            code = grpc.StatusCode.INTERNAL
            _log.error("%s in %s at %s", type(error).__name__, method.__name__, place)
        context.abort(code, text)
        raise AssertionError("abort does not return")

    return answer


@contextmanager
def keeping(
    resource: Resource[Any], base: Values, marks: Marks, inputs: struct_pb2.Struct
) -> Iterator[None]:
    """Let what a PartialFailure left behind reach the engine's state."""
    try:
        yield
    except PartialFailure as failure:
        state = outputs(resource, base, failure.values)
        raise _Incomplete(
            provider_pb2.ErrorResourceInitFailed(
                id=failure.id,
                properties=encode(state, marks),
                inputs=inputs,
                reasons=[str(failure)],
            )
        ) from failure


def _details(
    code: grpc.StatusCode, text: str, detail: provider_pb2.ErrorResourceInitFailed
) -> tuple[str, bytes]:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=code.value[0], message=text, details=[packed])
    return ("grpc-status-details-bin", status.SerializeToString())


def _place(error: Exception) -> str:
    # The place, not the text: a value may be secret.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
