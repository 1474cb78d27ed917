"""Why an application or a step of a draw is not taken."""

from __future__ import annotations

from datetime import datetime

from chassis.problems import Problem

_STEPS = ("announced", "listed", "settled", "ordered", "revealed", "done")
"""How far a draw is published."""


class WaveDraws(Problem):
    code = "wave-draws"
    status = 409
    title = "This wave draws among applications"
    meaning = "The wave was opened with the selection draw: it admits whom the draw names, and nobody else."
    default_detail = (
        "Make an application for each person while the window is open; candidates and files of candidates are for waves"
        " with the selection first-come."
    )


class WaveFirstCome(Problem):
    code = "wave-first-come"
    status = 409
    title = "This wave draws nothing"
    meaning = (
        "The wave was opened with the selection first-come: it takes candidates, and has no draw."
    )
    default_detail = "Look for a wave with the selection draw; here, operators admit candidates."


class AlreadyApplied(Problem):
    code = "already-applied"
    status = 409
    title = "There is an application for this person"
    meaning = "An application of the same NIK stands in this wave."
    default_detail = (
        "A person applies once in a wave. To change what was sent, withdraw it and apply anew."
    )


class ApplicationEnded(Problem):
    code = "application-ended"
    status = 409
    title = "This application has ended"
    meaning = "The application was withdrawn or judged, as the member state says."
    tells = (("state", str),)
    default_detail = "Nothing about this application can be changed any more."


class ReceiptWrong(Problem):
    code = "receipt-wrong"
    status = 422
    title = "The receipt is not the one of this application"
    meaning = "The receipt is not the one that was given with this application."
    default_detail = (
        "Enter the receipt exactly as it was given; without one the state of the application is told. An officer of the"
        " region tells it again."
    )


class DrawAnnouncedTooLate(Problem):
    code = "draw-announced-too-late"
    status = 409
    title = "A draw is announced before its window opens"
    meaning = (
        "What a draw is bound to (the hash of its secret, and where its outside value will come from) has to be"
        " published before anybody can apply."
    )
    default_detail = "Send an opens_at that lies in the future."


class DrawTooEarly(Problem):
    code = "draw-too-early"
    status = 409
    title = "The draw is not that far"
    meaning = (
        "A draw is published step by step: announced, listed, settled, ordered, revealed, done. The member state says"
        " where this one stands, the member needs where it has to stand."
    )
    tells = (("state", _STEPS), ("needs", _STEPS))
    default_detail = (
        "Read the wave: it shows how far its draw is. Try again once that step is published."
    )


class OutsideValueFixed(Problem):
    code = "outside-value-fixed"
    status = 409
    title = "The outside value stands"
    meaning = "The outside value of this draw was entered, once and for all."
    default_detail = "Read it in the wave, with its source. Nobody can enter another one."


class DrawUnderWay(Problem):
    code = "draw-under-way"
    status = 409
    title = "The order of the draw is certain already"
    meaning = (
        "From the outside value on until all are judged, it is known who comes when: places that were given or taken"
        " then, and lists that refuse somebody, would be somebody's doing. The member state says how far the draw is."
    )
    tells = (("state", _STEPS),)
    default_detail = (
        "Change quotas and exclusion lists, and undo admissions, once the draw is done; by then it concerns nobody of"
        " it any more."
    )


class OutsideValueTooOld(Problem):
    code = "outside-value-too-old"
    status = 409
    title = "The outside value is older than what was announced"
    meaning = (
        "A value that was known while applications could still be made or withdrawn could decide which were: it has to"
        " be published after the list, which listed_at tells of, and not before outside_after, which was announced."
    )
    tells = (("listed_at", datetime), ("outside_after", datetime))
    default_detail = "Enter the first value that the source published at outside_after or later, and after listed_at."
