"""Why a survey is not taken."""

from __future__ import annotations

from chassis.problems import Problem


class NoSuchSurvey(Problem):
    code = "no-such-survey"
    status = 422
    title = "There is no such survey"
    meaning = "The rules that awarded the card have as many surveys as the member surveys says, counted from 1."
    tells = (("surveys", int),)
    default_detail = "Send the number of a survey, as the card names the next one."


class SurveyNotOpen(Problem):
    code = "survey-not-open"
    status = 409
    title = "The survey is not open"
    meaning = (
        "The first survey opens once a training was completed and reviewed, each further one some days after the one"
        " before was handed in. The card says which comes next, and from when on."
    )
    default_detail = "Hand the survey in once it is open."


class SurveyTaken(Problem):
    code = "survey-taken"
    status = 409
    title = "This survey was handed in"
    meaning = "A survey is handed in once, and its answers stay as they are."
    default_detail = "There is nothing left to do: its incentive is among those of the card."
