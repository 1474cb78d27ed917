"""Why something is not done with a card or its money."""

from __future__ import annotations

from chassis.problems import Problem


class CardNotUsable(Problem):
    code = "card-not-usable"
    status = 409
    title = "The card cannot be used now"
    meaning = "The card is in training, barred, expired, revoked, withdrawn or used up, as the member card_state says."
    tells = (
        (
            "card_state",
            ("in_training", "barred", "expired", "exhausted", "revoked", "withdrawn"),
        ),
    )
    default_detail = "Read the card: its status says what has to happen first."


class CardNotFound(Problem):
    code = "card-not-found"
    status = 404
    title = "There is no such card"
    meaning = "No card has this number, or it is not within the caller's reach."
    default_detail = (
        "Check the number: sixteen digits, as printed on the card. You find only cards within your reach,"
        " such as those of your region."
    )


class SamePerson(Problem):
    code = "same-person"
    status = 409
    title = "Somebody else has to decide this"
    meaning = (
        "Two people have to agree: who proposed a correction does not decide on it, and who upheld an exclusion does"
        " not decide on the appeal."
    )
    default_detail = (
        "You proposed this correction. Have another operator approve or refuse it, or withdraw it."
    )


class BalanceOutOfBounds(Problem):
    code = "balance-out-of-bounds"
    status = 409
    title = "The card's balance cannot become this"
    meaning = (
        "The correction would leave the card with less than nothing, or with more than its benefit "
        "less what running trainings have set aside: the members balance and most say how much it "
        "has and may have."
    )
    tells = (("balance", int), ("most", int))
    default_detail = (
        "Refuse this correction, and propose one that leaves the balance from 0 to the member most."
    )
