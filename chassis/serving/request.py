"""gunicorn's request, read as RFC 9112 has it where gunicorn reads it otherwise."""

from __future__ import annotations

import re
from typing import Any

from gunicorn.http import body, message, parser

from chassis.problems import MalformedRequest
from chassis.serving.chunks import ChunkedReader
from chassis.serving.refusals import TransferCodingNotSupported

_AUTHORITY = r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{0,5})?"
_HOST = re.compile(_AUTHORITY, re.IGNORECASE)
_ORIGIN = re.compile(
    rf"https?://(?P<authority>{_AUTHORITY})(?=[/?]|\Z)".encode("ascii"), re.IGNORECASE
)


class Request(message.Request):
    """A request; whatever form its target had, `uri` and `path` are those of the origin-form."""

    def __init__(self, *args: Any) -> None:
        self._authority: str | None = None
        super().__init__(*args)  # which reads the head

    def parse(self, unreader: Any) -> Any:
        """Read the head; return what was read beyond it.

        The host of an absolute-form target takes the place of the Host header (RFC 9112 section 3.2.2), and `close`
        ends the connection wherever it stands in the list that Connection is (section 9.6). Raises `MalformedRequest`
        for a Host that is none (section 3.2); an empty one says that there is no name to be called by.
        """
        beyond = super().parse(unreader)
        for name, value in self.headers:
            if name == "HOST" and value and not _HOST.fullmatch(value):
                raise MalformedRequest("Host must be a plain host, with a port or without.")
        if self._authority is not None:
            self.headers = [
                (name, self._authority if name == "HOST" else value) for name, value in self.headers
            ]
        if "close" in self._members("CONNECTION"):
            self.force_close()
        return beyond

    def parse_request_line(self, line_bytes: bytes) -> None:
        """Read the request line, with an absolute-form target cut to the origin-form that it holds.

        Raises `MalformedRequest` where the target is of another scheme, names a user (RFC 9110 section 4.2.4) or has
        no host (section 4.2.1).
        """
        method, _, rest = line_bytes.partition(b" ")
        target, _, version = rest.partition(b" ")
        if b"://" in target and not target.startswith(b"/") and method != b"CONNECT":
            line_bytes = b" ".join((method, self._origin_form(target), version))
        super().parse_request_line(line_bytes)

    def set_body_reader(self) -> None:
        """Find how the body is framed; gunicorn refuses what has no clear end (RFC 9112 section 6.3).

        Raises `TransferCodingNotSupported` for codings beneath the chunks, which nobody here would undo.
        """
        codings = self._members("TRANSFER-ENCODING")
        if codings[-1:] == ["chunked"] and set(codings) != {"chunked"}:
            raise TransferCodingNotSupported
        super().set_body_reader()
        if codings:
            self.body = body.Body(ChunkedReader(self, self.unreader))

    def _origin_form(self, target: bytes) -> bytes:
        origin = _ORIGIN.match(target)
        if origin is None:
            raise MalformedRequest(
                "An absolute address begins with http:// or https:// and a plain host, without a user."
            )
        self._authority = origin["authority"].decode("ascii")
        rest = target[origin.end() :]
        return rest if rest.startswith(b"/") else b"/" + rest

    def _members(self, name: str) -> list[str]:
        """Return the members of a header that is a list of words, in small letters."""
        return [
            member.strip(" \t").lower()
            for field, value in self.headers
            if field == name
            for member in value.split(",")
        ]


class RequestParser(parser.RequestParser):
    """Reads request after request from one connection."""

    mesg_class = Request
