"""The `depthgrade` command: its parts put together, and errors turned into one line.

Exit codes: 0 done, 1 something could not be read, rendered or written, 2 the command was written
wrongly, 130 stopped by Ctrl-C.
"""

import signal
import sys
import threading
import traceback
from types import FrameType
from typing import Annotated

import typer

from depthgrade import __version__
from depthgrade.cli import (
    bench,
    demo,
    depth,
    examine,
    exchange,
    listing,
    models,
    node,
    rendering,
    sheet,
    view,
)
from depthgrade.cli.terminal import error
from depthgrade.errors import EngineError

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
DEBUG = "--debug"

app = typer.Typer(
    name="depthgrade",
    help="Grades video by its depth: keys from a depth map limit what a grade does.",
    epilog="Start with [bold]depthgrade demo[/]: it needs no clip and no network.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (demo, view, rendering, sheet, depth, examine, node, exchange, listing, models, bench):
    part.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"depthgrade {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar=" ",
            help="Print the version.",
            callback=_show_version,
            is_eager=True,
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, metavar=" ", help="Show where in the code an error arose.")
    ] = False,
) -> None:
    """Options of every command; `main` takes --debug out wherever it stands."""


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line (sys.argv by default) and returns its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in arguments
    arguments = [each for each in arguments if each != DEBUG]
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    try:
        code = app(arguments, prog_name="depthgrade", standalone_mode=False)
    except typer.TyperException as problem:
        return _usage_error(problem)
    except EngineError as problem:
        _report(str(problem), debug)
        return 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        return 1  # whoever read our output has gone; there is nobody to tell
    except Exception as problem:
        _report(f"{type(problem).__name__}: {problem}; run it again with {DEBUG}", debug)
        return 1
    if code == INTERRUPTED:
        error("stopped; what was unfinished is removed")
    return code if isinstance(code, int) else 0


def _stop(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does, so that nothing unfinished is left."""
    raise KeyboardInterrupt


def _usage_error(problem: typer.TyperException) -> int:
    """One line about a command that was written wrongly; the help where nothing was."""
    text = problem.format_message()
    context = getattr(problem, "ctx", None)
    if type(problem).__name__ == "NoArgsIsHelpError":
        print(text)
        return problem.exit_code
    if context is not None:
        text = text.rstrip(".")
        text += f"{'' if text.endswith('?') else ';'} see {context.command_path} --help"
    error(text)
    return problem.exit_code


def _report(text: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    error(text)
