"""What a user sees when something goes wrong: one sentence, an exit code, no traceback."""

import sys
import traceback
from collections.abc import Callable, Iterator

import typer

from syncd.cli.options import Options
from syncd.cli.output import close_quietly, has_document, print_document
from syncd.errors import ExitCode, SyncdError, worst

INTERRUPTED = 130  # 128 + SIGINT
PIPE_CLOSED = 141  # 128 + SIGPIPE


def told(body: Callable[[], ExitCode], options: Options) -> int:
    """Run ``body`` and return the exit code, its own or that of what it raised.

    A mistake of the program itself is named by type and place only, with ``-v`` by the whole way
    there: its text may hold what a remote side sent.
    """
    try:
        code = int(body())
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        close_quietly()
        return PIPE_CLOSED
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        return INTERRUPTED
    except SyncdError as error:
        return tell(str(error), error.exit_code, options)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return tell(
            f"{place}{error.strerror or type(error).__name__}", ExitCode.UNFINISHED, options
        )
    except Exception as error:
        known = list(_leaves(error)) if isinstance(error, ExceptionGroup) else []
        if known and all(isinstance(leaf, SyncdError) for leaf in known):
            sentences = dict.fromkeys(str(leaf) for leaf in known)
            code = worst([leaf.exit_code for leaf in known if isinstance(leaf, SyncdError)])
            return tell("\n".join(sentences), code, options)
        return _tell_bug(error, options)


def tell(message: str, code: ExitCode, options: Options) -> int:
    """Say ``message`` on standard error, and with ``--json`` in the document too."""
    say(message)
    if options.json and not has_document():
        print_document({"error": message, "exit_code": int(code)})
    return int(code)


def say(message: str) -> None:
    """Each line of ``message`` on standard error, as coming from syncd."""
    for line in message.splitlines():
        print(f"syncd: {line}", file=sys.stderr)  # noqa: T201


def trace(error: BaseException) -> str:
    """The frames that led to ``error`` and to its causes, without the texts of the errors."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.insert(0, f"Traceback (most recent call last):\n{frames}{_name(current)}")
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
    return "\n\nwhich led to\n\n".join(parts)


def _tell_bug(error: Exception, options: Options) -> int:
    if options.verbose:
        print(trace(error), file=sys.stderr)  # noqa: T201
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name} ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    more = "" if options.verbose else "; -v shows the way there"
    sentence = f"this is a bug in syncd: {_name(error)}{place}{more}"
    return tell(sentence, ExitCode.UNFINISHED, options)


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _leaves(group: BaseException) -> Iterator[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        for inner in group.exceptions:
            yield from _leaves(inner)
    else:
        yield group
