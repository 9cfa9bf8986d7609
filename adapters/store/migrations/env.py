"""Runs the migrations on the connection that `adapters.store.opening.migrate` hands over."""

from __future__ import annotations

from alembic import context

from adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
