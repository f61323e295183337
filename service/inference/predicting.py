"""What a network says of the rows of a request: the same for a job's network and for a model's."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import IO, Any

from anyio.to_thread import run_sync
from fastapi import Request, Response
from starlette.responses import StreamingResponse

from models.graphs.network import TracedNetwork
from service.errors import Fault, Invalid
from service.http.json import JsonResponse
from service.http.negotiation import negotiate
from service.inference import answers, inside, rows
from service.inference.forms import Form, form_of
from service.inference.lines import READERS, Numbered, Reader, blocks
from service.inference.network import Network
from service.inference.preprocessing import Rows
from service.inference.question import Question
from service.inference.tables import WRITERS

FEW = 2**13  # bytes of a body with few rows
IN_MEMORY = 2**20  # bytes of an answer beyond which it waits on disk
PIECE = 2**16

Trace = Callable[[], TracedNetwork]


class Predictions(answers.Predictions):
    """What a network says of some rows; the last members are there where they were asked for."""

    top: answers.Top | None = None
    activations: list[inside.LayerActivations] | None = None
    input_gradient: inside.InputGradient | None = None


def predict(network: Network, found: Rows, question: Question, trace: Trace) -> dict[str, Any]:
    """:class:`Predictions` as a document.

    Args:
        network: ready to answer.
        found: (N, D) raw rows.
        question: what to tell beside classes, probabilities and values.
        trace: gives the same network as a graph that begins behind the scaler; called where its inside is asked for.

    Raises:
        Invalid: the network cannot be asked this, or the scaler has no answer for a row.
    """
    signature = network.signature
    question.check(signature)
    outputs = network.outputs(found)
    told = answers.document(signature, outputs)
    if question.top_k is not None:
        told["top"] = answers.top(signature, outputs, question.top_k)
    if question.include:
        told |= inside.look(trace(), signature, found, question)
    return told


async def respond(request: Request, network: Network, trace: Trace, question: Question) -> Response:
    """Answer a request whose body holds rows, in the form that the client prefers.

    Args:
        request: its body is one JSON document, or lines of JSON or CSV.
        network: ready to answer.
        trace: a way to its inside, as for :func:`predict`.
        question: what to tell.

    Raises:
        WrongMediaType, NotAcceptable, Unreadable, Invalid: the request cannot be answered.
    """
    form = form_of(request.headers.get("content-type"))
    if form is not Form.JSON:
        return await _respond_in_lines(request, form, network, question)
    body = await request.body()
    wanted = Form(request.state.media_type)

    def answer() -> Response:
        found = rows.parse(body, network.signature)
        if wanted is Form.JSON:
            return JsonResponse(predict(network, found, question, trace), headers={"Vary": "Accept"})
        _check_lines(network, question)
        writer = WRITERS[wanted](network.signature, question)
        content = writer.head() + writer.write(network.outputs(found))
        return Response(content, media_type=wanted, headers={"Vary": "Accept"})

    # Going to another thread and back takes longer than answering a few rows.
    here = len(body) <= FEW and network.quick and not question.include
    return answer() if here else await run_sync(answer)


async def _respond_in_lines(request: Request, form: Form, network: Network, question: Question) -> Response:
    """Read lines and answer in lines, in bounded memory.

    The answer is kept on disk until all rows are read. Clients that send everything before they read anything cannot
    block, and a fault in the last row is still a problem with a status, not an answer that breaks off.
    """
    other = Form.CSV if form is Form.LINES else Form.LINES
    wanted = Form(negotiate(request.headers.get("accept"), [form, other]))
    _check_lines(network, question)
    answer = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        await _work_through(request.stream(), READERS[form](network.signature), network, wanted, question, answer)
    except BaseException:
        answer.close()
        raise
    headers = {"Content-Length": str(answer.tell()), "Vary": "Accept"}
    answer.seek(0)
    return StreamingResponse(_pieces(answer), media_type=wanted, headers=headers)


async def _work_through(
    chunks: AsyncIterator[bytes], reader: Reader, network: Network, wanted: Form, question: Question, answer: IO[bytes]
) -> None:
    writer = WRITERS[wanted](network.signature, question)
    answer.write(writer.head())
    count = 0

    def tell(lines: Numbered) -> int:
        found = reader.read(lines, count)
        try:
            outputs = network.outputs(found)
        except Invalid as error:  # the scaler counts from the first row that it sees
            raise Invalid.of([_moved(fault, count) for fault in error.faults]) from error
        answer.write(writer.write(outputs))
        return len(found)

    async for lines in blocks(chunks):
        count += await run_sync(tell, lines)
    if count == 0:
        raise Invalid.of([Fault("", "at least one row is needed")])


def _moved(fault: Fault, rows: int) -> Fault:
    """A fault ``/rows/3/…`` that is found so many rows further down."""
    root, member, row, *rest = fault.pointer.split("/")
    return replace(fault, pointer="/".join([root, member, str(int(row) + rows), *rest]))


def _check_lines(network: Network, question: Question) -> None:
    question.check(network.signature)
    if question.include:
        raise Invalid.of([Fault("", f"is told in {Form.JSON} only", parameter="include")])


async def _pieces(answer: IO[bytes]) -> AsyncIterator[bytes]:
    with answer:
        while piece := await run_sync(answer.read, PIECE):
            yield piece
