"""Run by alembic for this service's schema, within the transaction that `chassis.migrations` opened."""

from alembic import context

from services.enrolment.storage import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
