"""`make relevance COURSES="file …" QUERIES=file QRELS=file`: print nDCG@10 of the search, by query and on average."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.relevance.files import read_courses, read_grades, read_queries
from tests.relevance.ranking import ndcg, ranker_of


def main(variables: Mapping[str, str]) -> int:
    """Measure, print, and return the exit code."""
    missing = [name for name in ("COURSES", "QUERIES", "QRELS") if not variables.get(name)]
    if missing:
        usage = 'usage: make relevance COURSES="file …" QUERIES=file QRELS=file'
        print(f"{usage} ({', '.join(missing)} is not set)", file=sys.stderr)
        return 2
    courses = read_courses(Path(name) for name in variables["COURSES"].split())
    queries, grades = (
        read_queries(Path(variables["QUERIES"])),
        read_grades(Path(variables["QRELS"])),
    )
    scores = []
    with ranker_of(courses) as ranker:
        for qid, text in queries.items():
            score = ndcg(ranker.rank(text), grades.get(qid, {}))
            print(
                f"{qid:8} {'none is right' if score is None else format(score, '.3f'):>13}  {text}"
            )
            if score is not None:
                scores.append(score)
    if not scores:
        print("no query has a judgement that some course is right", file=sys.stderr)
        return 1
    print(
        f"nDCG@10 {statistics.mean(scores):.3f} over {len(scores)} queries, {len(courses)} courses"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
