"""The contract that callers read, written from what the services declare: `make openapi`.

This room may import every service; nothing imports it. What it writes (`gateway/openapi.json`) is committed, so that a
change of the contract is seen in every review, and the gateway shows it without importing a service or needing one to
be up. A test fails while the file is not what the code says.

`schemas` turns marshmallow schemas into JSON Schema, `refusals` describes problem documents, `operations` one call of
one service, `document` joins the calls of all, `examples` adds what a recorded journey sent and was answered.
"""
