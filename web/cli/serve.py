"""Commands that start things: everything (`run`), the server alone (`serve`), the migrations (`migrate`)."""

from typing import Annotated

import typer

from web.cli.shared import current_database, plain_errors, say

Host = Annotated[str, typer.Option(envvar="HOST", help="Address to listen on; 0.0.0.0 is every address.")]
Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="Port to listen on.")]
Examples = Annotated[
    bool | None, typer.Option("--examples/--no-examples", envvar="EXAMPLES", help="Load the examples once.")
]


def run(host: Host = "127.0.0.1", port: Port = 8000, examples: Examples = None) -> None:
    """Start everything: database, migrations, examples once, server. Ctrl-C stops it all."""
    from api.settings import get_settings
    from web.supervisor import run_directory

    settings = get_settings()
    if examples is not None:
        settings = settings.model_copy(update={"examples": examples})
    with plain_errors():
        raise typer.Exit(run_directory(settings, host=host, port=port, say=say))


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the directory as it is: nothing is loaded, and a given database is not migrated."""
    import os

    import uvicorn

    from api.settings import get_settings
    from web.supervisor import server_environment

    settings = get_settings()
    with current_database(settings) as database:
        os.environ.update(server_environment(settings, database))
        get_settings.cache_clear()
        say(f"Serving on {host}, port {port}. Ctrl-C stops it.")
        uvicorn.run(
            "web.main:create_app",
            factory=True,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            access_log=False,
            server_header=False,
            log_level="warning",
            timeout_graceful_shutdown=4,
        )


def migrate() -> None:
    """Bring the database up to the newest migration."""
    from api.cluster import directory_database
    from api.migrating import is_current
    from api.migrating import migrate as run_migrations
    from api.settings import get_settings

    with plain_errors(), directory_database(get_settings(), say) as database:
        if is_current(database.url):
            say("The database is at the newest migration already.")
            return
        run_migrations(database.url)
        say("The database is at the newest migration now.")
