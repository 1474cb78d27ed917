"""What callers see of providers, courses and classes, and the ETag it goes under."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chassis.endpoints import etag
from services.catalog.domain.classes import TrainingClass
from services.catalog.domain.courses import Course
from services.catalog.domain.happenings import class_body
from services.catalog.domain.providers import Provider


def provider_document(provider: Provider, *, inside: bool, contact: bool) -> dict[str, Any]:
    """Write a provider; `inside` adds the operator's reason, `contact` the contact address."""
    document: dict[str, Any] = {
        "id": provider.provider_id,
        "name": provider.name,
        "kind": provider.kind,
        "regency": provider.regency,
        "status": provider.status,
    }
    if inside:
        document["reason"] = provider.reason
    if contact:
        document["email"] = provider.email
    return document


def course_document(course: Course, *, inside: bool) -> dict[str, Any]:
    """Write a course; `inside` adds the operator's reason."""
    document: dict[str, Any] = {
        "id": course.course_id,
        "provider_id": course.provider_id,
        "provider_name": course.provider_name,
        "status": course.status,
        "version": course.version,
        **asdict(course.details),
    }
    if inside:
        document["reason"] = course.reason
    return document


def course_etag(course: Course, *, inside: bool) -> dict[str, str]:
    """Return the ETag header of a course's document."""
    return etag(course.version, beside="i" if inside else "")


def class_document(training_class: TrainingClass) -> dict[str, Any]:
    """Write a class, with the seats that can still be had."""
    body = class_body(training_class)
    return {"id": body.pop("class_id"), **body, "seats_left": training_class.seats_left}


def class_etag(training_class: TrainingClass) -> dict[str, str]:
    """Return the ETag header of a class's document, which changes with the seats left, too."""
    return etag(training_class.version, beside=str(training_class.seats_left))
