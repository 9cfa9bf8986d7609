"""`countersign file`: submits the files that are put into a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.sources.drop_folder import left_behind, look, settled, take
from adapters.sources.e_invoice import AddressBook
from adapters.store.opening import Store, open_store
from api.bootstrap import resources_of
from api.commands.e_invoice import Addresses, book_of
from api.commands.serving import failures, utc_now
from api.commands.terminal import Code, Output, progress, stop
from api.settings import Environment, Settings, read_settings
from api.usecases.casework.resources import Resources
from api.usecases.filing import file_documents
from engine.cases.identities import Identities

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where files are put.")]
Source = Annotated[
    str, typer.Option("--source", metavar="NAME", help="The system that the files come from.")
]
Once = Annotated[bool, typer.Option("--once", help="Take what is there, and end.")]
SETTLE_SECONDS: Final = 2


def file(
    folder: Folder, source: Source = "files", once: Once = False, addresses: Addresses = None
) -> None:
    """Submit the documents in files (.jsonl, .csv, .xml) that are put into a folder."""
    if not folder.is_dir():
        raise stop(Code.FILE, f"error: there is no folder `{folder}`")
    book = book_of(addresses) if addresses is not None else None
    with failures():
        settings = read_settings()
        store = open_store(settings.database_url.get_secret_value())
        try:
            _work(settings, store, folder, source, once, book)
        finally:
            store.close()


def _work(
    settings: Settings,
    store: Store,
    folder: Path,
    source: str,
    once: bool,
    book: AddressBook | None,
) -> None:
    resources = resources_of(settings, store)
    with store.reading() as connection:
        resources.loaded.current(connection)  # before anything is taken
    is_development = settings.environment is Environment.DEVELOPMENT
    who = Identities("", source, is_development=is_development)
    for path in left_behind(folder):
        _file(resources, path, source, who, book)
    seen = look(folder)
    while True:
        time.sleep(SETTLE_SECONDS)
        now = look(folder)
        for path in settled(seen, now):
            taken = take(path)
            if taken is not None:
                _file(resources, taken, source, who, book)
        if once:
            return
        seen = now


def _file(
    resources: Resources, path: Path, source: str, who: Identities, book: AddressBook | None
) -> None:
    with progress(path.name, None) as bar:
        done = file_documents(
            resources,
            path,
            source,
            who,
            utc_now,
            lambda rows: bar.update(bar.task_ids[0], completed=rows),
            book,
        )
    with Output(None) as output:
        output.say(f"{done.parent.name}: {done.name}")
