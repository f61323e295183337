"""Answers prediction requests, for jobs and for models alike: with one document, or with a stream of lines."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from time import perf_counter_ns
from typing import IO

import numpy as np
from anyio.to_thread import run_sync
from fastapi import Request, Response
from numpy.typing import NDArray
from starlette.responses import StreamingResponse

from models.signature import Signature
from models.violation import Violation
from service.errors import ClinicError, Invalid, RequestViolation
from service.http.json import JsonResponse
from service.http.media_types import MediaType, media_type_of
from service.http.negotiation import negotiate
from service.inference.networks.preprocessing import Rows
from service.inference.predictions import introspection, rows, view
from service.inference.predictions.line_readers import READERS, Numbered, Reader, blocks
from service.inference.predictions.line_writers import WRITERS
from service.inference.predictions.options import PredictionOptions
from service.inference.serving import ServedModel, Serving
from service.inference.statistics import Phases

IN_MEMORY = 2**20  # bytes of an answer beyond which it waits on disk
CHUNK = 2**16
VARY = {"Vary": "Accept"}


class Prediction:
    """One prediction request whose body is a JSON document.

    Args:
        body: the document.
        media_type: of the answer.
        options: what to answer beside classes, probabilities and values.
        serving: gives the network's graph where the options include something of its inside.
        served: the network.
    """

    def __init__(
        self, body: bytes, media_type: MediaType, options: PredictionOptions, serving: Serving, served: ServedModel
    ) -> None:
        self._body = body
        self._media_type = media_type
        self._options = options
        self._trace = partial(serving.trace, served.job_id)
        self._rows: Rows

    def rows(self, signature: Signature) -> Rows:
        """Read the rows.

        Raises:
            Unreadable: the document is no JSON.
            Invalid: it holds no rows for this network, or the network cannot answer with these options.
        """
        _check(self._options, signature, self._media_type)
        self._rows = rows.parse(self._body, signature)
        return self._rows

    def response(self, signature: Signature, outputs: NDArray[np.float32]) -> Response:
        """Write the answer.

        Raises:
            Invalid: its inside is too much for one answer.
            NotFound: the job was deleted meanwhile.
        """
        if self._media_type is not MediaType.JSON:
            writer = WRITERS[self._media_type](signature, self._options)
            return Response(writer.head() + writer.write(outputs), media_type=self._media_type, headers=VARY)
        document = view.document(signature, outputs)
        if self._options.top_k is not None:
            document["top"] = view.top(signature, outputs, self._options.top_k)
        if self._options.include:
            document |= introspection.introspect(self._trace(), signature, self._rows, self._options)
        return JsonResponse(document, headers=VARY)


async def respond(request: Request, serving: Serving, served: ServedModel, options: PredictionOptions) -> Response:
    """Answer a request whose body holds rows, in the media type that the client prefers.

    Args:
        request: its body is one JSON document, or lines of JSON or CSV.
        serving: gives the network's graph where the options include something of its inside.
        served: the network.
        options: what to answer beside classes, probabilities and values.

    Raises:
        WrongMediaType, NotAcceptable, Unreadable, Invalid: the request cannot be answered.
    """
    body_type = media_type_of(request.headers.get("content-type"))
    if body_type is not MediaType.JSON:
        return await _respond_in_lines(request, body_type, served, options)
    body = await request.body()
    prediction = Prediction(body, MediaType(request.state.media_type), options, serving, served)
    return await served.answer_soon(len(body), prediction.rows, prediction.response, slow=bool(options.include))


async def _respond_in_lines(
    request: Request, body_type: MediaType, served: ServedModel, options: PredictionOptions
) -> Response:
    """Read lines and answer in lines, in bounded memory.

    The answer is kept on disk until all rows are read. Clients that send everything before they read anything cannot
    block, and a violation in the last row is still a problem with a status, not an answer that breaks off.
    """
    other = MediaType.CSV if body_type is MediaType.LINES else MediaType.LINES
    media_type = MediaType(negotiate(request.headers.get("accept"), [body_type, other]))
    _check(options, served.signature, media_type)
    answer = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        await _work_through(request.stream(), READERS[body_type](served.signature), served, media_type, options, answer)
    except BaseException:
        answer.close()
        raise
    headers = {"Content-Length": str(answer.tell()), **VARY}
    answer.seek(0)
    return StreamingResponse(_chunks(answer), media_type=media_type, headers=headers)


async def _work_through(
    chunks: AsyncIterator[bytes],
    reader: Reader,
    served: ServedModel,
    media_type: MediaType,
    options: PredictionOptions,
    answer: IO[bytes],
) -> None:
    writer = WRITERS[media_type](served.signature, options)
    answer.write(writer.head())
    count, phases = 0, Phases(0, 0, 0)

    def answer_block(lines: Numbered) -> tuple[int, Phases]:
        begun = perf_counter_ns()
        found = reader.read(lines, count)
        was_read = perf_counter_ns()
        try:
            outputs = served.network.outputs(found)
        except Invalid as error:  # the scaler counts from the first row that it sees
            raise Invalid.of([_moved(violation, count) for violation in error.violations]) from error
        has_answered = perf_counter_ns()
        answer.write(writer.write(outputs))
        return len(found), Phases(was_read - begun, has_answered - was_read, perf_counter_ns() - has_answered)

    try:
        async for lines in blocks(chunks):
            rows_read, spent = await run_sync(answer_block, lines)
            count, phases = count + rows_read, phases + spent
        if count == 0:
            raise Invalid.of([Violation("", "at least one row is needed")])
    except ClinicError:
        served.statistics.failed(phases.whole)
        raise
    served.count(count, phases)


def _moved(violation: Violation, rows: int) -> Violation:
    """The violation ``/rows/3/…`` of a block that begins so many rows further down."""
    if not violation.pointer:  # how many more there are
        return violation
    root, member, row, *rest = violation.pointer.split("/")
    return replace(violation, pointer="/".join([root, member, str(int(row) + rows), *rest]))


def _check(options: PredictionOptions, signature: Signature, media_type: MediaType) -> None:
    options.check(signature)
    if options.include and media_type is not MediaType.JSON:
        raise Invalid.of([RequestViolation("", f"is told in {MediaType.JSON} only", parameter="include")])


async def _chunks(answer: IO[bytes]) -> AsyncIterator[bytes]:
    with answer:
        while chunk := await run_sync(answer.read, CHUNK):
            yield chunk
