"""What calls about files of candidates take and answer."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import InstantField, OneOf, PageQuery, Parsed, Reference, Text, Whole, says
from services.enrolment.domain.programme.admission_file import FileState
from vocabulary import forms
from vocabulary.nik import parse_card_number


class FilesQuery(PageQuery):
    """Which files."""

    wave_id = Reference(load_default=None, metadata=says("Only files for this wave."))


class Stopped(Shown):
    """That a file was stopped."""

    at = InstantField()
    by = Text(most=128, metadata=says("The subject of the credential."))
    reason = Text(most=500, lines=True)


class AdmissionFile(Shown):
    """A file of candidates, and how far it is."""

    id = Reference()
    wave_id = Reference()
    state = OneOf(
        tuple(FileState),
        metadata=says(
            "It is being sent, waits for its turn or its wave, is being admitted, is done, or was stopped."
        ),
    )
    rows = Whole(metadata=says("How many candidates it holds."))
    done = Whole(metadata=says("How many of them were judged."))
    admitted = Whole(metadata=says("How many of these earned a card."))
    refused = Whole()
    sent_by = Text(most=128, metadata=says("The subject of the credential."))
    begun_at = InstantField(metadata=says("When it began to come."))
    received_at = InstantField(allow_none=True, metadata=says("When all of it was there."))
    ended_at = InstantField(allow_none=True)
    results_until = InstantField(
        allow_none=True, metadata=says("Until when the rows tell what became of them.")
    )
    stopped = ma.fields.Nested(Stopped, allow_none=True)


AdmissionFiles = page_of(AdmissionFile, name="AdmissionFiles")


class FileRow(Shown):
    """What became of a candidate: a card, or a refusal."""

    line = Whole(least=2, metadata=says("In the file as it was sent; the header is line 1."))
    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER, allow_none=True)
    admission_id = Reference(
        allow_none=True, metadata=says("By which the card can be withdrawn within a day.")
    )
    code = Text(
        most=64,
        allow_none=True,
        metadata=says(
            "Of the refusal; null for a card; `erased` where its holder was erased since."
        ),
    )
    detail = Text(most=5_000, allow_none=True, metadata=says("What was wrong, and the remedy."))
    quota_id = Reference(allow_none=True, metadata=says("Of `quota-full`: which one was full."))
    rule_version = Text(
        most=32,
        allow_none=True,
        metadata=says(
            "Which version of the rules judged it; null where that was not written down."
        ),
    )


FileRows = page_of(FileRow, name="AdmissionFileRows")
