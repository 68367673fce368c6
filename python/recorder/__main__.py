"""python3 FOLDER: the child of tritutor that runs a learner's Triton file and says what its host function launches.

It talks on descriptor 3 in the messages of grader/child/message.h, one text of JSON each: a request (submission.py) and
its answer. Triton is imported once; each request runs in a copy of this process, under limits, so that nothing a
learner's Python does, not even os._exit(), ends more than its own submission.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from typing import Any

_SOCKET = 3
_MOST_MEMORY = 24 << 30  # address space: Triton's compiler alone maps gigabytes
_MOST_FILE = 512 << 20
_CPU_SECONDS = 120
_SHOWN_OUTPUT = 64 << 10


def _receive(channel: socket.socket, size: int) -> bytes:
    parts = []
    while size > 0:
        part = channel.recv(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive(channel: socket.socket) -> list[bytes]:
    (count,) = struct.unpack("<Q", _receive(channel, 8))
    sizes = struct.unpack(f"<{count}Q", _receive(channel, 8 * count))
    return [_receive(channel, size) for size in sizes]


def send(channel: socket.socket, texts: list[bytes]) -> None:
    head = struct.pack("<Q", len(texts)) + b"".join(struct.pack("<Q", len(text)) for text in texts)
    channel.sendall(head + b"".join(texts))


def _limit() -> None:
    for what, most in ((resource.RLIMIT_AS, _MOST_MEMORY), (resource.RLIMIT_FSIZE, _MOST_FILE),
                       (resource.RLIMIT_CPU, _CPU_SECONDS), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _work(request: dict[str, Any], answer: int, said: int) -> None:
    """In the copy: does the request and leaves its answer in a file."""
    os.dup2(said, 1)
    os.dup2(said, 2)
    _limit()
    import submission

    result = submission.answer(request)
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(os.dup(answer), "wb") as file:
        file.write(json.dumps(result).encode())


def _end_with_parent() -> None:
    """A copy goes when this process does, however busy it is."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _end_of(status: int) -> dict[str, Any]:
    """What is said of a copy that left no answer."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            how = f"it took more than {_CPU_SECONDS} s of the processor"
        elif number == signal.SIGXFSZ:
            how = f"it wrote more than {_MOST_FILE >> 20} MB"
        else:
            how = f"it was ended by {signal.Signals(number).name}"
    else:
        how = f"it ended with status {os.WEXITSTATUS(status)} before it was done: does it call exit()?"
    return {"refusal": {"kind": "compile", "message": f"Python did not get through this file: {how}"}}


def _wait(channel: socket.socket, copy: int) -> int:
    """For the copy's end; ends this process too where the tutor is gone meanwhile."""
    poll = select.poll()
    pidfd = os.pidfd_open(copy)
    poll.register(pidfd, select.POLLIN)
    poll.register(channel, select.POLLRDHUP)
    gone = all(descriptor != pidfd for descriptor, _ in poll.poll())
    if not gone:
        _, ended = os.waitpid(copy, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(copy, signal.SIGKILL)  # and whatever it has started
    if gone:
        sys.exit(0)
    os.close(pidfd)
    return ended


def _answer(channel: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    answer, said = os.memfd_create("answer"), os.memfd_create("output")
    copy = os.fork()
    if copy == 0:
        status = 1
        try:
            channel.close()
            os.setsid()
            _end_with_parent()
            _work(request, answer, said)
            status = 0
        finally:
            os._exit(status)
    ended = _wait(channel, copy)
    output = os.pread(said, _SHOWN_OUTPUT + 1, 0).decode(errors="replace")
    size = os.fstat(answer).st_size
    text = os.pread(answer, size, 0) if size else b""
    os.close(answer)
    os.close(said)
    try:
        result: dict[str, Any] = json.loads(text)
    except ValueError:
        result = _end_of(ended)
    if len(output) > _SHOWN_OUTPUT:
        output = output[:_SHOWN_OUTPUT] + "\n... (more was printed)\n"
    result["printed"] = output
    return result


def main() -> int:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, os.path.dirname(here))
    channel = socket.socket(fileno=_SOCKET)
    try:
        import triton

        import submission  # noqa: F401  imports the rest, once
    except ImportError as error:
        send(channel, [json.dumps({"error": str(error)}).encode()])
        return 3
    send(channel, [json.dumps({"triton": triton.__version__}).encode()])
    while True:
        try:
            (text,) = receive(channel)
        except EOFError:
            return 0
        send(channel, [json.dumps(_answer(channel, json.loads(text))).encode()])


if __name__ == "__main__":
    sys.exit(main())
