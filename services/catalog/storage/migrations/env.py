"""Run by alembic: upgrade over the connection that `chassis.migrations` opened, in its transaction."""

from alembic import context

from services.catalog.storage import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
