"""What follows from lists of people who may hold no card."""

from __future__ import annotations

from uuid import UUID

from chassis.problems import Problem


class ExclusionFileFaulty(Problem):
    code = "exclusion-file-faulty"
    status = 422
    title = "The file of NIKs cannot be read"
    meaning = (
        "The file is refused as a whole: it has another header, one that is not UTF-8, no row or too many, or a line "
        "that is too long. The member line names the line by which that was seen."
    )
    tells = (("line", int),)
    default_detail = "Mend the file at the line named, one NIK a line, and send it again."


class Excluded(Problem):
    code = "excluded"
    status = 409
    title = "The person is on a list of people who may not hold a card"
    meaning = (
        "The rules refuse a card to the groups in the member groups, on whose lists the NIK stands; the member lists"
        " says with which number of each list."
    )
    tells = (("groups", str), ("lists", str))
    default_detail = "Who is on a list wrongly has to be taken off it by whoever issued the list."


class ExclusionCaseStands(Problem):
    code = "exclusion-case-stands"
    status = 409
    title = "The holder may still be heard in an exclusion case"
    meaning = (
        "In the exclusion case that the member case_id names, the holder of the card may still appeal, or has appealed,"
        " as the member state says: until that is decided, the card is revoked under no other number."
    )
    tells = (("case_id", UUID), ("state", str))
    default_detail = "Read the case: have the appeal decided, or dismiss it where there is none."


class NoLongerListed(Problem):
    code = "no-longer-listed"
    status = 409
    title = "The holder is not on the list in force"
    meaning = (
        "The list of the group that is in force does not say that the holder of the card may have none, or none is in"
        " force: nothing is decided against the holder."
    )
    default_detail = "Dismiss the case. Where the list is wrong, import it anew first."
