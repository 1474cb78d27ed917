"""What the catalogue refuses."""

from __future__ import annotations

from chassis.problems import FieldError, Problem


class ProviderNameTaken(Problem):
    code = "provider-name-taken"
    status = 409
    title = "Another institution has this name"
    meaning = (
        "An institution of the same name, whatever its capitals and spaces, is approved or waits "
        "for its decision."
    )
    default_detail = (
        "An institution of this name is approved or waits for its decision. Send the name by which yours can be told"
        " from it, such as with its place; if it is yours, wait for the decision or ask the operator."
    )

    def __init__(self) -> None:
        message = "Send a name that no approved or waiting institution has."
        super().__init__(errors=[FieldError("/name", message)])


class ProviderNotApproved(Problem):
    code = "provider-not-approved"
    status = 409
    title = "The provider is not approved"
    meaning = "The provider has applied or was refused, as the member state says."
    tells = (("state", ("applied", "refused")),)
    default_detail = (
        "Courses and classes are offered by approved providers. Wait for the operator's decision."
    )


class ProviderSuspended(Problem):
    code = "provider-suspended"
    status = 409
    title = "The provider is suspended"
    meaning = (
        "For a while the provider's classes take nobody else, and it offers nothing new. Who is in "
        "one of its classes keeps seat, money and rights."
    )
    default_detail = (
        "The classes of this provider take nobody else for the time being. Choose a class of another provider, or try"
        " again later. Enrolments made before stay as they are."
    )


class CourseNotPublished(Problem):
    code = "course-not-published"
    status = 409
    title = "The course is not published"
    meaning = "The course is a draft, submitted, returned or archived, as the member state says."
    tells = (("state", ("draft", "submitted", "returned", "archived")),)
    default_detail = "Submit the course; once the operator has published it, it can have classes."
