"""The `/_local/` routes of an emulator: for tests and for people at the keyboard, not for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from local.emulator.faults import Fault

if TYPE_CHECKING:
    from local.emulator.emulator import Emulator

PREFIX = "/_local"


class Step(BaseModel):
    """How far `POST /_local/clock` moves the clock."""

    model_config = ConfigDict(extra="forbid")

    advance: float = Field(ge=-10 * 366 * 86400, le=10 * 366 * 86400)


def control_routes(emulator: Emulator) -> BaseRoute:
    """Return the mount of all control routes; the emulator may add some of its own.

    `GET` and `DELETE log` (`?after=N`), `POST reset` (`?to=NAME` of a checkpoint), `GET
    checkpoints` and `PUT checkpoints/NAME`, `GET`, `POST` and `DELETE faults`, `GET`, `POST` and
    `DELETE clock`, `GET health`.
    """

    async def read_log(request: Request) -> Response:
        after = request.query_params.get("after", "0")
        if not after.isdigit():
            return _mistake(f"after is {after!r}: the number of an entry is expected.")
        return JSONResponse({"entries": emulator.journal.entries(int(after))})

    async def clear_log(_: Request) -> Response:
        emulator.journal.clear()
        return Response(status_code=204)

    async def reset(request: Request) -> Response:
        name = request.query_params.get("to")
        if name is None:
            emulator.reset()
        elif name in emulator.kept():
            emulator.return_to(name)
        else:
            known = ", ".join(emulator.kept()) or "none, PUT checkpoints/NAME makes one"
            return _mistake(f"to is {name!r}: the name of a checkpoint is expected ({known}).", 404)
        return Response(status_code=204)

    async def list_checkpoints(_: Request) -> Response:
        return JSONResponse({"checkpoints": emulator.kept()})

    async def keep_checkpoint(request: Request) -> Response:
        emulator.keep(request.path_params["name"])
        return Response(status_code=204)

    async def read_faults(_: Request) -> Response:
        return JSONResponse({"faults": [fault.model_dump() for fault in emulator.faults.open()]})

    async def order_fault(request: Request) -> Response:
        try:
            fault = Fault.model_validate_json(await request.body())
        except ValidationError as error:
            return _mistake(describe(error))
        emulator.faults.order(fault)
        return JSONResponse(fault.model_dump(), status_code=201)

    async def clear_faults(_: Request) -> Response:
        emulator.faults.clear()
        return Response(status_code=204)

    async def read_clock(_: Request) -> Response:
        return JSONResponse({"now": emulator.clock.now().isoformat()})

    async def move_clock(request: Request) -> Response:
        try:
            step = Step.model_validate_json(await request.body())
        except ValidationError as error:
            return _mistake(describe(error))
        emulator.clock.advance(step.advance)
        return await read_clock(request)

    async def reset_clock(request: Request) -> Response:
        emulator.clock.reset()
        return await read_clock(request)

    async def health(_: Request) -> Response:
        return JSONResponse({"name": emulator.name, "url": emulator.base_url})

    return Mount(
        PREFIX,
        routes=[
            Route("/log", read_log, methods=["GET"]),
            Route("/log", clear_log, methods=["DELETE"]),
            Route("/reset", reset, methods=["POST"]),
            Route("/checkpoints", list_checkpoints, methods=["GET"]),
            Route("/checkpoints/{name}", keep_checkpoint, methods=["PUT"]),
            Route("/faults", read_faults, methods=["GET"]),
            Route("/faults", order_fault, methods=["POST"]),
            Route("/faults", clear_faults, methods=["DELETE"]),
            Route("/clock", read_clock, methods=["GET"]),
            Route("/clock", move_clock, methods=["POST"]),
            Route("/clock", reset_clock, methods=["DELETE"]),
            Route("/health", health, methods=["GET"]),
            *emulator.extra_control_routes(),
        ],
    )


def describe(error: ValidationError) -> str:
    """Return all mistakes of a rejected body in one text, without the values."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False)
    )


def _mistake(text: str, status: int = 400) -> Response:
    return JSONResponse({"error": text}, status_code=status)
