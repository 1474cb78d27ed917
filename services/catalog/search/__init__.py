"""The index that courses are found by: what is kept of a course, how it is written, read and searched.

`text` is the analysis of words, pure; `offers` writes the classes of a course so that one of them must pass every
filter; `folder` and `writing` are the worker's, `reading` and `search` the web processes'. `wanted` says what is
looked for, `text_query` (by the ways of `word_ways`) and `filters` make queries of it, `counting` counts. Nothing here
knows a database: what is indexed comes from `services.catalog.queries.indexable`, and what keeps it up to date is
`services.catalog.followers.search`.
"""
